// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/fxo_machine.hpp"

#include <algorithm>
#include <numeric>

#include "audio/tone.hpp"

namespace branchline {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr int kGoneAfterMs = 3000;             // Beyond one cycle of ringing: the caller has gone.
constexpr std::int64_t kFlashNs = 1500 * kMs;  // What the feed does so soon after a flash is the flash's.

std::int64_t goneNs(const Country& country) {
  const auto ringing = country.ringing();
  return (std::accumulate(ringing.begin(), ringing.end(), 0) + kGoneAfterMs) * kMs;
}

}  // namespace

FxoMachine::FxoMachine(int channel, LineHost& host) : LineMachine(channel, host), rings_(FxoSettings().shortestRingMs * kMs, goneNs(host.country())) {
  setUpChannel();
  port_.listen(LinePort::Listen::callerDisplay);
}

// What a channel forgets with its driver.
void FxoMachine::setUpChannel() {
  setUpGains();
  host_.io().setFlashTime(channel_, host_.country().flash.sendMs);
}

void FxoMachine::onConfigured() { rings_.setShortest(settings().fxo.shortestRingMs * kMs); }

bool FxoMachine::acceptsDigits(std::string_view digits) const noexcept {
  return digits.size() <= DigitSender::kMostDigits && std::all_of(digits.begin(), digits.end(), [](char c) { return dtmfDigit(c) != 0; });
}

void FxoMachine::clear(int q850) {
  const bool offHook = state_ != State::ringing;
  endLeg(q850, false, "us", "");
  if (offHook)
    hangUp();
  else
    state_ = State::ignored;
}

void FxoMachine::onEvent(const ChannelEvent& event) {
  switch (event.type) {
    case ChannelEventType::ringBegin:
      rings_.burstBegins(event.atNs);
      if (state_ == State::seizing) onRinging();
      if (state_ == State::announced) onNextBurst(event.atNs);
      break;
    case ChannelEventType::ringEnd:
      if (rings_.isRinging(event.atNs)) onRinging();
      rings_.burstEnds(event.atNs);
      break;
    case ChannelEventType::polarity: onPolarity(); break;
    case ChannelEventType::dialDone: onDialled(); break;
    case ChannelEventType::onHook: onBatteryDrop(); break;
    case ChannelEventType::alarm: takeOutOfService(State::alarm, "alarm", "no battery on the line"); break;
    case ChannelEventType::alarmCleared:
      if (state_ == State::alarm) enterIdle();
      break;
    case ChannelEventType::removed: takeOutOfService(State::removed, "removed", "the card was removed"); break;
    case ChannelEventType::restored:
      if (state_ != State::removed) break;
      setUpChannel();
      enterIdle();
      break;
    case ChannelEventType::offHook:
    case ChannelEventType::flash:
    case ChannelEventType::digit:
    case ChannelEventType::pulseDigit:
    case ChannelEventType::spanAlarm: break;
  }
}

void FxoMachine::onPolarity() {
  if (state_ == State::proceeding)
    onAnswered(false);
  else if (inCall() && host_.nowNs() - flashedNs_ >= kFlashNs)
    clearedBy(clearing_.onReversal(host_.nowNs()), false);
}

void FxoMachine::onBatteryDrop() {
  switch (state_) {
    case State::talking:
    case State::taken:
      if (host_.nowNs() - flashedNs_ >= kFlashNs) clearedBy(clearing_.onBatteryDrop(), false);
      break;
    case State::seizing:
    case State::dialling:
    case State::proceeding: failBeforeAnswer(31, "line", "battery drop before answer"); break;
    case State::idle:
    case State::announced:
    case State::ringing:
    case State::ignored:
    case State::guard:
    case State::alarm:
    case State::removed: break;
  }
}

void FxoMachine::onFinding(const LinePort::Finding& finding) {
  if (state_ == State::seizing || state_ == State::proceeding)
    onProgress(finding);
  else if (inCall())
    onTalkingFinding(finding);
}

void FxoMachine::onDeadline() {
  if (state_ == State::seizing) onNoDialTone();
  if (state_ == State::proceeding) onAnswered(true);
  if (state_ == State::announced) offer(State::ringing);
  if (state_ == State::guard) enterIdle();
}

void FxoMachine::hangUp() {
  port_.listen(LinePort::Listen::off);
  host_.io().setHook(channel_, Hook::onHook);
  rings_.reset();
  state_ = State::guard;
  setDeadline(settings().fxo.guardMs);
}

void FxoMachine::enterIdle() {
  state_ = State::idle;
  dropDeadline();
  port_.listen(LinePort::Listen::callerDisplay);
  publish(Use::idle, "idle");
}

void FxoMachine::takeOutOfService(State state, const char* name, const std::string& detail) {
  if (state_ == State::removed) return;
  endLeg(27, false, "line", detail);
  port_.listen(LinePort::Listen::off);
  host_.io().setHook(channel_, Hook::onHook);
  rings_.reset();
  state_ = state;
  dropDeadline();
  publish(Use::outOfService, name, detail);
}

void FxoMachine::shutDown() {
  endLeg(16, false, "us", "shutting down");
  host_.io().setHook(channel_, Hook::onHook);
}

}  // namespace branchline
