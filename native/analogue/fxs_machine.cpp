// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/fxs_machine.hpp"

#include <algorithm>

#include "analogue/dial_plan.hpp"

namespace branchline {
namespace {

constexpr std::size_t kMostDigits = 32;
constexpr int kShortestHangUpMs = 250;  // A card takes shorter openings for pulses: hanging up has to be longer.
constexpr int kReleaseToneMs = 30000;   // Then the howler, …
constexpr int kHowlerMs = 60000;        // … then silence.

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

}  // namespace

FxsMachine::FxsMachine(int channel, LineHost& host) : LineMachine(channel, host) {
  host_.io().setRingCadence(channel_, host_.country().ringing());
  host_.io().setFlashTime(channel_, std::max(host_.country().flash.longestMs, kShortestHangUpMs));
}

void FxsMachine::onConfigured() { host_.io().setMessageWaiting(channel_, settings().fxs.messageWaiting); }

void FxsMachine::dial(Handle leg, const std::string&, const CallOptions&) {
  if (state_ != State::idle) {
    refuseForGlare(leg);
    return;
  }
  leg_ = leg;
  state_ = State::ringing;
  host_.io().setHook(channel_, Hook::ring);
  sent_ = true;
  responded_ = true;
  host_.tell("legSeized", leg_);
  publish(Use::inUse, "ringing");
  host_.tellProgress(leg_, false);
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
  if (before == State::ringing) {
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
      dropDeadline();
      publish(Use::outOfService, "removed", "the card was removed");
      break;
    case ChannelEventType::restored:
      if (state_ == State::removed) enterIdle();
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
  if (state_ == State::ringing) {
    host_.io().setHook(channel_, Hook::stopRing);
    state_ = State::talking;
    host_.attachLeg(leg_, port_);
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
  if (state_ == State::idle || state_ == State::ringing || state_ == State::removed) return;
  endLeg(16, false, "peer", "the telephone was hung up");
  enterIdle();
}

void FxsMachine::onFinding(const LinePort::Finding& finding) {
  if (finding.type == LinePort::Finding::Type::digit) onDigit(finding.digit);
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
    case State::ringing:
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
  host_.attachLeg(leg_, port_);
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
