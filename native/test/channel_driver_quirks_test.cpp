// SPDX-License-Identifier: GPL-3.0-or-later
#include "channel_world.hpp"

using namespace branchline;
using namespace branchline::test;

// What DAHDI does to a line that nobody would expect of one; the same on the virtual card.

TEST_CASE("ringing is not told for two seconds after a channel was opened") {
  CardWorld world;
  world.card.open(1);
  world.card.callIn(1, {"", {}, ""});
  world.step(1980);
  CHECK(world.count(1, ChannelEventType::ringBegin) == 0);
  world.step(1500);  // The second pair of bursts begins after three seconds.
  CHECK(world.count(1, ChannelEventType::ringBegin) == 1);
}

TEST_CASE("ringing is not told for two seconds after a line was hung up, by us or by the exchange's battery drop") {
  for (const bool byExchange : {false, true}) {
    CAPTURE(byExchange);
    CardWorld world;
    world.card.setFarEnds({{"1", {answer()}, ""}});
    world.call(1, "1");
    if (byExchange) {
      world.card.hangUp(1);
      world.step(40);
      CHECK(world.count(1, ChannelEventType::onHook) == 1);
    }
    world.card.setHook(1, Hook::onHook);
    world.step(40);
    world.forget();
    world.card.callIn(1, {"", {}, ""});
    world.step(1900);
    CHECK(world.count(1, ChannelEventType::ringBegin) == 0);
    world.step(1600);
    CHECK(world.count(1, ChannelEventType::ringBegin) >= 1);
  }
}

TEST_CASE("a telephone's hanging up is told after the flash time, a shorter opening as a flash, a short one as a pulse") {
  CardWorld world;
  world.card.setFarEnds({{"3",
                          {answer(),
                           waitFor(1000),
                           {.action = FarEndStep::Action::flash, .milliseconds = 600},
                           waitFor(1000),
                           {.action = FarEndStep::Action::flash, .milliseconds = 100},
                           waitFor(1000),
                           hangUp()},
                          ""}});
  world.card.setHook(3, Hook::ring);
  world.step(3000);
  CHECK(world.count(3, ChannelEventType::offHook) == 1);
  CHECK(world.count(3, ChannelEventType::flash) == 1);
  CHECK(world.count(3, ChannelEventType::pulseDigit) == 1);
  CHECK(world.count(3, ChannelEventType::onHook) == 0);
  world.step(900);
  CHECK_FALSE(world.card.channelState(3)->offHook);
  CHECK(world.count(3, ChannelEventType::onHook) == 0);
  world.step(1200);
  CHECK(world.count(3, ChannelEventType::onHook) == 1);
}

TEST_CASE("the flash time of a telephone's port can be set") {
  CardWorld world;
  CHECK(world.card.setFlashTime(3, 300) == Status::ok);
  world.card.phoneDials(3, "1", {"3", {}, ""});
  world.step(100);
  world.card.hangUp(3);
  world.step(280);
  CHECK(world.count(3, ChannelEventType::onHook) == 0);
  world.step(60);
  CHECK(world.count(3, ChannelEventType::onHook) == 1);
}

TEST_CASE("a battery that is away is an alarm after a second, and off hook the exchange's clearing before that") {
  CardWorld world;
  world.card.setHook(1, Hook::offHook);
  world.step(100);
  LineImpairments cut;
  cut.signalling.noBattery = true;
  world.card.impair(1, cut);
  world.card.impair(2, cut);
  world.step(980);
  CHECK(world.count(1, ChannelEventType::onHook) == 1);
  CHECK(world.count(2, ChannelEventType::onHook) == 0);
  CHECK(world.count(2, ChannelEventType::alarm) == 0);
  world.step(100);
  CHECK(world.count(1, ChannelEventType::alarm) == 1);
  CHECK(world.count(2, ChannelEventType::alarm) == 1);
  world.card.impair(2, {});
  world.step(40);
  CHECK(world.count(2, ChannelEventType::alarmCleared) == 1);
}

TEST_CASE("a span's alarms are told from none to some and back, not from one to another") {
  CardWorld world;
  const auto set = [&](std::uint8_t alarms) {
    CHECK(world.card.setSpan(1, {.alarms = alarms, .slips = 7}) == Status::ok);
    world.step(20);
  };
  set(kAlarmYellow);
  set(kAlarmRed);
  CHECK(world.count(1, ChannelEventType::spanAlarm) == 1);
  CHECK(world.events.back().type == ChannelEventType::alarm);
  CHECK(world.card.spanStatus(1)->alarms == kAlarmRed);
  CHECK(world.card.spanStatus(1)->slips == 7);
  set(0);
  CHECK(world.count(1, ChannelEventType::spanAlarm) == 2);
  CHECK(world.count(3, ChannelEventType::alarmCleared) == 1);
  CHECK(world.card.setSpan(2, {}) == Status::invalidArgument);
}

TEST_CASE("an exchange hears dial pulses, and so does a telephone's port") {
  CardWorld world;
  world.card.setFarEnds({{"203", {answer()}, ""}});
  world.card.setHook(1, Hook::offHook);
  world.step(500);
  CHECK(world.card.dial(1, "20x", DialMethod::pulse) == Status::invalidArgument);
  CHECK(world.card.dial(1, "203", DialMethod::pulse) == Status::ok);
  world.step(3800);
  CHECK(world.count(1, ChannelEventType::dialDone) == 0);
  world.step(200);
  CHECK(world.count(1, ChannelEventType::dialDone) == 1);
  CHECK(world.log.of("farEndAnswered").size() == 1);
  world.card.phoneDials(3, "90", {"3", {}, ""}, DialMethod::pulse);
  world.step(4500);
  std::string digits;
  for (const ChannelEvent& event : world.events) {
    if (event.type == ChannelEventType::pulseDigit) digits += static_cast<char>(event.value);
  }
  CHECK(digits == "90");
  CHECK(world.count(3, ChannelEventType::onHook) == 0);
}

TEST_CASE("a short flash is a recall to the exchange, which holds the call until the next one; a long one clears") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer(), speakTone(1004)}, ""}});
  world.call(1, "1");
  CHECK(world.card.setFlashTime(1, 100) == Status::ok);
  world.card.setHook(1, Hook::flash);
  world.step(300);
  world.forget();
  world.step(1000);
  CHECK(world.heardTones[1] == "dial ");
  world.card.setHook(1, Hook::flash);
  world.step(400);
  world.forget();
  world.step(1000);
  CHECK(world.levelOf(1) == doctest::Approx(-10).epsilon(0.05));
  world.card.setFlashTime(1, 750);  // The driver's default.
  world.card.setHook(1, Hook::flash);
  world.step(800);
  CHECK(world.log.of("farEndEnded").size() == 1);
}

TEST_CASE("a telephone's port rings with its cadence, and stops when the telephone is lifted") {
  CardWorld world;
  const int british[] = {400, 200, 400, 2000};
  const int odd[] = {400, 200, 400};
  CHECK(world.card.setRingCadence(3, odd) == Status::invalidArgument);
  CHECK(world.card.setRingCadence(1, british) == Status::invalidArgument);
  CHECK(world.card.setRingCadence(3, british) == Status::ok);
  world.card.setFarEnds({{"3", {ringFor(3200), answer()}, ""}});
  world.card.setHook(3, Hook::ring);
  std::string bursts;
  for (int i = 0; i < 34; ++i) {
    world.step(100);
    bursts += world.card.port(3)->isRinging() ? '#' : '.';
  }
  CHECK(bursts == "####..####....................##..");
}

TEST_CASE("audio reaches a telephone on its hook only during an on-hook transfer") {
  CardWorld world;
  world.said[3] = samplesOf(Signal().key('5', 100).silence(100));  // A telephone that hears a 5 rings no more.
  world.card.setFarEnds({{"3", {{.action = FarEndStep::Action::expect, .milliseconds = 60000, .digits = "5"}, answer()}, ""}});
  world.card.setHook(3, Hook::ring);
  world.step(1000);
  CHECK(world.count(3, ChannelEventType::offHook) == 0);
  CHECK(world.card.setOnHookTransfer(1, 500) == Status::invalidArgument);
  CHECK(world.card.setOnHookTransfer(3, 500) == Status::ok);
  world.step(500);
  CHECK(world.count(3, ChannelEventType::offHook) == 1);
}

TEST_CASE("a telephone's lamp is lit and put out") {
  CardWorld world;
  CHECK(world.card.setMessageWaiting(3, true) == Status::ok);
  world.step(20);
  CHECK(world.card.port(3)->messageWaiting());
  world.card.setMessageWaiting(3, false);
  world.step(20);
  CHECK_FALSE(world.card.port(3)->messageWaiting());
}

TEST_CASE("gains are those of the line, both ways") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer(), speakTone(1004)}, ""}});
  CHECK(world.card.setGains(1, 40, 0) == Status::invalidArgument);
  CHECK(world.card.setGains(1, -6, 0) == Status::ok);
  world.call(1, "1");
  world.forget();
  world.step(1000);
  CHECK(world.levelOf(1) == doctest::Approx(-16).epsilon(0.03));
}
