// SPDX-License-Identifier: GPL-3.0-or-later
// When a telephone's number is complete, and what its line's settings change.
#include "analogue/dial_plan.hpp"
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

FarEnd person() { return {"5", {}, ""}; }

/// Seconds from the telephone's lifting to its call, and the number.
double secondsToCall(AnalogueWorld& world, std::string& called) {
  const Event incoming = world.await("legIncoming");
  called = text(incoming, "to");
  return static_cast<double>(incoming.atNs - world.log.of("channelState").front().atNs) / 1e9;
}

}  // namespace

TEST_CASE("an emergency number is complete at once, an unknown number after a pause, a number of the line's plan at once") {
  std::string called;
  {
    AnalogueWorld world;
    world.card.phoneDials(5, "999", person());
    CHECK(secondsToCall(world, called) < 1.5);
    CHECK(called == "999");
  }
  {
    AnalogueWorld world;
    world.card.phoneDials(5, "201", person());
    CHECK(secondsToCall(world, called) > 4);
    CHECK(called == "201");
  }
  {
    AnalogueWorld world;
    CHECK(world.stack->configure(5, {.fxs = {.completeNumbers = {"2XX"}}}) == Status::ok);
    world.card.phoneDials(5, "201", person());
    CHECK(secondsToCall(world, called) < 1.5);
    CHECK(called == "201");
  }
}

TEST_CASE("a telephone may dial by pulses") {
  std::string called;
  AnalogueWorld world;
  world.card.phoneDials(5, "112", person(), DialMethod::pulse);
  CHECK(secondsToCall(world, called) < 5);
  CHECK(called == "112");
}

TEST_CASE("patterns of numbers are matched whole") {
  CHECK(matchesNumber("0NXXXXXXXX", "0212345678"));
  CHECK_FALSE(matchesNumber("0NXXXXXXXX", "0112345678"));
  CHECK_FALSE(matchesNumber("0NXXXXXXXX", "021234567"));
  CHECK_FALSE(matchesNumber("112", "1122"));
  CHECK(matchesNumber("*ZX", "*19"));
  CHECK_FALSE(matchesNumber("*ZX", "*09"));
  CHECK_FALSE(matchesNumber("", ""));
}
