// SPDX-License-Identifier: GPL-3.0-or-later
// What a call cost in all comes in the network's answer to our DISCONNECT: the leg waits for it, and not for ever.
#include "isdn_legs_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr std::uint32_t kCall = 5;

/// An answered call, without an isdnd.
struct Answered {
  Answered() {
    legs.dial(leg, {.span = kSpan, .call = kCall, .called = {.digits = "1"}});
    legs.on(isdn::Seized{.span = kSpan, .call = kCall, .channel = 1});
    legs.on(isdn::Connect{.span = kSpan, .call = kCall, .channel = 1});
  }
  void charge(std::uint32_t units, bool final) {
    legs.on(isdn::Charge{.span = kSpan, .call = kCall, .final = final, .kind = isdn::Charge::Kind::units, .units = units});
  }
  std::vector<Event> ends() {
    engine.step(20);
    return events.of("legEnded");
  }

  KeptEvents events;
  SilentPorts ports;
  Engine engine{{.stepped = true, .maxHandles = 16}, events};
  Nobody owner;
  KeptMessages host;
  IsdnLegs legs{engine, owner, events, host, &ports};
  const Handle leg = engine.createLeg(owner);
};

}  // namespace

TEST_CASE("a leg that is charged for ends, as we cleared it, once the network has told the charge in all") {
  Answered world;
  world.charge(1, false);
  world.legs.clear(world.leg, 16);
  CHECK(std::holds_alternative<isdn::Clear>(world.host.sent.back()));
  world.legs.clear(world.leg, 17);  // Twice is once.
  CHECK(world.ends().empty());
  world.charge(12, true);
  const auto ends = world.ends();
  REQUIRE(ends.size() == 1);
  CHECK(number(ends[0], "q850") == 16);
  CHECK(text(ends[0], "by") == "us");
  CHECK(number(world.events.of("legCharge").back(), "units") == 12);
  CHECK(world.host.gone == 1);
  world.legs.on(isdn::Released{.span = kSpan, .call = kCall, .cause = 16});
  CHECK(world.ends().size() == 1);
}

TEST_CASE("… or has released without it, or says nothing for two seconds") {
  for (const bool released : {true, false}) {
    CAPTURE(released);
    Answered world;
    world.charge(1, false);
    world.legs.clear(world.leg, 21);
    const std::int64_t due = world.legs.nextDueNs();
    CHECK(due - world.engine.clock().nowNs() == 2'000'000'000);
    world.legs.runDue(due - 1);
    CHECK(world.ends().empty());
    if (released)
      world.legs.on(isdn::Released{.span = kSpan, .call = kCall, .cause = 16});
    else
      world.legs.runDue(due);
    const auto ends = world.ends();
    REQUIRE(ends.size() == 1);
    CHECK(number(ends[0], "q850") == 21);
    CHECK(world.legs.nextDueNs() == 0);
  }
}

TEST_CASE("a leg that nobody charges for, or whose charge was told in all, ends at once") {
  for (const bool told : {true, false}) {
    CAPTURE(told);
    Answered world;
    if (told) world.charge(3, true);
    world.legs.clear(world.leg, 16);
    CHECK(world.ends().size() == 1);
  }
}

TEST_CASE("a leg that waits for its charge when isdnd dies ends as we cleared it") {
  Answered world;
  world.charge(1, false);
  world.legs.clear(world.leg, 16);
  world.legs.endAll({.q850 = 41, .by = isdn::EndedBy::line});
  const auto ends = world.ends();
  REQUIRE(ends.size() == 1);
  CHECK(number(ends[0], "q850") == 16);
}
