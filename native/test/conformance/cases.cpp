// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <array>
#include <set>

#include "trial.hpp"

namespace branchline::test {
namespace {

using Type = ChannelEventType;

constexpr std::array kUkCadence = {400, 200, 400, 2000};

bool always(const FarAbilities&) { return true; }

// --- What there is -----------------------------------------------------------------------------------------------------------------------------

void namesItsChannels(Trial& t) {
  std::set<int> numbers;
  for (const ChannelInfo& channel : t.io.channels()) {
    t.expect(numbers.insert(channel.number).second, "each channel has a number of its own");
    t.expect(!channel.name.empty(), "each channel has a name");
    bool spanned = false;
    for (const SpanInfo& span : t.io.spans()) spanned = spanned || span.number == channel.span;
    t.expect(spanned, "each channel is of a span");
    t.expect(channel.timeslot >= 1, "each channel has a place in its span");
  }
  for (const SpanInfo& span : t.io.spans()) t.expect(t.io.spanStatus(span.number).has_value(), "each span tells its present");
  t.expect(!t.io.spanStatus(999).has_value(), "a span that is not there tells nothing");
  t.expect(!t.io.channelState(999).has_value(), "a channel that is not there tells nothing");
}

void refusesWhatAPortDoesNotHave(Trial& t) {
  const int fxo = t.far.fxo();
  const int fxs = t.far.fxs();
  t.expect(t.io.open(999) == Status::invalidArgument, "a channel that is not there does not open");
  t.expect(t.io.setHook(fxo, Hook::offHook) == Status::unavailable, "a channel that is not open answers nothing");
  t.open(fxo);
  t.open(fxs);
  t.expect(t.io.setHook(fxo, Hook::ring) == Status::invalidArgument, "an FXO port does not ring");
  t.expect(t.io.setHook(fxs, Hook::flash) == Status::invalidArgument, "an FXS port does not flash");
  t.expect(t.io.setPolarity(fxo, true) == Status::invalidArgument, "an FXO port has no polarity of its own");
  t.expect(t.io.setRingCadence(fxo, kUkCadence) == Status::invalidArgument, "an FXO port has no ringing");
  t.expect(t.io.setRingCadence(fxs, std::span(kUkCadence).first(3)) == Status::invalidArgument, "a cadence is of pairs");
  t.expect(t.io.dial(fxo, "", DialMethod::dtmf) == Status::invalidArgument, "nothing is no number");
  t.expect(t.io.dial(fxo, "12x", DialMethod::dtmf) == Status::invalidArgument, "x is no digit");
  t.io.close(fxo);
  t.expect(t.io.setHook(fxo, Hook::offHook) == Status::unavailable, "a channel that was closed answers nothing");
}

// --- FXO -----------------------------------------------------------------------------------------------------------------------------------------

void suppressesRingingAfterOpening(Trial& t) {
  t.open(t.far.fxo());
  t.far.ring();
  t.pass(1000);
  t.expect(t.count(t.far.fxo(), Type::ringBegin) == 0, "ringing in the first two seconds is not told");
  t.await(t.far.fxo(), Type::ringBegin, "ringing that goes on is told after them");
  t.far.clear();
}

void tellsRinging(Trial& t) {
  t.open(t.far.fxo());
  t.passRingSuppression();
  t.forget();
  t.far.ring();
  t.await(t.far.fxo(), Type::ringBegin, "a burst of ringing is told");
  t.await(t.far.fxo(), Type::ringEnd, "its end is told");
  t.pass(6000);
  t.expect(t.count(t.far.fxo(), Type::ringBegin) >= 2, "each burst is told");
  t.far.clear();
  t.pass(3500);
  t.forget();
  t.pass(4000);
  t.expect(t.count(t.far.fxo(), Type::ringBegin) == 0, "ringing that has stopped is told no more");
}

void answersAndIsCleared(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  t.passRingSuppression();
  t.far.ring();
  t.await(fxo, Type::ringBegin, "the line rings");
  t.expect(t.io.setHook(fxo, Hook::offHook) == Status::ok, "it is answered");
  t.awaitThat([&] { return t.far.seized(); }, "the exchange sees the answer");
  t.awaitThat([&] { return t.io.channelState(fxo)->offHook; }, "the port knows that it is off hook");
  t.speak(fxo, 400);
  t.pass(2000);
  t.listen(fxo);
  t.pass(2000);
  t.expect(std::abs(levelOf(t.heard(fxo), 1004) + 12.2) < 3, "the caller is heard: " + std::to_string(levelOf(t.heard(fxo), 1004)) + " dB");
  t.expect(jumpsIn(t.heard(fxo), 1004) == 0, "without gaps: " + std::to_string(jumpsIn(t.heard(fxo), 1004)));
  t.forget();
  t.far.clear();
  t.await(fxo, Type::onHook, "a battery drop while off hook is the end");
  t.expect(t.io.setHook(fxo, Hook::onHook) == Status::ok, "the port hangs up");
  t.awaitThat([&] { return !t.far.seized(); }, "the exchange sees the line released");
  t.awaitThat([&] { return !t.io.channelState(fxo)->offHook; }, "and the port knows that it is on hook");
}

void dials(Trial& t, DialMethod method) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  t.far.expectCall("1230");
  t.io.setHook(fxo, Hook::offHook);
  t.awaitThat([&] { return t.far.seized(); }, "the exchange sees the seizure");
  t.pass(1000);
  t.expect(t.io.dial(fxo, "1230", method) == Status::ok, "digits are taken");
  t.expect(t.count(fxo, Type::dialDone) == 0, "and not sent in no time");
  t.await(fxo, Type::dialDone, "their end is told", 12000);
  t.awaitThat([&] { return t.far.understood("1230"); }, "the exchange understands them", 8000);
  t.io.setHook(fxo, Hook::onHook);
  t.awaitThat([&] { return !t.far.seized(); }, "the line is released");
}
void dialsByTones(Trial& t) { dials(t, DialMethod::dtmf); }
void dialsByPulses(Trial& t) { dials(t, DialMethod::pulse); }

void hangingUpEndsDialling(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  t.io.setHook(fxo, Hook::offHook);
  t.pass(1000);
  t.io.dial(fxo, "12345678901234567890", DialMethod::dtmf);
  t.pass(400);
  t.io.setHook(fxo, Hook::onHook);
  t.forget();
  t.pass(6000);
  t.expect(t.count(fxo, Type::dialDone) == 0, "nothing is told of a number whose dialling was given up");
}

void tellsAnswerByPolarity(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  const bool before = t.io.channelState(fxo)->reversed;
  t.far.expectCall("1230");
  t.io.setHook(fxo, Hook::offHook);
  t.pass(1000);
  t.forget();
  t.io.dial(fxo, "1230", DialMethod::dtmf);
  t.awaitThat([&] { return t.far.understood("1230"); }, "the call is answered", 8000);
  t.await(fxo, Type::polarity, "the answer is told by polarity");
  t.expect(t.io.channelState(fxo)->reversed != before, "and seen in the line's state");
  t.io.setHook(fxo, Hook::onHook);
  t.pass(500);
}

void flashes(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  // Openings of 200 ms and less are pulses to the driver at the other end (DAHDI_MAXPULSETIME).
  t.expect(t.io.setFlashTime(fxo, 300) == Status::ok, "the flash can be made short");
  t.io.setHook(fxo, Hook::offHook);
  t.awaitThat([&] { return t.far.seized(); }, "the line is seized");
  t.pass(1500);
  t.expect(t.io.setHook(fxo, Hook::flash) == Status::ok, "the port flashes");
  t.awaitThat([&] { return t.far.flashesAtExchange() == 1; }, "the exchange sees one flash");
  t.pass(1000);
  t.expect(t.far.seized(), "and the line still seized");
  t.io.setHook(fxo, Hook::onHook);
}

void tellsACutLine(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  t.expect(t.io.channelState(fxo)->battery, "the line is fed");
  t.far.cut(true);
  t.await(fxo, Type::alarm, "a line that is cut is an alarm");
  t.expect(!t.io.channelState(fxo)->battery, "and seen in its state");
  t.expect(t.count(fxo, Type::onHook) == 0, "which is no end of a call while there is none");
  t.far.cut(false);
  t.await(fxo, Type::alarmCleared, "its return is told");
  t.expect(t.io.channelState(fxo)->battery, "and seen");
}

// --- FXS -----------------------------------------------------------------------------------------------------------------------------------------

void tellsTheTelephonesHook(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.expect(t.io.setFlashTime(fxs, 250) == Status::ok, "the longest flash can be set");
  t.far.lift();
  t.await(fxs, Type::offHook, "lifting is told");
  t.expect(t.io.channelState(fxs)->offHook, "and seen in the port's state");
  t.pass(1500);
  t.far.putDown();
  t.await(fxs, Type::onHook, "putting down is told");
  t.expect(!t.io.channelState(fxs)->offHook, "and seen");
  t.expect(t.count(fxs, Type::flash) == 0, "and is no flash");
}

void tellsAFlashOfTheTelephone(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.io.setFlashTime(fxs, 800);
  t.far.lift();
  t.await(fxs, Type::offHook, "the telephone is lifted");
  t.pass(1500);
  t.far.flash();
  t.await(fxs, Type::flash, "a flash is told");
  t.pass(1500);
  t.expect(t.count(fxs, Type::onHook) == 0, "and is no hanging up");
  t.far.putDown();
  t.await(fxs, Type::onHook, "hanging up is told");
}

void tellsPulsesOfTheTelephone(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.far.pulse("120");
  t.awaitThat([&] { return t.count(fxs, Type::pulseDigit) == 3; }, "three digits by pulses are told", 12000);
  std::string digits;
  for (const ChannelEvent& event : t.events()) {
    if (event.channel == fxs && event.type == Type::pulseDigit) digits += static_cast<char>(event.value);
  }
  t.expect(digits == "120", "as they were dialled, not \"" + digits + "\"");
  t.far.putDown();
  t.await(fxs, Type::onHook, "hanging up is told");
}

void ringsWithItsCadence(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.passRingSuppression();
  t.expect(t.io.setRingCadence(fxs, kUkCadence) == Status::ok, "the cadence can be set");
  t.forget();
  t.expect(t.io.setHook(fxs, Hook::ring) == Status::ok, "the port rings");
  t.pass(2800);
  const int bursts = t.far.burstsAtTelephone();
  t.expect(bursts == 2, "the telephone hears two bursts of the cadence in 2.8 s, not " + std::to_string(bursts));
  t.expect(t.count(fxs, Type::ringEnd) == 2, "the port tells the end of each, for what is sent between them");
  t.expect(t.io.setHook(fxs, Hook::stopRing) == Status::ok, "it stops");
  t.pass(4000);
  t.expect(t.far.burstsAtTelephone() == bursts, "and rings no more");
}

void ringsUntilLifted(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.io.setFlashTime(fxs, 250);
  t.io.setHook(fxs, Hook::ring);
  t.pass(600);
  t.far.lift();
  t.await(fxs, Type::offHook, "lifting a telephone that rings is told");
  t.io.setHook(fxs, Hook::stopRing);
  t.pass(1000);
  t.expect(t.count(fxs, Type::onHook) == 0, "the end of ringing is no hanging up");
  t.far.putDown();
  t.await(fxs, Type::onHook, "hanging up is told");
}

void dropsTheBatteryForTheTelephone(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.far.lift();
  t.await(fxs, Type::offHook, "the telephone is lifted");
  t.pass(1500);
  t.expect(t.io.setHook(fxs, Hook::onHook) == Status::ok, "the port tells the end by a battery drop");
  t.awaitThat([&] { return t.far.dropsAtTelephone() == 1; }, "the telephone's side sees it");
  t.far.putDown();
  t.pass(2000);
  t.expect(t.io.setHook(fxs, Hook::ring) == Status::ok, "the port can ring again at once");
  t.awaitThat([&] { return t.far.burstsAtTelephone() >= 1; }, "and does");
  t.io.setHook(fxs, Hook::stopRing);
}

void reversesForTheTelephone(Trial& t) {
  const int fxs = t.far.fxs();
  t.open(fxs);
  t.expect(t.io.setPolarity(fxs, true) == Status::ok, "the feed is reversed");
  t.awaitThat([&] { return t.far.reversalsAtTelephone() == 1; }, "the telephone's side sees it");
  t.expect(t.io.channelState(fxs)->reversed, "the port knows it");
  t.io.setPolarity(fxs, false);
  t.awaitThat([&] { return t.far.reversalsAtTelephone() == 2; }, "and turned back");
}

// --- B-channels, spans, the card -------------------------------------------------------------------------------------------------------------------

void carriesABearer(Trial& t) {
  const int bearer = t.far.bearer();
  t.open(bearer);
  t.expect(t.io.setHook(bearer, Hook::offHook) == Status::invalidArgument, "a B-channel has no hook");
  t.far.talkOnBearer();
  t.speak(bearer, 400);
  t.pass(2000);
  t.listen(bearer);
  t.pass(2000);
  const auto check = [&](const std::vector<std::int16_t>& heard, double hz, const std::string& who) {
    t.expect(std::abs(levelOf(heard, hz) + 12.2) < 1, who + " at its level: " + std::to_string(levelOf(heard, hz)) + " dB");
    t.expect(jumpsIn(heard, hz) == 0, who + " without gaps: " + std::to_string(jumpsIn(heard, hz)));
  };
  check(t.heard(bearer), 1004, "the far end is heard");
  check(t.far.heardOnBearer(), 400, "the far end hears us");
}

void opensItsDChannel(Trial& t) {
  const DChannel channel = t.io.openDChannel(t.far.span());
  t.expect(channel.descriptor >= 0, "the D channel opens");
  const DChannel again = t.io.openDChannel(t.far.span());
  t.expect(again.descriptor >= 0, "and again, while somebody has it");
  for (const DChannel& one : {channel, again}) {
    if (one.descriptor >= 0) ::close(one.descriptor);
  }
  t.expect(t.io.openDChannel(999).descriptor < 0, "one that is not there does not");
}

void tellsAlarms(Trial& t) {
  const int span = t.far.span();
  t.pass(700);
  t.forget();
  const auto alarms = [&] { return static_cast<int>(t.io.spanStatus(span)->alarms); };
  t.expect(alarms() == 0, "the span has no alarm");
  t.far.setAlarms(kAlarmRed);
  t.await(span, Type::spanAlarm, "an alarm is told");
  t.awaitThat([&] { return alarms() == kAlarmRed; }, "and is red");
  t.far.setAlarms(kAlarmBlue);
  t.awaitThat([&] { return alarms() == kAlarmBlue; }, "a change from red to blue is seen in the span's present");
  t.forget();
  t.far.setAlarms(0);
  t.await(span, Type::spanAlarm, "the end of it is told");
  t.awaitThat([&] { return alarms() == 0; }, "and seen");
}

void survivesItsRemoval(Trial& t) {
  const int fxo = t.far.fxo();
  const int fxs = t.far.fxs();
  t.open(fxo);
  t.open(fxs);
  t.pass(500);
  t.far.pull();
  for (const int channel : {fxo, fxs}) t.await(channel, Type::removed, "each channel of a pulled card is told as removed");
  t.expect(t.io.setHook(fxo, Hook::offHook) == Status::unavailable, "it answers nothing");
  t.listen(fxo);
  t.speak(fxo, 400);
  t.pass(200);
  t.expect(levelOf(t.heard(fxo), 400) < -60, "it is silent");
  t.awaitThat([&] { return (t.io.spanStatus(t.far.span())->alarms & kAlarmRemoved) != 0; }, "its span says why");
  t.far.putBack();
  for (const int channel : {fxo, fxs}) t.await(channel, Type::restored, "each channel of a card that is put back is restored", 8000);
  t.expect(t.count(fxo, Type::removed) == 1 && t.count(fxo, Type::restored) == 1, "each is told once");
  t.awaitThat([&] { return t.io.spanStatus(t.far.span())->alarms == 0; }, "and its span is well", 8000);
  t.speak(fxo, 0);
  t.expect(t.io.setHook(fxo, Hook::offHook) == Status::ok, "it works again");
  t.awaitThat([&] { return t.far.seized(); }, "and the exchange sees it");
  t.io.setHook(fxo, Hook::onHook);
}

}  // namespace

const std::vector<ConformanceCase>& conformanceCases() {
  static const std::vector<ConformanceCase> cases = {
      {"channels and spans are named and numbered", always, namesItsChannels},
      {"what a port does not have is refused", always, refusesWhatAPortDoesNotHave},
      {"FXO: ringing is suppressed for two seconds after opening", always, suppressesRingingAfterOpening},
      {"FXO: each burst of ringing is told", always, tellsRinging},
      {"FXO: an answered call is heard and ends with a battery drop", always, answersAndIsCleared},
      {"FXO: digits are dialled by tones", always, dialsByTones},
      {"FXO: digits are dialled by pulses", always, dialsByPulses},
      {"FXO: hanging up ends dialling", always, hangingUpEndsDialling},
      {"FXO: an answer is told by polarity", [](const FarAbilities& far) { return far.reversal; }, tellsAnswerByPolarity},
      {"FXO: a flash reaches the exchange", [](const FarAbilities& far) { return far.recall; }, flashes},
      {"FXO: a line that is cut is an alarm", [](const FarAbilities& far) { return far.cut; }, tellsACutLine},
      {"FXO: the card's canceller takes away echo within its tail", [](const FarAbilities& far) { return far.echo; }, cancelsEchoWithinItsTail},
      {"FXS: lifting and putting down are told", always, tellsTheTelephonesHook},
      {"FXS: a flash is told", [](const FarAbilities& far) { return far.flash; }, tellsAFlashOfTheTelephone},
      {"FXS: digits dialled by pulses are told", always, tellsPulsesOfTheTelephone},
      {"FXS: ringing has the cadence that was set", [](const FarAbilities& far) { return far.bursts; }, ringsWithItsCadence},
      {"FXS: ringing ends with lifting", always, ringsUntilLifted},
      {"FXS: the end of a call is a battery drop", [](const FarAbilities& far) { return far.bursts; }, dropsTheBatteryForTheTelephone},
      {"FXS: the feed is reversed", [](const FarAbilities& far) { return far.reversal && far.bursts; }, reversesForTheTelephone},
      {"a B-channel carries audio both ways", [](const FarAbilities& far) { return far.bearers; }, carriesABearer},
      {"a transparent B-channel carries octets as they are", [](const FarAbilities& far) { return far.bearers; }, carriesOctets},
      {"a D channel is opened", [](const FarAbilities& far) { return far.dChannels; }, opensItsDChannel},
      {"a span's alarms are told and seen", [](const FarAbilities& far) { return far.alarms; }, tellsAlarms},
      {"a card that is pulled and put back", [](const FarAbilities& far) { return far.pull; }, survivesItsRemoval},
  };
  return cases;
}

}  // namespace branchline::test
