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
  publishIdle(state == State::onHook);
  publish();
}

void Telephone::portPolarity(bool reversed) noexcept {
  reversed_ = reversed;
  publish();
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

void Telephone::place(FarEndSet* set, std::string_view digits) noexcept {
  digits_.unload();
  if (state_ != State::onHook || digits_.load(digits, kKeyOnMs, kKeyOffMs) != Status::ok) return;
  beginCall(set, set->front());
  lift();
  enter(State::lifted);
}

void Telephone::lift() noexcept {
  ear_.reset();
  emit(ChannelEventType::offHook);
}

void Telephone::hangUp() noexcept {
  if (isOffHook()) putDown();
}

void Telephone::putDown() noexcept {
  if (inCall()) endCall();
  enter(State::onHook);
  emit(ChannelEventType::onHook);
}

void Telephone::frame(const Frame& fromPort, Frame& toPort) noexcept {
  const std::span<std::int16_t> out(toPort.samples.data(), kFrameSamples);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  inStateMs_ += kFrameMilliseconds;
  if (state_ == State::lifted && inStateMs_ >= kLiftToKeyMs) {
    digits_.begin();
    enter(State::keying);
  }
  if (state_ == State::keying && digits_.generate(out)) enter(State::waiting);
  if (state_ == State::waiting && reversed_) {  // The called party answered, perhaps while we still keyed.
    enter(State::talking);
    answerCall();
    runScript(true);
  }
  if (state_ == State::ringing || state_ == State::talking) run(fromPort, out);
  if (!isOffHook()) {
    std::fill(out.begin(), out.end(), std::int16_t{0});
    return;
  }
  const CallTone tone = ear_.process(fromPort);
  if (tone == CallTone::busy || tone == CallTone::congestion || tone == CallTone::unobtainable) putDown();
}

void Telephone::run(const Frame& fromPort, std::span<std::int16_t> out) noexcept {
  hear(fromPort);
  const ScriptRunner::Done done = script_.frame(out);
  if (done.answered) {
    lift();
    answerCall();
    enter(State::talking);
  }
  if (!done.hungUp) return;
  if (isOffHook())
    putDown();
  else
    endCall();
}

}  // namespace branchline
