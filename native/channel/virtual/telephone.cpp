// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/telephone.hpp"

#include <algorithm>
#include <charconv>

namespace branchline {
namespace {

constexpr int kLiftToKeyMs = 300;  // Dial tone has begun by then; nobody keys faster.
constexpr int kKeyOnMs = 80;
constexpr int kKeyOffMs = 80;

}  // namespace

void Telephone::enter(State state) noexcept {
  state_ = state;
  inStateMs_ = 0;
  signal_.loop = isOffHook();
  publishIdle(state == State::onHook);
}

void Telephone::portHook(Hook operation) noexcept {
  if (operation == Hook::ring && state_ == State::onHook) ringBegins();
  if (operation == Hook::stopRing && state_ == State::ringing) {
    if (inCall()) endCall();
    enter(State::onHook);
  }
}

void Telephone::ringBegins() noexcept {
  enter(State::ringing);
  char text[12];
  const auto end = std::to_chars(text, text + sizeof text, channel_).ptr;
  const FarEnd* farEnd = world_.table == nullptr ? nullptr : world_.table->find({text, static_cast<std::size_t>(end - text)});
  if (farEnd == nullptr) return;
  beginCall(world_.table, *farEnd);
  runScript(false);
}

// A dead wire neither rings nor holds a call; whoever held the telephone puts it down.
void Telephone::portGone() noexcept {
  if (inCall()) endCall();
  answeredByPort_ = false;
  enter(State::onHook);
}

void Telephone::place(FarEndSet* set, std::string_view digits, DialMethod method) noexcept {
  digits_.unload();
  pulseDigits_.stop();
  if (state_ != State::onHook) return;
  pulses_ = method == DialMethod::pulse;
  const Status loaded = pulses_ ? pulseDigits_.load(digits) : digits_.load(digits, kKeyOnMs, kKeyOffMs);
  if (loaded != Status::ok) return;
  beginCall(set, set->front());
  ear_.reset();
  enter(State::lifted);
}

void Telephone::hangUp() noexcept {
  if (isOffHook()) putDown();
}

void Telephone::putDown() noexcept {
  if (inCall()) endCall();
  enter(State::onHook);
}

void Telephone::frame(const Frame& fromPort, Frame& toPort) noexcept {
  const std::span<std::int16_t> out(toPort.samples.data(), kFrameSamples);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  inStateMs_ += kFrameMilliseconds;
  if (state_ == State::lifted && inStateMs_ >= kLiftToKeyMs) {
    if (pulses_)
      pulseDigits_.begin();
    else
      digits_.begin();
    enter(State::keying);
  }
  if (state_ == State::keying && dial(out)) enter(State::waiting);
  if (state_ == State::waiting && answeredByPort_) {  // The called party answered, perhaps while we still keyed.
    enter(State::talking);
    answerCall();
    runScript(true);
  }
  if (state_ == State::ringing || state_ == State::talking) run(fromPort, out);
  if (!isOffHook()) {
    if (const CallerIdReport* report = display_.process(fromPort)) world_.heard.shown(channel_, report->display, world_.clock.nowNs());
    std::fill(out.begin(), out.end(), std::int16_t{0});
    return;
  }
  const CallTone tone = ear_.process(fromPort);
  if (tone == CallTone::busy || tone == CallTone::congestion || tone == CallTone::unobtainable) putDown();
}

// 20 ms of dialling; true once it is over.
bool Telephone::dial(std::span<std::int16_t> out) noexcept {
  if (!pulses_) return digits_.generate(out);
  signal_.loop = pulseDigits_.frame();
  return !pulseDigits_.sending();
}

void Telephone::run(const Frame& fromPort, std::span<std::int16_t> out) noexcept {
  hear(fromPort);
  const ScriptRunner::Done done = script_.frame(out);
  if (done.answered) {
    ear_.reset();
    answerCall();
    enter(State::talking);
  }
  signal_.loop = isOffHook() && !done.flashes;
  if (!done.hungUp) return;
  if (isOffHook())
    putDown();
  else
    endCall();
}

}  // namespace branchline
