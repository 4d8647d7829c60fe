// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <csignal>
#include <thread>

#include "isdn_real_spans.hpp"

using namespace branchline;
using namespace branchline::test;

// On real threads, mostly for the thread sanitizer: audio clock, ISDN thread, and this one as JavaScript's; both isdnds in real time.
TEST_CASE("two spans of one card call each other in real time, outlive the death of isdnd, and stop with calls up") {
  RealSpans world;
  auto& events = world.events;
  auto& stack = world.stack;
  const auto await = [&](const std::function<bool()>& done) { return world.await(done); };
  for (std::size_t round = 1; round <= 2; round++) {
    CAPTURE(round);
    REQUIRE(await([&] { return world.spansUp() == 2; }));
    const std::size_t before = events.of("legIncoming").size();
    for (const int span : {1, 2, 1, 2}) REQUIRE(stack.dial(span, {.called = {.digits = "1"}}).status == Status::ok);
    REQUIRE(await([&] { return events.of("legIncoming").size() == before + 4; }));
    for (const Event& offered : events.of("legIncoming")) (void)stack.answer(offered.subject);
    const auto ends = [&] {
      std::string all;
      for (const Event& ended : events.of("legEnded"))
        all += std::to_string(number(ended, "q850")) + " " + text(ended, "by") + " " + text(ended, "detail") + "; ";
      return all + std::to_string(events.of("legAnswered").size());
    };
    const bool allAnswered = await([&] { return events.of("legAnswered").size() == 8 * round; });
    INFO(ends());
    REQUIRE(allAnswered);
    if (round == 2) break;
    kill(stack.isdndPid(), SIGKILL);
    REQUIRE(await([&] { return events.of("legEnded").size() == 8; }));
    for (const Event& ended : events.of("legEnded")) CHECK(number(ended, "q850") == 41);
    REQUIRE(await([&] { return stack.isdndStarts() == 2; }));
  }
}

TEST_CASE("an isdnd that hangs with calls up is killed and started again within two seconds, however much is asked of it meanwhile") {
  using RealTime = std::chrono::steady_clock;
  RealSpans world;
  REQUIRE(world.await([&] { return world.spansUp() == 2; }));
  for (const int span : {1, 2}) REQUIRE(world.stack.dial(span, {.called = {.digits = "1"}}).status == Status::ok);
  REQUIRE(world.await([&] { return world.events.of("legIncoming").size() == 2; }));
  const pid_t hung = world.stack.isdndPid();
  kill(hung, SIGSTOP);
  const auto since = RealTime::now();
  std::size_t dialled = 0;  // More than the control socket holds.
  for (int i = 0; i < 400; i++) dialled += world.stack.dial(1, {.called = {.digits = "1"}}).status == Status::ok ? 1 : 0;
  CHECK(RealTime::now() - since < std::chrono::milliseconds(500));  // Nobody waits for the socket.
  const bool again = world.await([&] { return world.stack.isdndStarts() == 2; });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(RealTime::now() - since);
  REQUIRE(again);
  CAPTURE(took.count());
  CHECK(took < std::chrono::milliseconds(2000));
  CHECK(kill(hung, 0) != 0);  // It is gone, and was waited for.
  REQUIRE(world.await([&] { return world.events.of("legEnded").size() == 4 + dialled; }));
  for (const Event& ended : world.events.of("legEnded")) CHECK(number(ended, "q850") == 41);
  REQUIRE(world.await([&] { return world.spansUp() == 2; }));
  REQUIRE(world.stack.dial(1, {.called = {.digits = "1"}}).status == Status::ok);
  CHECK(world.await([&] { return world.events.of("legIncoming").size() == 3; }));
}

TEST_CASE("a span that has ended, or that was suspended, does not make isdnd look hung") {
  RealSpans world;
  REQUIRE(world.await([&] { return world.spansUp() == 2; }));
  world.stack.suspend(1, "the card was removed");
  world.stack.suspend(2, "the card was removed");
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  CHECK(world.stack.isdndStarts() == 1);
}
