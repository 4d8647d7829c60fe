// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "isdn_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

bool fullDepth() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string_view(depth) == "full";
}

}  // namespace

// On real threads, mostly for the thread sanitizer: audio clock, ISDN thread, and this one as JavaScript's; both isdnds in real time.
TEST_CASE("two spans of one card call each other in real time, outlive the death of isdnd, and stop with calls up") {
  const auto wire = dChannelPair();
  isdn::ConfigureSpan network = e1(isdn::Node::network);
  isdn::ConfigureSpan user = e1(isdn::Node::user);
  network.span = 1;
  user.span = 2;
  KeptEvents events;
  SilentPorts ports;
  Engine engine({.stepped = false, .maxHandles = 64, .realtimePriority = false}, events);
  IsdnStack stack(engine, events, ISDND_PROGRAM, {{.configuration = network, .dChannel = wire[0]}, {.configuration = user, .dChannel = wire[1]}},
                  &ports);
  const auto await = [&](const std::function<bool()>& done) {
    for (int i = 0; i < 2'000 && !done(); i++) {
      engine.drainEvents();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return done();
  };
  const auto spansUp = [&] {
    int up = 0;
    for (const Event& event : events.of("spanState")) up += truth(event, "up") ? 1 : -1;
    return up;
  };
  for (std::size_t round = 1; round <= 2; round++) {
    CAPTURE(round);
    REQUIRE(await([&] { return spansUp() == 2; }));
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

// Ten seconds of real time: at full depth only.
TEST_CASE("an isdnd that hangs is taken for dead, and started again" * doctest::skip(!fullDepth())) {
  const auto wire = dChannelPair();
  close(wire[1]);
  KeptEvents events;
  Engine engine({.stepped = false, .maxHandles = 64, .realtimePriority = false}, events);
  IsdnStack stack(engine, events, ISDND_PROGRAM, {{.configuration = e1(isdn::Node::user), .dChannel = wire[0]}});
  kill(stack.isdndPid(), SIGSTOP);
  for (int i = 0; i < 300 && stack.isdndStarts() < 2; i++) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(stack.isdndStarts() == 2);
}
