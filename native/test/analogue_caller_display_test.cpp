// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr double kSecond = 1e9;

FarEnd caller(const CallerIdentity& identity) { return {.number = "", .script = {waitFor(20000)}, .heardFolder = "", .caller = identity}; }

/// Seconds from now to the offer of the next call.
struct Offered {
  Event event;
  double afterSeconds = 0;
};

Offered offeredOf(AnalogueWorld& world, const CallerIdentity& identity) {
  const std::int64_t calledAt = world.engine.clock().nowNs();
  REQUIRE(world.card.callIn(1, caller(identity)) == Status::ok);
  const Event event = world.await("legIncoming", kNoHandle, world.log.of("legIncoming").size() + 1);
  return {event, static_cast<double>(event.atNs - calledAt) / kSecond};
}

void hangUp(AnalogueWorld& world) {
  world.card.hangUp(1);
  world.step(8000);
  CHECK(world.stateOf(1) == "idle");
}

}  // namespace

TEST_CASE("a caller is offered with the number and the name that the exchange shows, in every country's way") {
  for (const char* code : {"GB", "FR", "DE", "US", "NL", "SE", "AU"}) {
    const Country* const country = findCountry(code);
    if (country == nullptr || country->callerDisplay == CallerDisplay::none) continue;
    CAPTURE(code);
    AnalogueWorld world(*country);
    const Offered offered = offeredOf(world, {.number = "0163296020", .name = "A Caller"});
    CHECK(text(offered.event, "calling") == "0163296020");
    CHECK(number(offered.event, "callingPresentation") == 0);
    if (country->callerDisplay != CallerDisplay::dtmfBeforeRinging) CHECK(text(offered.event, "fromName") == "A Caller");
    CHECK(offered.afterSeconds < 5);
  }
}

TEST_CASE("a caller who withholds the number is told apart from one whose number is not known, and one call's caller is not the next one's") {
  for (const char* code : {"GB", "FR", "US"}) {
    CAPTURE(code);
    AnalogueWorld world(*findCountry(code));
    CHECK(text(offeredOf(world, {.number = "01632960205"}).event, "calling") == "01632960205");
    hangUp(world);
    const Offered withheld = offeredOf(world, {.withheld = true});
    CHECK(text(withheld.event, "calling").empty());
    CHECK(number(withheld.event, "callingPresentation") == 1);
    hangUp(world);
    const Offered unknown = offeredOf(world, {});
    CHECK(text(unknown.event, "calling").empty());
    CHECK(number(unknown.event, "callingPresentation") == 2);
  }
}

TEST_CASE("a call that shows no caller is offered with its first ring in the United Kingdom, with its second at the latest elsewhere") {
  AnalogueWorld british;
  CHECK(offeredOf(british, {}).afterSeconds < 0.3);
  AnalogueWorld american(*findCountry("US"));
  const Offered offered = offeredOf(american, {});
  CHECK(offered.afterSeconds > 3);
  CHECK(offered.afterSeconds <= 6.1);
}

TEST_CASE("a caller is shown through −30 dBm0 of noise, and on a line too noisy the call comes all the same") {
  for (const char* code : {"GB", "FR", "US"}) {
    CAPTURE(code);
    AnalogueWorld world(*findCountry(code));
    LineImpairments noisy;
    noisy.received.noiseDbm0 = -30;
    REQUIRE(world.card.impair(1, noisy) == Status::ok);
    CHECK(text(offeredOf(world, {.number = "01632960205", .name = "A Caller"}).event, "calling") == "01632960205");
    hangUp(world);
    noisy.received.noiseDbm0 = -10;
    REQUIRE(world.card.impair(1, noisy) == Status::ok);
    const Offered offered = offeredOf(world, {.number = "01632960205"});
    CHECK(number(offered.event, "callingPresentation") == 2);
    CHECK(offered.afterSeconds <= 6.1);
  }
}

TEST_CASE("a caller who was shown and did not ring is not the next one's") {
  AnalogueWorld world;
  REQUIRE(world.card.callIn(1, caller({.number = "01632960205"})) == Status::ok);
  world.step(1000);  // Shown by now, but not rung yet.
  REQUIRE(world.card.hangUp(1) == Status::ok);
  world.step(12000);
  CHECK(world.log.of("legIncoming").empty());
  CHECK(text(offeredOf(world, {}).event, "calling").empty());
}
