// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/level.hpp"

#include <algorithm>
#include <cmath>

namespace branchline {

namespace {
constexpr double kFullScale = 32767.0;
constexpr float kSmoothing = 0.1F;  // A frame's part of the mean: 200 ms time constant.
}  // namespace

double amplitudeOf(double dbm0) noexcept { return kFullScale * std::pow(10.0, (dbm0 - kFullScaleSineDbm0) / 20.0); }

double dbm0OfMeanSquare(double meanSquare) noexcept {
  const double fullScaleSine = kFullScale * kFullScale / 2;
  if (meanSquare <= 0) return kSilenceDbm0;
  return std::max(kSilenceDbm0, kFullScaleSineDbm0 + 10 * std::log10(meanSquare / fullScaleSine));
}

void LevelMeter::add(const Frame& frame) noexcept {
  std::int64_t sum = 0;
  for (int i = 0; i < kFrameSamples; i++) sum += frame.samples[i] * frame.samples[i];
  const float now = static_cast<float>(sum) / kFrameSamples;
  const float before = meanSquare_.load(std::memory_order_relaxed);
  meanSquare_.store(before + kSmoothing * (now - before), std::memory_order_relaxed);
}

}  // namespace branchline
