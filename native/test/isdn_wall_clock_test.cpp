// SPDX-License-Identifier: GPL-3.0-or-later
// An isdnd whose wall clock steps by an hour, forth and back, all the time (wall_clock_shim.cpp): NTP's first answer, or a person's hand.
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "isdn_real_spans.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

using RealTime = std::chrono::steady_clock;

std::int64_t msSince(RealTime::time_point since) { return std::chrono::duration_cast<std::chrono::milliseconds>(RealTime::now() - since).count(); }

/// What is started meanwhile lives with the stepping clock.
class SteppingWallClock {
 public:
  SteppingWallClock() {
    const char* const given = std::getenv("ASAN_OPTIONS");
    setenv("ASAN_OPTIONS", (std::string(given == nullptr ? "" : given) + ":verify_asan_link_order=0").c_str(), 1);
    setenv("LD_PRELOAD", WALL_CLOCK_SHIM, 1);
  }
  ~SteppingWallClock() { unsetenv("LD_PRELOAD"); }
  SteppingWallClock(const SteppingWallClock&) = delete;
  SteppingWallClock& operator=(const SteppingWallClock&) = delete;
};

}  // namespace

TEST_CASE("T200: a SABME that nobody answers is sent again after its second, whatever the wall clock does") {
  const SteppingWallClock stepping;
  const auto wire = dChannelPair();
  IsdndProcess process(kIsdndProgram, false);
  REQUIRE(process.send(e1(isdn::Node::user), wire[0]));
  close(wire[0]);
  std::vector<std::int64_t> sentAtMs;
  const auto since = RealTime::now();
  while (sentAtMs.size() < 4 && msSince(since) < 20'000) {
    pollfd waited{wire[1], POLLIN, 0};
    std::array<char, 16> frame{};
    if (poll(&waited, 1, 1'000) == 1 && recv(wire[1], frame.data(), frame.size(), 0) > 0) sentAtMs.push_back(msSince(since));
  }
  REQUIRE(sentAtMs.size() == 4);
  for (std::size_t i = 1; i < sentAtMs.size(); i++) {
    CAPTURE(i);
    CHECK(sentAtMs[i] - sentAtMs[i - 1] > 800);
    CHECK(sentAtMs[i] - sentAtMs[i - 1] < 2'500);
  }
  close(wire[1]);
}

TEST_CASE("calls come through, and one that nobody answers ends when T301 says so, whatever the wall clock does") {
  const SteppingWallClock stepping;
  RealSpans world([](isdn::ConfigureSpan& span) { span.timers.t301 = 2'000; });
  REQUIRE(world.await([&] { return world.spansUp() == 2; }));
  const Engine::Created answered = world.stack.dial(1, {.called = {.digits = "1"}});
  REQUIRE(world.await([&] { return world.events.of("legIncoming").size() == 1; }));
  REQUIRE(world.stack.answer(world.events.of("legIncoming")[0].subject) == Status::ok);
  REQUIRE(world.await([&] { return world.events.of("legAnswered").size() == 2; }));

  const Engine::Created rings = world.stack.dial(1, {.called = {.digits = "2"}});
  REQUIRE(world.await([&] { return world.events.of("legIncoming").size() == 2; }));
  REQUIRE(world.stack.ring(world.events.of("legIncoming")[1].subject, false) == Status::ok);
  REQUIRE(world.await([&] { return !world.events.of("legProgress").empty(); }));
  const auto since = RealTime::now();
  REQUIRE(world.await([&] { return !world.events.of("legEnded").empty(); }));
  CHECK(msSince(since) > 1'500);
  CHECK(msSince(since) < 6'000);
  for (const Event& ended : world.events.of("legEnded")) CHECK(ended.subject != answered.handle);
  CHECK(rings.status == Status::ok);
  CHECK(world.stack.isdndStarts() == 1);
}
