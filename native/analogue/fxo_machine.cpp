// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/fxo_machine.hpp"

#include <algorithm>

#include "audio/tone.hpp"

namespace branchline {
namespace {

constexpr int kDialToneMs = 3000;  // How long dial tone may take.
constexpr int kGaveUpMs = 6000;    // Two cadences without ringing: the caller is gone.
constexpr int kGuardMs = 700;      // The exchange must see the line on hook before it is seized again.

// Q.850 causes that a tone before answer stands for; the leg says that they are inferred. Congestion tone is 34 (no circuit or channel available),
// not 42: the tone is given where equipment or circuits are engaged on the way, and 34 is what lets the next trunk be tried (DESIGN.md §6.5).
int causeOf(CallTone tone) {
  switch (tone) {
    case CallTone::busy: return 17;
    case CallTone::congestion: return 34;
    case CallTone::unobtainable: return 1;
    case CallTone::none:
    case CallTone::dial:
    case CallTone::specialDial:
    case CallTone::ringing:
    case CallTone::callWaiting:
    case CallTone::howler: break;
  }
  return 0;
}

}  // namespace

bool FxoMachine::acceptsDigits(std::string_view digits) const noexcept {
  return !digits.empty() && digits.size() <= DigitSender::kMostDigits &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return dtmfDigit(c) != 0; });
}

void FxoMachine::dial(Handle leg, const std::string& digits) {
  if (state_ != State::idle) {
    refuseForGlare(leg);
    return;
  }
  leg_ = leg;
  digits_ = digits;
  state_ = State::seizing;
  port_.listen(LinePort::Listen::tones);
  host_.io().setHook(channel_, Hook::offHook);
  host_.tell("legSeized", leg_);
  publish(Use::inUse, "dialling");
  host_.attachLeg(leg_, port_);
  setDeadline(kDialToneMs);
}

void FxoMachine::answer() {
  if (state_ != State::ringing && state_ != State::taken) return;
  if (state_ == State::ringing) host_.io().setHook(channel_, Hook::offHook);
  dropDeadline();
  port_.listen(LinePort::Listen::tones);
  host_.attachLeg(leg_, port_);
  onAnswered();
}

void FxoMachine::clear(int q850) {
  const bool offHook = state_ != State::ringing;
  endLeg(q850, false, "us", "");
  if (offHook) {
    hangUp();
  } else {
    state_ = State::ignored;
  }
}

void FxoMachine::onEvent(const ChannelEvent& event) {
  switch (event.type) {
    case ChannelEventType::ringBegin:
    case ChannelEventType::ringEnd: onRing(); break;
    case ChannelEventType::polarity:
      if (state_ == State::proceeding) onAnswered();
      break;
    case ChannelEventType::dialDone:
      if (state_ != State::dialling) break;
      sent_ = true;
      state_ = State::proceeding;
      port_.listen(LinePort::Listen::tones);
      break;
    case ChannelEventType::onHook: onBatteryDrop(); break;
    case ChannelEventType::alarm: takeOutOfService(State::alarm, "alarm", "no battery on the line"); break;
    case ChannelEventType::alarmCleared:
      if (state_ == State::alarm) enterIdle();
      break;
    case ChannelEventType::removed: takeOutOfService(State::removed, "removed", "the card was removed"); break;
    case ChannelEventType::restored:
      if (state_ == State::removed) enterIdle();
      break;
    case ChannelEventType::offHook:
    case ChannelEventType::flash:
    case ChannelEventType::digit:
    case ChannelEventType::pulseDigit:
    case ChannelEventType::spanAlarm: break;
  }
}

void FxoMachine::onRing() {
  switch (state_) {
    case State::idle:
    case State::guard: offer(State::ringing); break;
    case State::ringing:
    case State::ignored: setDeadline(kGaveUpMs); break;
    case State::seizing:
      // Glare: the exchange rang while we went off hook, which has answered it. The caller stays, our own call goes elsewhere.
      dropDeadline();
      refuseForGlare(leg_);
      leg_ = kNoHandle;
      offer(State::taken);
      break;
    case State::dialling:
    case State::proceeding:
    case State::talking:
    case State::taken:
    case State::alarm:
    case State::removed: break;
  }
}

void FxoMachine::offer(State state) {
  leg_ = host_.offerLeg(channel_, "");
  state_ = leg_ == kNoHandle ? State::ignored : state;
  publish(Use::inUse, "ringing", leg_ == kNoHandle ? "no room for another call" : "");
  if (leg_ == kNoHandle && state == State::taken)
    hangUp();
  else if (state != State::taken)
    setDeadline(kGaveUpMs);
}

void FxoMachine::onAnswered() {
  state_ = State::talking;
  responded_ = true;
  host_.tell("legAnswered", leg_);
  publish(Use::inUse, "talking");
}

void FxoMachine::onBatteryDrop() {
  switch (state_) {
    case State::talking:
    case State::taken: endLeg(16, false, "peer", "battery drop"); break;
    case State::seizing:
    case State::dialling:
    case State::proceeding: endLeg(31, true, "line", "battery drop before answer"); break;
    case State::idle:
    case State::ringing:
    case State::ignored:
    case State::guard:
    case State::alarm:
    case State::removed: return;
  }
  hangUp();
}

void FxoMachine::onFinding(const LinePort::Finding& finding) { onTone(finding.tone); }

void FxoMachine::onTone(CallTone tone) {
  const int cause = causeOf(tone);
  if (state_ == State::seizing && tone == CallTone::dial) {
    dropDeadline();
    state_ = State::dialling;
    if (host_.io().dial(channel_, digits_, DialMethod::dtmf) == Status::ok) return;
    endLeg(38, false, "line", "the card can't dial");
    hangUp();
  } else if (state_ == State::seizing && cause != 0) {
    endLeg(34, true, "line", std::string(callToneName(tone)) + " tone instead of dial tone");
    hangUp();
  } else if (state_ == State::proceeding && tone == CallTone::ringing) {
    responded_ = true;
    host_.tellProgress(leg_, true);
  } else if (state_ == State::proceeding && cause != 0) {
    responded_ = true;
    endLeg(cause, true, "peer", std::string(callToneName(tone)) + " tone");
    hangUp();
  } else if ((state_ == State::talking || state_ == State::taken) && cause != 0) {
    endLeg(16, true, "peer", std::string(callToneName(tone)) + " tone");  // Many exchanges clear by tone alone.
    hangUp();
  }
}

void FxoMachine::onDeadline() {
  switch (state_) {
    case State::seizing:
      endLeg(38, true, "line", "no dial tone");
      hangUp();
      break;
    case State::ringing:
      endLeg(16, true, "peer", "the caller gave up");
      enterIdle();
      break;
    case State::ignored:
    case State::guard: enterIdle(); break;
    case State::idle:
    case State::dialling:
    case State::proceeding:
    case State::talking:
    case State::taken:
    case State::alarm:
    case State::removed: break;
  }
}

void FxoMachine::hangUp() {
  port_.listen(LinePort::Listen::off);
  host_.io().setHook(channel_, Hook::onHook);
  state_ = State::guard;
  setDeadline(kGuardMs);
}

void FxoMachine::enterIdle() {
  state_ = State::idle;
  dropDeadline();
  publish(Use::idle, "idle");
}

void FxoMachine::takeOutOfService(State state, const char* name, const std::string& detail) {
  if (state_ == State::removed) return;
  endLeg(27, false, "line", detail);
  port_.listen(LinePort::Listen::off);
  host_.io().setHook(channel_, Hook::onHook);
  state_ = state;
  dropDeadline();
  publish(Use::outOfService, name, detail);
}

void FxoMachine::shutDown() {
  endLeg(16, false, "us", "shutting down");
  host_.io().setHook(channel_, Hook::onHook);
}

}  // namespace branchline
