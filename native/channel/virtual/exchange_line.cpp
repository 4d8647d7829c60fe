// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/exchange_line.hpp"

#include <algorithm>

#include "channel/uk_tones.hpp"

namespace branchline {
namespace {

constexpr int kDialToneAfterMs = 200;
constexpr int kFirstDigitMs = 15000;
constexpr int kNextDigitMs = 4000;
constexpr int kRoutingMs = 200;
constexpr int kBatteryDropMs = 600;  // Disconnect clear signal.

}  // namespace

void ExchangeLine::enter(State state) noexcept {
  state_ = state;
  inStateMs_ = 0;
  tone_.stop();
  if (state == State::dialTone) tone_.start(ukTone(CallTone::dial), true);
  if (state == State::howling) tone_.start(ukTone(CallTone::unobtainable), true);
  publishIdle(state == State::idle);
  publish();
}

void ExchangeLine::publish() noexcept {
  const bool portIsOffHook = state_ != State::idle && state_ != State::ringing;
  publishState({.offHook = portIsOffHook, .battery = battery_ && state_ != State::released, .reversed = reversed_});
}

void ExchangeLine::portHook(Hook operation) noexcept {
  if (operation == Hook::offHook) offHook();
  if (operation == Hook::onHook) onHook();
}

void ExchangeLine::offHook() noexcept {
  if (!battery_) return;
  if (state_ == State::idle) {
    receiver_.reset();
    digitCount_ = 0;
    enter(State::seized);
  } else if (state_ == State::ringing) {
    if (bursting_) emit(ChannelEventType::ringEnd);
    bursting_ = false;
    answerCall();
    runScript(true);
    enter(State::calling);
  }
}

void ExchangeLine::onHook() noexcept {
  if (state_ == State::idle || state_ == State::ringing) return;
  if (inCall()) endCall();
  setPolarity(false);
  enter(State::idle);
}

void ExchangeLine::place(FarEndSet* set, std::string_view) noexcept {
  if (state_ != State::idle || !battery_) return;
  beginCall(set, set->front());
  enter(State::ringing);
}

// The caller gives up while the port rings, or the far end clears.
void ExchangeLine::hangUp() noexcept {
  if (state_ == State::ringing) {
    if (bursting_) emit(ChannelEventType::ringEnd);
    bursting_ = false;
    endCall();
    enter(State::idle);
  } else if (state_ == State::calling) {
    release();
  }
}

void ExchangeLine::setBattery(bool present) noexcept {
  if (battery_ == present) return;
  battery_ = present;
  if (!present) {
    bursting_ = false;
    if (inCall()) endCall();
    reversed_ = false;
    enter(State::idle);
  }
  publish();
  emit(present ? ChannelEventType::alarmCleared : ChannelEventType::alarm);
}

void ExchangeLine::frame(const Frame& fromPort, Frame& toPort) noexcept {
  const std::span<std::int16_t> out(toPort.samples.data(), kFrameSamples);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  switch (state_) {
    case State::idle: break;
    case State::ringing: ring(); break;
    case State::seized:
      if (inStateMs_ >= kDialToneAfterMs) enter(State::dialTone);
      break;
    case State::dialTone:
    case State::collecting: collect(fromPort); break;
    case State::routing:
      if (inStateMs_ >= kRoutingMs) route();
      break;
    case State::calling: call(fromPort, out); break;
    case State::released:
      if (inStateMs_ >= kBatteryDropMs) enter(State::howling);
      break;
    case State::howling: break;
  }
  if (tone_.playing()) tone_.generate(out);
  inStateMs_ += kFrameMilliseconds;
}

void ExchangeLine::ring() noexcept {
  const bool on = ukRingingOn(inStateMs_);
  if (on != bursting_) emit(on ? ChannelEventType::ringBegin : ChannelEventType::ringEnd);
  bursting_ = on;
}

void ExchangeLine::collect(const Frame& fromPort) noexcept {
  sinceDigitMs_ += kFrameMilliseconds;
  for (const DtmfEvent& event : receiver_.process(fromPort)) {
    sinceDigitMs_ = 0;
    if (state_ == State::dialTone) enter(State::collecting);
    if (event.type == DtmfEvent::Type::end && digitCount_ < digits_.size()) digits_[digitCount_++] = event.digit;
  }
  if (state_ == State::dialTone) {
    if (inStateMs_ >= kFirstDigitMs) enter(State::howling);
    return;
  }
  const std::string_view digits(digits_.data(), digitCount_);
  // A number that another one begins with is complete once nothing more is keyed.
  const bool complete = world_.table != nullptr && world_.table->find(digits) != nullptr && !world_.table->goesOn(digits);
  if (complete || sinceDigitMs_ >= kNextDigitMs) enter(State::routing);
}

void ExchangeLine::route() noexcept {
  const FarEnd* farEnd = world_.table == nullptr ? nullptr : world_.table->find({digits_.data(), digitCount_});
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
    setPolarity(true);
    answerCall();
  }
  if (done.hungUp) release();
}

void ExchangeLine::release() noexcept {
  endCall();
  reversed_ = false;
  enter(State::released);
  emit(ChannelEventType::onHook);
}

void ExchangeLine::setPolarity(bool reversed) noexcept {
  if (reversed_ == reversed) return;
  reversed_ = reversed;
  publish();
  emit(ChannelEventType::polarity, reversed ? 1 : 0);
}

}  // namespace branchline
