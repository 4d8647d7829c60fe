// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/caller_id_receiver.hpp"

#include <algorithm>

namespace branchline {
namespace {

constexpr int kMostLostFrames = 5;  // Without the signal: longer than the bytes lie back.

constexpr int kQuietFrames = 10;       // After so many there is nothing left to tell: an idle line costs next to nothing.
constexpr std::int64_t kQuiet = 2600;  // Mean square, −50 dBm0.

bool isQuiet(const Frame& frame) noexcept {
  std::int64_t sum = 0;
  for (int i = 0; i < kFrameSamples; ++i) sum += frame.samples[static_cast<std::size_t>(i)] * frame.samples[static_cast<std::size_t>(i)];
  return sum < kQuiet * kFrameSamples;
}

}  // namespace

void CallerIdReceiver::reset() noexcept {
  demodulator_.reset();
  async_.reset();
  collector_.reset();
  lostFrames_ = 0;
  quietFrames_ = 0;
}

const CallerIdReport* CallerIdReceiver::process(const Frame& frame) noexcept {
  if (!isQuiet(frame)) {
    quietFrames_ = 0;
  } else if (quietFrames_ >= kQuietFrames) {
    return nullptr;
  } else if (++quietFrames_ == kQuietFrames) {
    demodulator_.reset();
    async_.reset();
  }
  const std::span<const SoftBit> bits = demodulator_.process(frame);
  bool told = false;
  for (const AsyncByte& byte : async_.process(bits)) told = collector_.add(byte, report_) || told;
  const auto heard = std::count_if(bits.begin(), bits.end(), [](const SoftBit& bit) { return bit.isSignal; });
  lostFrames_ = heard * 4 > static_cast<std::ptrdiff_t>(bits.size()) ? 0 : lostFrames_ + 1;
  if (lostFrames_ > kMostLostFrames && !told) told = collector_.signalLost(report_);
  return told ? &report_ : nullptr;
}

}  // namespace branchline
