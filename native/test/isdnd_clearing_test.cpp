// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("whoever clears, in whichever state, each side hears of one end with the cause that was said first") {
  enum class State { initiated, proceeding, alerting, active };
  for (const bool callerClears : {true, false}) {
    for (const State state : {State::initiated, State::proceeding, State::alerting, State::active}) {
      for (const bool userCalls : {true, false}) {
        CAPTURE(callerClears);
        CAPTURE(static_cast<int>(state));
        CAPTURE(userCalls);
        Primary world;
        Side& caller = userCalls ? world.user() : world.network();
        Side& called = userCalls ? world.network() : world.user();
        caller.say(setupTo("123"));
        if (state == State::initiated && callerClears) {
          caller.say(Clear{.span = kSpan, .call = 1, .cause = 16});
        } else {
          world.run(0.01);
          const std::uint32_t there = called.one<Setup>().call;
          if (state >= State::alerting) called.say(Alerting{.span = kSpan, .call = there});
          if (state == State::active) called.say(Connect{.span = kSpan, .call = there});
          if (state >= State::alerting) world.run(0.01);
          if (callerClears)
            caller.say(Clear{.span = kSpan, .call = 1, .cause = 16});
          else
            called.say(Clear{.span = kSpan, .call = there, .cause = 21});
        }
        world.run(1);
        CHECK(caller.one<Released>().by == (callerClears ? EndedBy::us : EndedBy::peer));
        CHECK(caller.one<Released>().cause == (callerClears ? 16 : 21));
        if (called.has<Setup>()) {
          CHECK(called.one<Released>().by == (callerClears ? EndedBy::peer : EndedBy::us));
          CHECK(called.one<Released>().cause == (callerClears ? 16 : 21));
        }
        checkIdle(world);
      }
    }
  }
}

TEST_CASE("both sides clearing at once end the call once each, with their own cause") {
  Primary world;
  const std::uint32_t there = world.answered();
  world.user().say(Clear{.span = kSpan, .call = 1, .cause = 16});
  world.network().say(Clear{.span = kSpan, .call = there, .cause = 31});
  world.run(1);
  CHECK(world.user().one<Released>().cause == 16);
  CHECK(world.user().one<Released>().by == EndedBy::us);
  CHECK(world.network().one<Released>().cause == 31);
  checkIdle(world);
}

TEST_CASE("every cause, 1 to 127, and its location pass unchanged, both ways, before and after answer") {
  const Location locations[] = {Location::user,         Location::privateLocal,  Location::publicLocal,   Location::transit,
                                Location::publicRemote, Location::privateRemote, Location::international, Location::beyondInterworking};
  Primary world;
  std::uint32_t call = 0;
  for (const bool networkClears : {true, false}) {
    for (const bool active : {false, true}) {
      for (int cause = 1; cause <= 127; cause++) {
        CAPTURE(cause);
        CAPTURE(networkClears);
        CAPTURE(active);
        const Location location = locations[call % std::size(locations)];
        world.forget();
        Side& caller = networkClears ? world.user() : world.network();
        Side& called = networkClears ? world.network() : world.user();
        caller.say(setupTo("123", ++call));
        world.run(0.01);
        const std::uint32_t there = called.one<Setup>().call;
        if (active) {
          called.say(Connect{.span = kSpan, .call = there});
          world.run(0.01);
          REQUIRE(caller.has<Connect>());
        }
        called.say(Clear{.span = kSpan, .call = there, .cause = static_cast<std::uint8_t>(cause), .location = location});
        world.run(0.1);
        const Released end = caller.one<Released>();
        CHECK(int{end.cause} == cause);
        CHECK(static_cast<int>(end.location) == static_cast<int>(location));
        CHECK(end.by == EndedBy::peer);
        CHECK(int{called.one<Released>().cause} == cause);
        CHECK(called.one<Released>().by == EndedBy::us);
      }
    }
  }
  checkIdle(world);
}

TEST_CASE("a far end that never answers a SETUP ends the call after T303 with cause 18, and layer 2 that is down with cause 27 at once") {
  World world({e1(Node::network), e1(Node::user)});
  world.user().say(setupTo("1"));
  world.user().step();
  const Released refused = world.user().one<Released>();
  CHECK(refused.cause == 27);
  CHECK_FALSE(refused.sent);
  CHECK(refused.by == EndedBy::line);

  World bus({bri(Node::network, Access::basicPointToMultipoint)});  // Nothing is plugged in.
  bus.network().say(setupTo("1"));
  bus.run(20);
  CHECK(bus.network().one<Released>().cause == 18);
  CHECK_FALSE(bus.network().one<Released>().responded);
  checkIdle(bus);
}
