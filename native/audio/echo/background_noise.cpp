// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/background_noise.hpp"

#include <algorithm>

namespace branchline::echo {

namespace {

constexpr float kSmoothing = 0.06F;     // About 65 ms.
constexpr float kMeanOverLeast = 2.2F;  // Of white noise so smoothed, over 1.5 s.

constexpr float kMost = 1e15F;  // Beyond any power of a window of 16 bits; twice it is still a number.

}  // namespace

void BackgroundNoise::reset() noexcept {
  smoothed_ = {};
  power_.at.fill(kMost);
  for (Bands& span : least_) span.at.fill(kMost);
  span_ = blocks_ = 0;
  first_ = true;
}

void BackgroundNoise::add(const Bands& power) noexcept {
  if (first_) smoothed_ = power;
  first_ = false;
  if (++blocks_ % kBlocksInSpan == 0) {
    span_ = (span_ + 1) % kSpans;
    least_[span_] = smoothed_;
  }
  for (std::size_t k = 0; k < kPaddedBins; k++) {
    smoothed_.at[k] += kSmoothing * (power.at[k] - smoothed_.at[k]);
    least_[span_].at[k] = std::min(least_[span_].at[k], smoothed_.at[k]);
  }
  power_ = least_[0];
  for (std::size_t span = 1; span < kSpans; span++) {
    for (std::size_t k = 0; k < kPaddedBins; k++) power_.at[k] = std::min(power_.at[k], least_[span].at[k]);
  }
  for (float& value : power_.at) value *= kMeanOverLeast;
}

}  // namespace branchline::echo
