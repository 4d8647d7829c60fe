// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/pulse_dialling.hpp"

#include <algorithm>

#include "audio/frame.hpp"

namespace branchline {
namespace {

constexpr int kOpenMs = 60;
constexpr int kPulseMs = 100;
constexpr int kBetweenDigitsMs = 800;
constexpr int kLongestPulseMs = 200;
constexpr int kDigitOverMs = 250;  // After the last pulse.

}  // namespace

Status PulseSender::load(std::string_view digits) noexcept {
  const bool dialable = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > kMostDigits || !dialable) return Status::invalidArgument;
  if (busy_.exchange(true, std::memory_order_acquire)) return Status::wrongState;
  std::copy(digits.begin(), digits.end(), digits_.begin());
  count_ = digits.size();
  return Status::ok;
}

void PulseSender::stop() noexcept {
  sending_ = false;
  unload();
}

void PulseSender::begin() noexcept {
  sending_ = true;
  digit_ = 0;
  inDigitMs_ = 0;
}

bool PulseSender::frame() noexcept {
  if (!sending_) return true;
  const int pulses = digits_[digit_] == '0' ? 10 : digits_[digit_] - '0';
  const bool closed = inDigitMs_ >= pulses * kPulseMs || inDigitMs_ % kPulseMs >= kOpenMs;
  inDigitMs_ += kFrameMilliseconds;
  if (inDigitMs_ < pulses * kPulseMs + kBetweenDigitsMs) return closed;
  inDigitMs_ = 0;
  if (++digit_ == count_) stop();
  return closed;
}

void PulseReceiver::reset() noexcept {
  openMs_ = 0;
  closedMs_ = 0;
  pulses_ = 0;
}

PulseReceiver::Heard PulseReceiver::frame(bool closed, int flashTimeMs, bool pulses) noexcept {
  if (!closed) {
    openMs_ += kFrameMilliseconds;
    return openMs_ > flashTimeMs ? Heard::hangUp : Heard::nothing;
  }
  if (openMs_ > 0) {
    const bool pulse = pulses && openMs_ <= kLongestPulseMs;
    openMs_ = 0;
    closedMs_ = 0;
    if (!pulse) return Heard::flash;
    ++pulses_;
  }
  closedMs_ += kFrameMilliseconds;
  if (pulses_ == 0 || closedMs_ < kDigitOverMs) return Heard::nothing;
  digit_ = pulses_ > 10 ? '?' : static_cast<char>('0' + pulses_ % 10);
  pulses_ = 0;
  return digit_ == '?' ? Heard::nothing : Heard::digit;
}

}  // namespace branchline
