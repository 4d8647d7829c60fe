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
    CAPTURE(std::string(code));
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
    CAPTURE(std::string(code));
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
    CAPTURE(std::string(code));
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

TEST_CASE("a telephone is shown who calls, in every country's way, and rings") {
  for (const char* code : {"GB", "FR", "US", "SE"}) {
    const Country* const country = findCountry(code);
    if (country == nullptr) continue;
    CAPTURE(std::string(code));
    AnalogueWorld world(*country);
    CallerIdMessage message;
    message.number = {"01632960205"};
    message.name = {"A Caller"};
    const Engine::Created leg = world.stack->dial(5, "", {.caller = message});
    REQUIRE(leg.status == Status::ok);
    const Event shown = world.await("farEndShown");
    CHECK(number(shown, "channel") == 5);
    CHECK(text(shown, "calling") == "01632960205");
    CHECK(number(shown, "callingPresentation") == 0);
    if (country->callerDisplay != CallerDisplay::dtmfBeforeRinging) CHECK(text(shown, "callingName") == "A Caller");
    world.await("legProgress", leg.handle);
    world.step(8000);
    CHECK(world.log.of("farEndShown").size() == 1);
    CHECK(world.stateOf(5) == "ringing");
    world.stack->clear(leg.handle, {.q850 = 16});
    world.await("legEnded", leg.handle);
    CHECK(world.stateOf(5) == "idle");
  }
}

TEST_CASE("a telephone is shown that a number is withheld, and nothing where nothing is known: then it rings at once") {
  AnalogueWorld world;
  CallerIdMessage withheld;
  withheld.numberAbsence = DisplayAbsence::withheld;
  REQUIRE(world.stack->dial(5, "", {.caller = withheld}).status == Status::ok);
  CHECK(number(world.await("farEndShown"), "callingPresentation") == 1);
  const Handle leg = world.dial(6, "");
  world.step(100);
  CHECK(world.log.of("legProgress", leg).size() == 1);
  world.step(5000);
  CHECK(world.log.of("farEndShown").size() == 1);
}

TEST_CASE("a telephone that is lifted while it is shown its caller has answered") {
  AnalogueWorld world;
  world.card.setFarEnds({{.number = "5", .script = {waitFor(500), answer(), waitFor(5000)}, .heardFolder = ""}});
  CallerIdMessage message;
  message.number = {"01632960205"};
  const Engine::Created leg = world.stack->dial(5, "", {.caller = message});
  REQUIRE(leg.status == Status::ok);
  world.await("legAnswered", leg.handle);
  world.step(2000);
  CHECK(world.log.of("legEnded", leg.handle).empty());
  CHECK(world.stateOf(5) == "talking");
}
