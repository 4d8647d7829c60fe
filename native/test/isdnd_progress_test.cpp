// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("progress indicators keep description and location, both ways, in every message that may carry one") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::ni2}) {
    for (const bool fromUser : {true, false}) {
      for (const std::uint8_t description : {1, 2, 3, 8}) {
        CAPTURE(fromUser);
        CAPTURE(int{description});
        Primary world([&](ConfigureSpan& span) {
          span.switchType = type;
          span.channels = 0x00FF'FFFE;
        });
        Side& caller = fromUser ? world.user() : world.network();
        Side& called = fromUser ? world.network() : world.user();
        const ProgressIndicator progress{.description = description, .location = Location::publicRemote};
        Setup setup = setupTo("1");
        setup.progress = {.description = 3, .location = Location::transit};
        caller.say(setup);
        world.run(0.01);
        CHECK(called.one<Setup>().progress == setup.progress);
        const std::uint32_t there = called.one<Setup>().call;
        called.say(Progress{.span = kSpan, .call = there, .progress = progress});
        called.say(Alerting{.span = kSpan, .call = there, .progress = progress});
        world.run(0.01);
        CHECK(caller.one<Progress>().progress == progress);
        CHECK(caller.one<Alerting>().progress == progress);
        CHECK(caller.one<Alerting>().inband == (description == 1 || description == 8));
        called.say(Connect{.span = kSpan, .call = there, .progress = progress});
        world.run(0.01);
        CHECK(caller.one<Connect>().progress == progress);
        caller.say(Clear{.span = kSpan, .call = 1});
        world.run(0.1);
        checkIdle(world);
      }
    }
  }
}

TEST_CASE("in-band information before answer carries the span's own location where nobody says another") {
  Primary world;
  world.user().say(setupTo("1"));
  world.run(0.01);
  world.network().say(Alerting{.span = kSpan, .call = world.network().one<Setup>().call, .inband = true});
  world.run(0.01);
  CHECK(world.user().one<Alerting>().progress == ProgressIndicator{.description = 8, .location = Location::publicLocal});
  CHECK(world.user().one<Proceeding>().progress.description == 0);
}

TEST_CASE("a tone behind a DISCONNECT is listened to for the span's time, or until we clear; without it we release at once") {
  for (const bool active : {false, true}) {
    for (const std::uint8_t seconds : {0, 10}) {
      CAPTURE(active);
      CAPTURE(int{seconds});
      Primary world([&](ConfigureSpan& span) { span.toneSeconds = seconds; });
      std::uint32_t there = 0;
      if (active) {
        there = world.answered(1);
      } else {
        world.user().say(setupTo("1"));
        world.run(0.01);
        there = world.network().one<Setup>().call;
      }
      world.network().say(Clear{.span = kSpan, .call = there, .cause = 1, .inband = true});
      world.run(0.1);
      CHECK(world.user().one<Disconnect>().inband == (seconds != 0));
      CHECK(int{world.user().one<Disconnect>().cause} == 1);
      CHECK(world.user().has<Released>() == (seconds == 0));
      if (seconds == 0) continue;
      CHECK(world.user().status().busyChannels == 0b10);
      world.run(9);
      CHECK_FALSE(world.user().has<Released>());
      world.run(1.1);
      CHECK(int{world.user().one<Released>().cause} == 1);
      CHECK(world.user().one<Released>().by == EndedBy::peer);
      checkIdle(world);

      world.forget();
      const std::uint32_t again = world.answered(2);
      world.network().say(Clear{.span = kSpan, .call = again, .cause = 16, .inband = true});
      world.run(0.1);
      CHECK_FALSE(world.user().has<Released>());
      world.user().say(Clear{.span = kSpan, .call = 2});
      world.run(0.1);
      CHECK(world.user().has<Released>());
      checkIdle(world);
    }
  }
}

TEST_CASE("a tone that the far end stops by RELEASE ends the call then") {
  Primary world([](ConfigureSpan& span) { span.toneSeconds = 60; });
  const std::uint32_t there = world.answered(1);
  world.network().say(Clear{.span = kSpan, .call = there, .cause = 21, .inband = true});
  world.run(29);  // T305 of the network's side.
  CHECK_FALSE(world.user().has<Released>());
  world.run(6);
  CHECK(int{world.user().one<Released>().cause} == 21);
  checkIdle(world);
}

TEST_CASE("a call that nobody answers in time is cleared: T304, T310 and T301, each with its cause") {
  struct Case {
    const char* timer;
    bool overlap;
    bool alerting;
    double seconds;
    int cause;
  };
  for (const Case& late : {Case{"T304", true, false, 20, 102}, Case{"T310", false, false, 40, 102}, Case{"T301", false, true, 50, 19}}) {
    CAPTURE(late.timer);
    Primary world([&](ConfigureSpan& span) {
      span.overlap = late.overlap;
      span.timers = {.t301 = 50'000, .t304 = 20'000, .t310 = 40'000};
    });
    Setup setup = setupTo(late.overlap ? "" : "123");
    setup.complete = !late.overlap;
    world.user().say(setup);
    world.run(0.01);
    if (late.alerting) world.network().say(Alerting{.span = kSpan, .call = world.network().one<Setup>().call});
    world.run(late.seconds - 1);
    CHECK_FALSE(world.user().has<Released>());
    if (late.overlap) {  // A digit, and the time begins again.
      world.user().say(Information{.span = kSpan, .call = 1, .digits = "1"});
      world.run(late.seconds - 1);
      CHECK_FALSE(world.user().has<Released>());
    }
    world.run(2);
    CHECK(int{world.user().one<Released>().cause} == late.cause);
    CHECK(world.user().one<Released>().by == EndedBy::line);
    CHECK(int{world.network().one<Released>().cause} == late.cause);
    checkIdle(world);
  }
}

TEST_CASE("PROGRESS stops T310, and an answer every timer") {
  Primary world([](ConfigureSpan& span) { span.timers = {.t301 = 50'000, .t310 = 40'000}; });
  world.user().say(setupTo("1"));
  world.run(0.01);
  const std::uint32_t there = world.network().one<Setup>().call;
  world.network().say(Progress{.span = kSpan, .call = there, .inband = true});
  world.run(200);
  CHECK_FALSE(world.user().has<Released>());
  world.network().say(Alerting{.span = kSpan, .call = there});
  world.run(40);
  world.network().say(Connect{.span = kSpan, .call = there});
  world.run(200);
  CHECK_FALSE(world.user().has<Released>());
  world.user().say(Clear{.span = kSpan, .call = 1});
  world.run(0.1);
  checkIdle(world);
}

TEST_CASE("libpri's timers are the span's: T303 by setting") {
  Primary world([](ConfigureSpan& span) { span.timers = {.t200 = 60'000, .t303 = 1'500}; });
  world.cut = true;
  world.user().say(setupTo("1"));
  world.run(2.9);  // SETUP is repeated once.
  CHECK_FALSE(world.user().has<Released>());
  world.run(0.3);
  CHECK(int{world.user().one<Released>().cause} == 18);
}
