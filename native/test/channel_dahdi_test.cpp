// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "channel/dahdi/dahdi_io.hpp"
#include "channel/dahdi/gain_table.hpp"
#include "common/g711.hpp"
#include "scripted_dahdi.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kFxo = 1;
constexpr int kFxs = 2;
constexpr int kFirstBearer = 3;
constexpr int kAnalogueSpan = 1;
constexpr int kE1 = 2;

std::vector<int> e1Signalling(int dSignalling) {
  std::vector<int> signalling(31, DAHDI_SIG_CLEAR);
  signalling[15] = dSignalling;
  return signalling;
}

/// A card of an FXO port (channel 1), an FXS port (2), and an E1 (3 …, D channel 18).
struct DahdiWorld {
  SteppedClock clock;
  ScriptedDahdi driver;
  std::optional<DahdiIo> io;
  std::vector<ChannelEvent> events;

  DahdiWorld() {
    driver.addSpan({DAHDI_SIG_FXSKS, DAHDI_SIG_FXOKS}, "ports");
    driver.addSpan(e1Signalling(DAHDI_SIG_HARDHDLC), "trunk");
  }
  void start() { io.emplace(driver, findDahdi(driver, {}), clock); }
  void open() {
    start();
    for (const int channel : {kFxo, kFxs, kFirstBearer}) REQUIRE(io->open(channel) == Status::ok);
  }
  void step(int milliseconds) {
    for (int ms = 0; ms < milliseconds; ms += kFrameMilliseconds) {
      clock.advanceTo(clock.nowNs() + kFrameNs);
      io->runDue(clock.nowNs());
      ChannelEvent event;
      while (io->nextEvent(event)) events.push_back(event);
    }
  }
  [[nodiscard]] int count(int channel, ChannelEventType type) const {
    return static_cast<int>(
        std::count_if(events.begin(), events.end(), [&](const ChannelEvent& event) { return event.channel == channel && event.type == type; }));
  }
  [[nodiscard]] std::vector<int> hooks(int channel) {
    return driver.with(channel, [](ScriptedDahdi::Channel& one) { return one.hooks; });
  }
};

Frame frameOf(std::int16_t value) {
  Frame frame;
  frame.samples.fill(value);
  return frame;
}

}  // namespace

// --- What there is -------------------------------------------------------------------------------------------------------------------------

TEST_CASE("the driver's channels are named by port, its spans by what they hold, the D channel is none of calls") {
  DahdiWorld world;
  const DahdiLayout layout = findDahdi(world.driver, {});
  REQUIRE(layout.channels.size() == 32);
  CHECK(layout.channels[0].kind == ChannelKind::fxo);
  CHECK(layout.channels[1].kind == ChannelKind::fxs);
  CHECK(layout.channels[2].kind == ChannelKind::bearer);
  CHECK(layout.channels[2].span == kE1);
  CHECK(layout.channels[2].timeslot == 1);
  CHECK(layout.channels[17].number == 19);  // Timeslot 16 lies between.
  CHECK(layout.channels[17].timeslot == 17);
  CHECK(layout.channels[0].name == "TEST/1/1");
  REQUIRE(layout.spans.size() == 2);
  CHECK(layout.spans[0].kind == SpanKind::analogue);
  CHECK(layout.spans[1].kind == SpanKind::e1);
  CHECK(layout.spans[1].dTimeslot == 16);
  CHECK(layout.spans[1].name == "trunk");
  CHECK(layout.dChannels == std::vector<int>{0, 18});
}

TEST_CASE("only the spans that are asked for are taken, and a span whose channels are not configured is none") {
  ScriptedDahdi driver;
  driver.addSpan({DAHDI_SIG_FXSKS});
  driver.addSpan({DAHDI_SIG_CLEAR, DAHDI_SIG_CLEAR, DAHDI_SIG_HDLCFCS});
  driver.addSpan({0, 0, 0});
  const DahdiLayout layout = findDahdi(driver, {2, 3});
  REQUIRE(layout.spans.size() == 1);
  CHECK(layout.spans[0].number == 2);
  CHECK(layout.spans[0].kind == SpanKind::basic);
  CHECK(layout.spans[0].dTimeslot == 3);
}

TEST_CASE("without a driver there is nothing, and nothing stays open") {
  ScriptedDahdi driver;
  driver.addSpan({DAHDI_SIG_FXSKS});
  driver.setLoaded(false);
  CHECK(findDahdi(driver, {}).channels.empty());
  driver.setLoaded(true);
  CHECK(findDahdi(driver, {}).channels.size() == 1);
  CHECK(driver.openDescriptors() == 0);
}

// --- Opening -------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("a channel is opened with buffers of a frame, linear, a B-channel of an E1 as A-law audio") {
  DahdiWorld world;
  world.open();
  world.driver.with(kFirstBearer, [](ScriptedDahdi::Channel& bearer) {
    CHECK(bearer.audio);
    CHECK(bearer.law == DAHDI_LAW_ALAW);
    CHECK(bearer.linear);
    CHECK(bearer.buffers.numbufs == 4);
    CHECK(bearer.buffers.bufsize == 160);
    CHECK(bearer.buffers.txbufpolicy == DAHDI_POLICY_IMMEDIATE);
  });
  world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) {
    CHECK(fxo.law == 0);  // The card's own codec is the driver's to know.
    CHECK(fxo.linear);
    CHECK(fxo.flashTime == 90);
  });
  CHECK(world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { return fxs.rxFlashTime; }) == 250);
}

TEST_CASE("calls for a channel that does not exist or is not open are refused") {
  DahdiWorld world;
  world.start();
  CHECK(world.io->open(99) == Status::invalidArgument);
  CHECK(world.io->open(-1) == Status::invalidArgument);
  CHECK(world.io->open(18) == Status::invalidArgument);  // The D channel.
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::unavailable);
  CHECK(world.io->dial(kFxo, "1", DialMethod::dtmf) == Status::unavailable);
  CHECK_FALSE(world.io->channelState(99).has_value());
  CHECK_FALSE(world.io->spanStatus(9).has_value());
}

TEST_CASE("a channel that another program holds is told as removed and taken once it is free") {
  DahdiWorld world;
  world.start();
  int number = kFxo;
  const int other = world.driver.open("/dev/dahdi/channel");
  REQUIRE(world.driver.control(other, DAHDI_SPECIFY, &number) == 0);
  CHECK(world.io->open(kFxo) == Status::unavailable);
  world.step(1000);
  CHECK(world.count(kFxo, ChannelEventType::removed) == 1);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);
  world.driver.close(other);
  world.step(2500);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 1);
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::ok);
}

TEST_CASE("a telephone that is off its hook when its port is opened is told") {
  DahdiWorld world;
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.offHook = true; });
  world.open();
  world.step(20);
  CHECK(world.count(kFxs, ChannelEventType::offHook) == 1);
  CHECK(world.io->channelState(kFxs)->offHook);
}

TEST_CASE("closing lets go of the channel, and the end of everything of every descriptor") {
  DahdiWorld world;
  world.open();
  world.io->close(kFxo);
  CHECK(world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { return fxo.descriptor; }) == -1);
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::unavailable);
  world.step(3000);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);  // Not wanted.
  CHECK(world.io->open(kFxo) == Status::ok);
  world.io.reset();
  CHECK(world.driver.openDescriptors() == 0);
}

// --- Commands ------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("hook operations are those of the port, and an operation in progress is a success") {
  DahdiWorld world;
  world.open();
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::ok);
  CHECK(world.io->channelState(kFxo)->offHook);
  CHECK(world.io->setHook(kFxo, Hook::flash) == Status::ok);  // EINPROGRESS.
  CHECK(world.io->setHook(kFxo, Hook::onHook) == Status::ok);
  CHECK_FALSE(world.io->channelState(kFxo)->offHook);
  CHECK(world.hooks(kFxo) == std::vector<int>{DAHDI_OFFHOOK, DAHDI_FLASH, DAHDI_ONHOOK});
  CHECK(world.io->setHook(kFxs, Hook::ring) == Status::ok);  // EINPROGRESS.
  CHECK(world.io->setHook(kFxs, Hook::stopRing) == Status::ok);
  CHECK(world.hooks(kFxs) == std::vector<int>{DAHDI_RING, DAHDI_RINGOFF});
  CHECK(world.io->setHook(kFxo, Hook::ring) == Status::invalidArgument);
  CHECK(world.io->setHook(kFxs, Hook::flash) == Status::invalidArgument);
  CHECK(world.io->setHook(kFirstBearer, Hook::offHook) == Status::invalidArgument);
}

TEST_CASE("on hook at an FXS port is the battery drop that a lifted telephone's equipment sees") {
  DahdiWorld world;
  world.open();
  world.driver.tell(kFxs, DAHDI_EVENT_RINGOFFHOOK);
  world.step(20);
  CHECK(world.io->setHook(kFxs, Hook::onHook) == Status::ok);
  CHECK(world.hooks(kFxs) == std::vector<int>{DAHDI_OFFHOOK, DAHDI_ONHOOK});  // The driver drops the battery only of a line that is taken.
}

TEST_CASE("a hook operation that the driver is too busy for is done as soon as it can be") {
  DahdiWorld world;
  world.open();
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.busyHooks = 5; });
  CHECK(world.io->setHook(kFxs, Hook::ring) == Status::ok);
  CHECK(world.hooks(kFxs).empty());
  world.step(200);
  CHECK(world.hooks(kFxs) == std::vector<int>{DAHDI_RING});
}

TEST_CASE("a newer hook operation takes the place of one that waits, and one waits three seconds at most") {
  DahdiWorld world;
  world.open();
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.busyHooks = 1; });
  world.io->setHook(kFxs, Hook::ring);
  world.io->setHook(kFxs, Hook::stopRing);
  world.step(500);
  CHECK(world.hooks(kFxs) == std::vector<int>{DAHDI_RINGOFF});
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.busyHooks = 100000; });
  world.io->setHook(kFxs, Hook::ring);
  world.step(4000);
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.busyHooks = 0; });
  world.step(500);
  CHECK(world.hooks(kFxs).size() == 1);
}

TEST_CASE("digits go to the driver by tones or pulses, and nothing is written until they are sent") {
  DahdiWorld world;
  world.open();
  world.io->setHook(kFxo, Hook::offHook);
  CHECK(world.io->dial(kFxo, "0123*#", DialMethod::dtmf) == Status::ok);
  CHECK(world.io->dial(kFxo, "12*", DialMethod::pulse) == Status::invalidArgument);
  CHECK(world.io->dial(kFxo, "", DialMethod::dtmf) == Status::invalidArgument);
  CHECK(world.io->dial(kFxo, std::string(300, '1'), DialMethod::dtmf) == Status::invalidArgument);
  CHECK(world.io->dial(kFxs, "1", DialMethod::pulse) == Status::unavailable);
  CHECK(world.io->dial(kFirstBearer, "1", DialMethod::dtmf) == Status::unavailable);
  const auto queued = [&] { return world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { return fxo.toSend.size(); }); };
  world.io->frame();
  world.io->write(kFxo, frameOf(1000));
  CHECK(queued() == 0);
  world.driver.tell(kFxo, DAHDI_EVENT_DIALCOMPLETE);
  world.step(20);
  CHECK(world.count(kFxo, ChannelEventType::dialDone) == 1);
  world.io->write(kFxo, frameOf(1000));
  CHECK(queued() > 0);
  CHECK(world.io->dial(kFxo, "12", DialMethod::pulse) == Status::ok);
  CHECK(world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { return fxo.dialled; }) == std::vector<std::string>{"T0123*#", "P12"});
}

TEST_CASE("settings of a telephone's port reach the driver, those of the other port are refused") {
  DahdiWorld world;
  world.open();
  const std::vector<int> uk = {400, 200, 400, 2000};
  CHECK(world.io->setRingCadence(kFxs, uk) == Status::ok);
  CHECK(world.io->setPolarity(kFxs, true) == Status::ok);
  CHECK(world.io->setOnHookTransfer(kFxs, 6000) == Status::ok);
  CHECK(world.io->setMessageWaiting(kFxs, true) == Status::ok);
  CHECK(world.io->setFlashTime(kFxs, 120) == Status::ok);
  world.driver.with(kFxs, [&](ScriptedDahdi::Channel& fxs) {
    CHECK(std::equal(uk.begin(), uk.end(), fxs.cadence.begin()));
    CHECK(fxs.cadence[4] == 0);
    CHECK(fxs.polarity == 1);
    CHECK(fxs.onHookTransfer == 6000);
    CHECK(fxs.messages == 1);
    CHECK(fxs.rxFlashTime == 120);
  });
  CHECK(world.io->channelState(kFxs)->reversed);
  const std::vector<int> odd = {400, 200, 400};
  CHECK(world.io->setRingCadence(kFxs, odd) == Status::invalidArgument);
  CHECK(world.io->setRingCadence(kFxo, uk) == Status::invalidArgument);
  CHECK(world.io->setPolarity(kFxo, true) == Status::invalidArgument);
  CHECK(world.io->setOnHookTransfer(kFxo, 1) == Status::invalidArgument);
  CHECK(world.io->setMessageWaiting(kFxo, true) == Status::invalidArgument);
  CHECK(world.io->setFlashTime(kFxo, 100) == Status::ok);
  CHECK(world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { return fxo.flashTime; }) == 100);
  CHECK(world.io->setFlashTime(kFxo, 5) == Status::invalidArgument);
}

TEST_CASE("what a driver does not offer is unavailable") {
  DahdiWorld world;
  world.open();
  world.driver.fail("control", ENOTTY, 3);
  CHECK(world.io->setPolarity(kFxs, true) == Status::unavailable);
  CHECK(world.io->setOnHookTransfer(kFxs, 100) == Status::unavailable);
  CHECK(world.io->setMessageWaiting(kFxs, true) == Status::unavailable);
  CHECK_FALSE(world.io->channelState(kFxs)->reversed);
  world.step(100);
  CHECK(world.count(kFxs, ChannelEventType::removed) == 0);
}

TEST_CASE("the echo canceller is the driver's where one is attached; its tail is a power of two that the driver takes") {
  DahdiWorld world;
  world.open();
  const auto taps = [&] { return world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { return fxo.taps; }); };
  CHECK(world.io->setEchoCanceller(kFxo, 16) == Status::unavailable);  // DAHDI itself would say yes.
  CHECK(taps() == -1);
  world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { fxo.canceller = "MG2"; });
  CHECK(world.io->setEchoCanceller(kFxo, 16) == Status::ok);
  CHECK(taps() == 128);
  CHECK(world.io->setEchoCanceller(kFxo, 20) == Status::ok);
  CHECK(taps() == 256);
  CHECK(world.io->setEchoCanceller(kFxo, 1000) == Status::ok);
  CHECK(taps() == 1024);
  CHECK(world.io->setEchoCanceller(kFxo, 0) == Status::ok);
  CHECK(taps() == 0);
}

TEST_CASE("an echo canceller that was refused does not come on later by itself, beside the one that took its place") {
  DahdiWorld world;
  world.open();
  CHECK(world.io->setEchoCanceller(kFxo, 16) == Status::unavailable);
  world.driver.removeSpan(kAnalogueSpan);
  world.step(700);
  CHECK(world.io->setEchoCanceller(kFxs, 16) == Status::unavailable);
  for (const int channel : {kFxo, kFxs}) world.driver.with(channel, [](ScriptedDahdi::Channel& one) { one.canceller = "MG2"; });
  world.driver.returnSpan(kAnalogueSpan);
  world.step(2100);
  for (const int channel : {kFxo, kFxs}) {
    CAPTURE(channel);
    CHECK(world.driver.with(channel, [](ScriptedDahdi::Channel& one) { return one.taps; }) == -1);
  }
}

TEST_CASE("gains are tables of the channel's law: 0 dB changes nothing, 6 dB doubles, full scale stays in") {
  std::array<unsigned char, 256> table{};
  for (const bool alaw : {true, false}) {
    const auto linear = [&](unsigned char code) { return alaw ? alawToLinear(code) : ulawToLinear(code); };
    fillGainTable(table, 0, alaw);
    for (int code = 0; code < 256; ++code) CHECK(table[static_cast<std::size_t>(code)] == code);
    fillGainTable(table, 20 * std::log10(2.0), alaw);
    for (int code = 0; code < 256; ++code) {
      const auto octet = static_cast<unsigned char>(code);
      const double wanted = std::clamp(2.0 * linear(octet), -32256.0, 32256.0);
      CHECK(std::abs(linear(table[octet]) - wanted) <= std::abs(wanted) / 16 + 16);
    }
  }
  DahdiWorld world;
  world.open();
  CHECK(world.io->setGains(kFxo, 0, -3) == Status::ok);
  CHECK(world.io->setGains(kFxo, 99, 0) == Status::invalidArgument);
  CHECK(world.io->setGains(kFirstBearer, 0, 0) == Status::invalidArgument);
  world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) {
    CHECK(fxo.gains.rxgain[42] == 42);
    CHECK(std::abs(ulawToLinear(fxo.gains.txgain[0x80])) < std::abs(ulawToLinear(0x80)));
  });
}

TEST_CASE("µ-law is encoded to the code that decodes nearest") {
  for (int code = 0; code < 256; ++code) {
    const std::int16_t sample = ulawToLinear(static_cast<std::uint8_t>(code));
    CHECK(ulawToLinear(linearToUlaw(sample)) == sample);
  }
  CHECK(ulawToLinear(linearToUlaw(32767)) == 32124);
  CHECK(ulawToLinear(linearToUlaw(-32768)) == -32124);
}

// --- Events --------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("the driver's events are those of the port") {
  DahdiWorld world;
  world.open();
  using Type = ChannelEventType;
  for (const int event : {DAHDI_EVENT_RINGBEGIN, DAHDI_EVENT_RINGOFFHOOK, DAHDI_EVENT_POLARITY, DAHDI_EVENT_ONHOOK, DAHDI_EVENT_HOOKCOMPLETE,
                          DAHDI_EVENT_DTMFDOWN | '5', DAHDI_EVENT_DTMFUP | '5'})
    world.driver.tell(kFxo, event);
  for (const int event : {DAHDI_EVENT_RINGOFFHOOK, DAHDI_EVENT_WINKFLASH, DAHDI_EVENT_PULSE_START, DAHDI_EVENT_PULSEDIGIT | '7',
                          DAHDI_EVENT_RINGEROFF, DAHDI_EVENT_ONHOOK})
    world.driver.tell(kFxs, event);
  world.step(20);
  std::vector<Type> fxo;
  std::vector<Type> fxs;
  for (const ChannelEvent& event : world.events) (event.channel == kFxo ? fxo : fxs).push_back(event.type);
  CHECK(fxo == std::vector<Type>{Type::ringBegin, Type::ringEnd, Type::polarity, Type::onHook, Type::digit});
  CHECK(fxs == std::vector<Type>{Type::offHook, Type::flash, Type::pulseDigit, Type::ringEnd, Type::onHook});
  CHECK(world.io->channelState(kFxo)->reversed);
  CHECK_FALSE(world.io->channelState(kFxs)->offHook);
  for (const ChannelEvent& event : world.events) {
    if (event.type == Type::digit) CHECK(event.value == '5');
    if (event.type == Type::pulseDigit) CHECK(event.value == '7');
    CHECK(event.atNs == world.clock.nowNs());
  }
}

TEST_CASE("a line without battery is an alarm and seen in its state") {
  DahdiWorld world;
  world.open();
  CHECK(world.io->channelState(kFxo)->battery);
  world.driver.tell(kFxo, DAHDI_EVENT_ALARM);
  world.step(20);
  CHECK(world.count(kFxo, ChannelEventType::alarm) == 1);
  CHECK_FALSE(world.io->channelState(kFxo)->battery);
  world.driver.tell(kFxo, DAHDI_EVENT_NOALARM);
  world.step(20);
  CHECK(world.count(kFxo, ChannelEventType::alarmCleared) == 1);
  CHECK(world.io->channelState(kFxo)->battery);
}

TEST_CASE("a change from one span alarm to another, of which the driver tells nothing, is told all the same") {
  DahdiWorld world;
  world.open();
  const auto alarms = [&] { return static_cast<int>(world.io->spanStatus(kE1)->alarms); };
  CHECK(alarms() == 0);
  world.driver.setAlarms(kE1, DAHDI_ALARM_YELLOW);
  world.step(600);
  CHECK(world.events.back().type == ChannelEventType::spanAlarm);
  CHECK(world.events.back().channel == kE1);
  CHECK(world.events.back().value == kAlarmYellow);
  world.driver.setAlarms(kE1, DAHDI_ALARM_RED | DAHDI_ALARM_LOOPBACK);
  world.step(600);
  CHECK(world.events.back().value == (kAlarmRed | kAlarmLoopback));
  world.driver.setAlarms(kE1, 0);
  world.driver.setCounters(kE1, 3, 4, 5, 6, 7);
  world.step(600);
  CHECK(world.events.back().value == 0);
  CHECK(world.count(kE1, ChannelEventType::spanAlarm) == 3);
  const SpanStatus status = *world.io->spanStatus(kE1);
  CHECK(status.bipolarViolations == 3);
  CHECK(status.crcErrors == 4);
  CHECK(status.framingErrors == 5);
  CHECK(status.missedInterrupts == 6);
  CHECK(status.slips == 7);
}

TEST_CASE("an alarm on a channel has its span asked at once") {
  DahdiWorld world;
  world.open();
  world.step(100);
  world.driver.setAlarms(kE1, DAHDI_ALARM_BLUE);
  world.driver.tell(kFirstBearer, DAHDI_EVENT_ALARM);
  world.step(20);
  CHECK(world.count(kE1, ChannelEventType::spanAlarm) == 1);
  CHECK(world.io->spanStatus(kE1)->alarms == kAlarmBlue);
}

// --- A card that goes and returns ------------------------------------------------------------------------------------------------------------

TEST_CASE("a card that is pulled: its channels and its span are removed once, answer nothing, and come back with their settings") {
  DahdiWorld world;
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) { fxs.canceller = "MG2"; });
  world.open();
  const std::vector<int> uk = {400, 200, 400, 2000};
  world.io->setRingCadence(kFxs, uk);
  world.io->setFlashTime(kFxs, 150);
  world.io->setGains(kFxs, 0, 0);
  world.io->setEchoCanceller(kFxs, 16);
  world.driver.removeSpan(kAnalogueSpan);
  world.step(700);
  CHECK(world.count(kFxo, ChannelEventType::removed) == 1);
  CHECK(world.count(kFxs, ChannelEventType::removed) == 1);
  CHECK(world.count(kFirstBearer, ChannelEventType::removed) == 0);
  CHECK(world.io->spanStatus(kAnalogueSpan)->alarms == kAlarmRemoved);
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::unavailable);
  Frame heard = frameOf(7);
  world.io->frame();
  world.io->read(kFxo, heard);
  CHECK(heard.samples[0] == 0);
  world.io->write(kFxo, heard);
  world.step(5000);
  CHECK(world.count(kFxo, ChannelEventType::removed) == 1);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);

  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) {
    fxs.cadence.clear();
    fxs.taps = -1;
  });
  world.driver.returnSpan(kAnalogueSpan);
  world.step(2100);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 1);
  CHECK(world.count(kFxs, ChannelEventType::restored) == 1);
  CHECK(world.io->spanStatus(kAnalogueSpan)->alarms == 0);
  CHECK(world.io->setHook(kFxo, Hook::offHook) == Status::ok);
  world.driver.with(kFxs, [](ScriptedDahdi::Channel& fxs) {
    CHECK(fxs.cadence.at(1) == 200);
    CHECK(fxs.rxFlashTime == 150);
    CHECK(fxs.taps == 128);
  });
}

TEST_CASE("another kind of card in the place of the lost one is not taken for it") {
  DahdiWorld world;
  world.open();
  world.driver.removeSpan(kAnalogueSpan);
  world.step(100);
  world.driver.with(kFxo, [](ScriptedDahdi::Channel& fxo) { fxo.signalling = DAHDI_SIG_FXOKS; });
  world.driver.returnSpan(kAnalogueSpan);
  world.step(5000);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);
  CHECK(world.count(kFxs, ChannelEventType::restored) == 1);
}

TEST_CASE("the driver's own word that a channel was removed is believed before any call fails") {
  DahdiWorld world;
  world.open();
  world.driver.tell(kFxo, DAHDI_EVENT_REMOVED);
  world.driver.fail("open", ENOENT, 2);
  world.step(20);
  CHECK(world.count(kFxo, ChannelEventType::removed) == 1);
  world.step(3000);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 1);
}

TEST_CASE("a card that tells of its going before it takes its channels away is removed once") {
  DahdiWorld world;
  world.open();
  world.driver.setAlarms(kAnalogueSpan, DAHDI_ALARM_NOTOPEN);
  world.driver.tell(kFxo, DAHDI_EVENT_REMOVED);
  world.step(1500);  // The channel can still be opened.
  world.driver.removeSpan(kAnalogueSpan);
  world.step(500);
  CHECK(world.count(kFxo, ChannelEventType::removed) == 1);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);
  world.driver.setAlarms(kAnalogueSpan, 0);
  world.driver.returnSpan(kAnalogueSpan);
  world.step(2500);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 1);
}

TEST_CASE("a span that never says that it is at work is taken back after ten seconds") {
  DahdiWorld world;
  world.open();
  world.driver.removeSpan(kAnalogueSpan);
  world.step(100);
  world.driver.setAlarms(kAnalogueSpan, DAHDI_ALARM_NOTOPEN);
  world.driver.returnSpan(kAnalogueSpan);
  world.step(8000);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 0);
  world.step(5000);
  CHECK(world.count(kFxo, ChannelEventType::restored) == 1);
}

TEST_CASE("ENODEV at any call is the removal, EINTR at none") {
  const auto removedBy = [](const char* call, int error, auto act) {
    DahdiWorld world;
    world.open();
    world.io->setHook(kFxo, Hook::offHook);
    world.driver.fail(call, error);
    act(world);
    world.step(60);
    return world.count(kFxo, ChannelEventType::removed) == 1;
  };
  const auto hook = [](DahdiWorld& world) { world.io->setHook(kFxo, Hook::onHook); };
  const auto dial = [](DahdiWorld& world) { world.io->dial(kFxo, "1", DialMethod::dtmf); };
  const auto read = [](DahdiWorld& world) { world.io->frame(); };
  const auto write = [](DahdiWorld& world) { world.io->write(kFxo, frameOf(1)); };
  const auto event = [](DahdiWorld& world) { world.driver.tell(kFxo, DAHDI_EVENT_RINGBEGIN); };
  CHECK(removedBy("control", ENODEV, hook));
  CHECK(removedBy("control", ENODEV, dial));
  CHECK(removedBy("control", ENXIO, event));
  CHECK(removedBy("read", ENODEV, read));
  CHECK(removedBy("write", ENODEV, write));
  CHECK_FALSE(removedBy("control", EINTR, hook));
  CHECK_FALSE(removedBy("control", EINTR, dial));
  CHECK_FALSE(removedBy("control", EINTR, event));
  CHECK_FALSE(removedBy("read", EINTR, read));
  CHECK_FALSE(removedBy("write", EINTR, write));
}

TEST_CASE("every channel of a removed card returns, whichever call fails while it is opened again") {
  for (const unsigned long request : {DAHDI_SPECIFY, DAHDI_GET_PARAMS, DAHDI_AUDIOMODE, DAHDI_SETLAW, DAHDI_SET_BUFINFO, DAHDI_SETLINEAR}) {
    DahdiWorld world;
    world.open();
    world.driver.removeSpan(kE1);
    world.step(100);
    world.driver.returnSpan(kE1);
    world.driver.fail("control", ENODEV, 2, request);
    world.step(4000);
    CHECK(world.count(kFirstBearer, ChannelEventType::restored) == 1);
    world.io.reset();
    CHECK(world.driver.openDescriptors() == 0);
  }
}

// --- D channels ----------------------------------------------------------------------------------------------------------------------------

TEST_CASE("a D channel is the driver's own descriptor with many small buffers; each who asks gets one of his own") {
  DahdiWorld world;
  world.start();
  const DChannel channel = world.io->openDChannel(kE1);
  CHECK(channel.descriptor >= 0);
  world.driver.with(18, [](ScriptedDahdi::Channel& one) {
    CHECK(one.buffers.numbufs == 32);
    CHECK(one.buffers.bufsize == 1024);
    CHECK(one.buffers.txbufpolicy == DAHDI_POLICY_IMMEDIATE);
  });
  const DChannel again = world.io->openDChannel(kE1);  // While the first is still held, which the driver itself would refuse.
  CHECK(again.descriptor >= 0);
  CHECK(again.descriptor != channel.descriptor);
  CHECK(world.driver.with(18, [](ScriptedDahdi::Channel& one) { return one.opened; }) == 1);
  world.driver.removeSpan(kE1);
  CHECK(world.io->openDChannel(kE1).descriptor == -1);
  world.driver.returnSpan(kE1);
  const DChannel returned = world.io->openDChannel(kE1);
  CHECK(returned.descriptor >= 0);
  CHECK(world.driver.with(18, [](ScriptedDahdi::Channel& one) { return one.opened; }) == 2);
  for (const DChannel& one : {channel, again, returned}) world.driver.close(one.descriptor);
  CHECK(world.io->openDChannel(kAnalogueSpan).descriptor == -1);
  CHECK(world.io->openDChannel(9).descriptor == -1);
  world.io.reset();
  CHECK(world.driver.openDescriptors() == 0);
}

TEST_CASE("a span that is back without the configuration of its D channel is not back") {
  DahdiWorld world;
  world.open();
  world.driver.removeSpan(kE1);
  world.step(600);
  CHECK(world.io->spanStatus(kE1)->alarms == kAlarmRemoved);
  world.driver.with(18, [](ScriptedDahdi::Channel& one) { one.signalling = 0; });
  world.driver.returnSpan(kE1);
  world.step(600);
  CHECK(world.io->spanStatus(kE1)->alarms == kAlarmRemoved);
  CHECK(world.io->openDChannel(kE1).descriptor == -1);
  world.driver.with(18, [](ScriptedDahdi::Channel& one) { one.signalling = DAHDI_SIG_HDLCFCS; });
  world.step(600);
  CHECK(world.io->spanStatus(kE1)->alarms == 0);
  CHECK(world.count(kE1, ChannelEventType::spanAlarm) == 2);
}
