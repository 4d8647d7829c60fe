// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/exchange_line.hpp"

#include <algorithm>

namespace branchline {
namespace {

constexpr int kDialToneAfterMs = 200;
constexpr int kFirstDigitMs = 15000;
constexpr int kNextDigitMs = 4000;
constexpr int kRoutingMs = 200;
constexpr int kBatteryDropMs = 600;    // Disconnect clear signal.
constexpr int kLongestRecallMs = 500;  // A longer opening of the loop clears.

}  // namespace

void ExchangeLine::enter(State state) noexcept {
  state_ = state;
  inStateMs_ = 0;
  tone_.stop();
  if ((state == State::dialTone && !faults_.noDialTone) || state == State::recalled) tone_.start(world_.country.tone(CallTone::dial), true);
  if (state == State::howling) tone_.start(world_.country.tone(CallTone::unobtainable), true);
  signal_.battery = !faults_.noBattery && state != State::released;
  publishIdle(state == State::idle);
}

void ExchangeLine::portHook(Hook operation) noexcept {
  if (operation == Hook::offHook) offHook();
  if (operation == Hook::onHook) onHook();
}

void ExchangeLine::offHook() noexcept {
  if (faults_.noBattery) return;
  loop_ = true;
  pulses_.reset();
  if (callsPort()) {
    answerRinging();
  } else if (state_ == State::idle && faults_.glare) {
    beginCall(world_.silentCaller, world_.silentCaller->front());
    announcement_.begin({});
    bursts_ = 0;
    glares_ = true;
    enter(State::ringing);
  } else if (state_ == State::idle) {
    receiver_.reset();
    digitCount_ = 0;
    enter(State::seized);
  }
}

void ExchangeLine::answerRinging() noexcept {
  bursting_ = false;
  glares_ = false;
  answerCall();
  runScript(true);
  enter(State::calling);
}

void ExchangeLine::onHook() noexcept {
  if (state_ == State::idle || (callsPort() && !glares_)) return;
  if (inCall()) endCall();
  glares_ = false;
  answerTellMs_ = -1;
  signal_.reversed = false;
  enter(State::idle);
}

void ExchangeLine::place(FarEndSet* set, std::string_view, DialMethod) noexcept {
  if (state_ != State::idle || faults_.noBattery) return;
  beginCall(set, set->front());
  bursts_ = 0;
  announcement_.begin(set->front().caller);
  signal_.reversed = announcement_.comesFirst();
  enter(announcement_.comesFirst() ? State::announcing : State::ringing);
}

// The caller gives up while the port rings, or the far end clears.
void ExchangeLine::hangUp() noexcept {
  if (callsPort()) {
    stopRinging();
    signal_.reversed = false;
    endCall();
    enter(State::idle);
  } else if (inCall()) {
    release();
  }
}

void ExchangeLine::impair(const SignallingFaults& faults) noexcept {
  const bool cut = faults.noBattery && !faults_.noBattery;
  faults_ = faults;
  signal_.battery = !faults_.noBattery && state_ != State::released;
  if (!cut) return;
  stopRinging();
  if (inCall()) endCall();
  answerTellMs_ = -1;
  signal_.reversed = false;
  enter(State::idle);
}

void ExchangeLine::frame(const Frame& fromPort, Frame& toPort) noexcept {
  const std::span<std::int16_t> out(toPort.samples.data(), kFrameSamples);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  if (state_ != State::ringing) signal_.ringing = false;
  if (state_ != State::idle && !callsPort()) hearLoop();
  switch (state_) {
    case State::idle: break;
    case State::announcing:
      if (announcement_.frame(out)) enter(State::ringing);
      break;
    case State::ringing:
      ring(out);
      if (glares_) answerRinging();
      break;
    case State::seized:
      if (inStateMs_ >= kDialToneAfterMs) enter(State::dialTone);
      break;
    case State::dialTone:
    case State::collecting: collect(fromPort); break;
    case State::routing:
      if (inStateMs_ >= kRoutingMs) route();
      break;
    case State::calling: call(fromPort, out); break;
    case State::recalled: break;
    case State::released:
      if (inStateMs_ >= kBatteryDropMs) enter(State::howling);
      break;
    case State::howling: break;
  }
  if (tone_.playing()) tone_.generate(out);
  inStateMs_ += kFrameMilliseconds;
}

void ExchangeLine::ring(std::span<std::int16_t> out) noexcept {
  const bool on = world_.country.ringingOn(inStateMs_);
  if (on && !bursting_) {
    ++bursts_;
    burstMs_ = 0;
  }
  bursting_ = on;
  signal_.ringing = on && bursts_ > faults_.lostRings && (faults_.longestRingMs == 0 || burstMs_ < faults_.longestRingMs);
  burstMs_ += kFrameMilliseconds;
  if (on)
    announcement_.burst();
  else if (bursts_ > 0)
    announcement_.frame(out);
}

void ExchangeLine::stopRinging() noexcept {
  bursting_ = false;
  signal_.ringing = false;
}

void ExchangeLine::hearLoop() noexcept {
  const bool connected = state_ == State::calling || state_ == State::recalled;
  switch (pulses_.frame(loop_, kLongestRecallMs, !connected)) {
    case PulseReceiver::Heard::nothing: break;
    case PulseReceiver::Heard::digit:
      if (state_ == State::dialTone || state_ == State::collecting) collected(pulses_.digit());
      break;
    case PulseReceiver::Heard::flash: recall(); break;
    case PulseReceiver::Heard::hangUp:
      pulses_.reset();
      onHook();
      break;
  }
}

void ExchangeLine::recall() noexcept {
  countFlash();
  if (state_ == State::calling && answered())
    enter(State::recalled);
  else if (state_ == State::recalled)
    enter(State::calling);
}

void ExchangeLine::collect(const Frame& fromPort) noexcept {
  sinceDigitMs_ += kFrameMilliseconds;
  for (const DtmfEvent& event : receiver_.process(fromPort)) {
    sinceDigitMs_ = 0;
    if (state_ == State::dialTone) enter(State::collecting);
    if (event.type == DtmfEvent::Type::end) collected(event.digit);
  }
  if (pulses_.receiving()) {
    sinceDigitMs_ = 0;
    tone_.stop();
  }
  if (state_ == State::dialTone) {
    if (inStateMs_ >= kFirstDigitMs) enter(State::howling);
    return;
  }
  // A number that another one begins with is complete once nothing more is keyed.
  const bool complete = world_.table != nullptr && world_.table->find(digits()) != nullptr && !world_.table->goesOn(digits());
  if (complete || sinceDigitMs_ >= kNextDigitMs) enter(State::routing);
}

void ExchangeLine::collected(char digit) noexcept {
  if (state_ == State::dialTone) enter(State::collecting);
  sinceDigitMs_ = 0;
  if (digitCount_ < digits_.size()) digits_[digitCount_++] = digit;
}

void ExchangeLine::route() noexcept {
  const std::string_view wrong(faults_.wrongNumber.data());
  const FarEnd* farEnd = world_.table == nullptr ? nullptr : world_.table->find(wrong.empty() ? digits() : wrong);
  if (farEnd == nullptr) {
    enter(State::howling);
    return;
  }
  beginCall(world_.table, *farEnd);
  runScript(false);
  enter(State::calling);
}

void ExchangeLine::call(const Frame& fromPort, std::span<std::int16_t> out) noexcept {
  hear(fromPort);
  const ScriptRunner::Done done = script_.frame(out);
  if (done.answered) {
    answerCall();
    answerTellMs_ = faults_.lateAnswerMs;
  }
  tellAnswer();
  if (done.hungUp) release();
}

void ExchangeLine::tellAnswer() noexcept {
  if (answerTellMs_ > 0) {
    answerTellMs_ = std::max(answerTellMs_ - kFrameMilliseconds, 0);
  } else if (answerTellMs_ == 0) {
    answerTellMs_ = -1;
    if (!faults_.noReversal) signal_.reversed = true;
  }
}

void ExchangeLine::release() noexcept {
  endCall();
  answerTellMs_ = -1;
  if (faults_.disconnect == SignallingFaults::Disconnect::batteryDrop) {
    signal_.reversed = false;
    enter(State::released);
    return;
  }
  if (faults_.disconnect == SignallingFaults::Disconnect::reversal) signal_.reversed = !signal_.reversed;
  enter(State::howling);
  tone_.stop();
  if (faults_.disconnect != SignallingFaults::Disconnect::silence) tone_.start(world_.country.tone(faults_.disconnectTone), true);
}

}  // namespace branchline
