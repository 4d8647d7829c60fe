// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/fxs_machine.hpp"

#include <algorithm>

#include "analogue/dial_plan.hpp"

namespace branchline {
namespace {

constexpr std::size_t kMostDigits = 32;
constexpr int kShortestHangUpMs = 250;   // A card takes shorter openings for pulses: hanging up has to be longer.
constexpr int kReversalToAlertMs = 240;  // BT SIN 227: 100 ms or more.
constexpr int kDataToRingingMs = 260;    // BT SIN 227: 200 ms or more.
constexpr int kRingToDataMs = 600;       // ETSI EN 300 659-1, GR-30-CORE: 500 … 2000 ms.
constexpr int kBetweenRingsMs = 1000;    // Pauses from this on part one ring from the next.
constexpr int kShowingMs = 6000;         // For so long the card lets audio through to a telephone on its hook, at most.
constexpr int kReleaseToneMs = 30000;    // Then the howler, …
constexpr int kHowlerMs = 60000;         // … then silence.

/// The tone a telephone hears when its call ends with a Q.850 cause before answer.
CallTone toneOf(int q850) {
  switch (q850) {
    case 1:   // Unallocated number.
    case 28:  // Number incomplete.
      return CallTone::unobtainable;
    case 34:  // No circuit available.
    case 38:  // Network out of order.
    case 41:  // Temporary failure.
    case 42:  // Switching equipment congestion.
      return CallTone::congestion;
    default: return CallTone::busy;
  }
}

/// How long the first ring lasts; short pauses are within it.
int firstRingMs(const Country& country) {
  int ms = 0;
  bool rings = true;
  for (int part : country.ringing()) {
    if (!rings && part >= kBetweenRingsMs) break;
    ms += part;
    rings = !rings;
  }
  return ms;
}

}  // namespace

FxsMachine::FxsMachine(int channel, LineHost& host) : LineMachine(channel, host) { setUpChannel(); }

// What a channel forgets with its driver.
void FxsMachine::setUpChannel() {
  setUpGains();
  host_.io().setRingCadence(channel_, host_.country().ringing());
  host_.io().setFlashTime(channel_, std::max(host_.country().flash.longestMs, kShortestHangUpMs));
  host_.io().setMessageWaiting(channel_, settings().fxs.messageWaiting);
}

void FxsMachine::onConfigured() { host_.io().setMessageWaiting(channel_, settings().fxs.messageWaiting); }

void FxsMachine::dial(Handle leg, const std::string&, const CallOptions& options) {
  if (state_ != State::idle) {
    refuseForGlare(leg);
    return;
  }
  leg_ = leg;
  caller_ = options.caller;
  sent_ = true;
  responded_ = true;
  host_.tell("legSeized", leg_);
  publish(Use::inUse, "ringing");
  if (!tellsCaller(caller_) || !announcesBeforeRinging(host_.country().callerDisplay)) {
    startRinging();
    return;
  }
  state_ = State::announcing;
  host_.io().setPolarity(channel_, true);
  showCaller(kReversalToAlertMs);
}

void FxsMachine::startRinging() {
  state_ = State::ringing;
  host_.io().setHook(channel_, Hook::ring);
  host_.tellProgress(leg_, false);
  if (tellsCaller(caller_) && host_.country().callerDisplay != CallerDisplay::none) setDeadline(firstRingMs(host_.country()) + kRingToDataMs);
}

void FxsMachine::showCaller(int afterMs) {
  host_.io().setOnHookTransfer(channel_, kShowingMs);
  port_.show(caller_, afterMs);
  caller_ = {};
}

void FxsMachine::ring(bool earlyMedia) {
  if (state_ == State::offered) port_.play(earlyMedia ? CallTone::none : CallTone::ringing);
}

void FxsMachine::answer() {
  if (state_ != State::offered) return;
  port_.play(CallTone::none);
  host_.io().setPolarity(channel_, true);
  state_ = State::talking;
  host_.tell("legAnswered", leg_);
  publish(Use::inUse, "talking");
}

void FxsMachine::clear(int q850) {
  const State before = state_;
  endLeg(q850, false, "us", "");
  if (before == State::ringing || before == State::announcing) {
    host_.io().setHook(channel_, Hook::stopRing);
    enterIdle();
  } else {
    release(before == State::offered ? toneOf(q850) : CallTone::busy, "released");
  }
}

void FxsMachine::onEvent(const ChannelEvent& event) {
  switch (event.type) {
    case ChannelEventType::offHook: onLifted(); break;
    case ChannelEventType::onHook: onPutDown(); break;
    case ChannelEventType::removed:
      endLeg(27, false, "line", "the card was removed");
      state_ = State::removed;
      port_.stopShowing();
      dropDeadline();
      publish(Use::outOfService, "removed", "the card was removed");
      break;
    case ChannelEventType::restored:
      if (state_ != State::removed) break;
      setUpChannel();
      enterIdle();
      break;
    case ChannelEventType::digit: onDigit(static_cast<char>(event.value)); break;
    case ChannelEventType::pulseDigit:
      if (event.value == '1') onFlash();  // A short recall (BT SIN 351: 50 … 130 ms) is a single pulse to the card.
      onDigit(static_cast<char>(event.value));
      break;
    case ChannelEventType::flash: onFlash(); break;
    case ChannelEventType::ringBegin:
    case ChannelEventType::ringEnd:
    case ChannelEventType::polarity:
    case ChannelEventType::alarm:
    case ChannelEventType::alarmCleared:
    case ChannelEventType::dialDone:
    case ChannelEventType::spanAlarm: break;
  }
}

void FxsMachine::onLifted() {
  if (state_ == State::ringing || state_ == State::announcing) {
    host_.io().setHook(channel_, Hook::stopRing);
    port_.stopShowing();
    dropDeadline();
    state_ = State::talking;
    attachLeg();
    host_.tell("legAnswered", leg_);
    publish(Use::inUse, "talking");
  } else if (state_ == State::idle) {
    state_ = State::dialTone;
    digits_.clear();
    port_.listen(LinePort::Listen::digits);
    port_.play(settings().fxs.messageWaiting ? CallTone::specialDial : CallTone::dial);
    setDeadline(settings().fxs.firstDigitMs);
    publish(Use::inUse, "dialling");
  }
}

void FxsMachine::onPutDown() {
  if (state_ == State::idle || state_ == State::announcing || state_ == State::ringing || state_ == State::removed) return;
  endLeg(16, false, "peer", "the telephone was hung up");
  enterIdle();
}

void FxsMachine::onFinding(const LinePort::Finding& finding) {
  if (finding.type == LinePort::Finding::Type::digit) onDigit(finding.digit);
  if (finding.type == LinePort::Finding::Type::shown && state_ == State::announcing) setDeadline(kDataToRingingMs);
}

void FxsMachine::onFlash() {
  if (state_ == State::talking) host_.tell("legFlash", leg_);
}

void FxsMachine::onDigit(char digit) {
  if (state_ != State::dialTone && state_ != State::collecting) return;
  port_.play(CallTone::none);
  state_ = State::collecting;
  setDeadline(settings().fxs.nextDigitMs);
  if (digit != '#') digits_ += digit;
  if (digit == '#' || digits_.size() == kMostDigits || isCompleteNumber(digits_, host_.country().completeNumbers, settings().fxs.completeNumbers))
    complete();
}

void FxsMachine::onDeadline() {
  switch (state_) {
    case State::announcing: startRinging(); break;
    case State::ringing: showCaller(0); break;
    case State::dialTone: release(CallTone::unobtainable, "nothing was dialled"); break;
    case State::collecting: complete(); break;
    case State::released:
      state_ = State::howling;
      port_.play(CallTone::howler);
      setDeadline(kHowlerMs);
      break;
    case State::howling:
      state_ = State::parked;
      port_.play(CallTone::none);
      break;
    case State::idle:
    case State::offered:
    case State::talking:
    case State::parked:
    case State::removed: break;
  }
}

void FxsMachine::complete() {
  dropDeadline();
  port_.listen(LinePort::Listen::off);
  if (digits_.empty()) {
    release(CallTone::unobtainable, "nothing was dialled");
    return;
  }
  leg_ = host_.offerLeg(channel_, digits_, {});
  if (leg_ == kNoHandle) {
    release(CallTone::congestion, "no room for another call");
    return;
  }
  state_ = State::offered;
  attachLeg();
}

void FxsMachine::release(CallTone tone, const std::string& detail) {
  state_ = State::released;
  setDeadline(kReleaseToneMs);
  port_.listen(LinePort::Listen::off);
  port_.play(tone);
  host_.io().setPolarity(channel_, false);
  publish(Use::inUse, "talking", detail + "; the telephone is still off its hook");
}

void FxsMachine::enterIdle() {
  state_ = State::idle;
  dropDeadline();
  port_.stopShowing();
  port_.listen(LinePort::Listen::off);
  port_.play(CallTone::none);
  host_.io().setPolarity(channel_, false);
  publish(Use::idle, "idle");
}

void FxsMachine::shutDown() {
  endLeg(16, false, "us", "shutting down");
  if (state_ == State::ringing) host_.io().setHook(channel_, Hook::stopRing);
}

}  // namespace branchline
