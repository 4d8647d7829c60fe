// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/rate_converter.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace branchline {
namespace {

constexpr int kTapsPerPhase = 25;     // × factor: 60 dB with a transition of 1.2 kHz (Kaiser's N ≈ (A-8)/(2.285·Δω)).
constexpr double kCutoffHz = 4000;    // Half-amplitude point; the transition lies around it.
constexpr double kKaiserBeta = 5.65;  // 60 dB.

/// Modified Bessel function of order zero, by its series.
double bessel0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= (x / 2 / k) * (x / 2 / k);
    sum += term;
  }
  return sum;
}

/// The prototype low pass at 8 kHz × factor with unit gain at 0 Hz.
std::vector<float> prototype(int factor) {
  const int count = kTapsPerPhase * factor;
  const double cutoff = kCutoffHz / (8000.0 * factor);  // Cycles a sample.
  std::vector<double> taps(static_cast<std::size_t>(count));
  double sum = 0;
  for (int n = 0; n < count; ++n) {
    const double t = n - (count - 1) / 2.0;
    const double sinc = t == 0 ? 2 * cutoff : std::sin(2 * std::numbers::pi * cutoff * t) / (std::numbers::pi * t);
    const double position = 2 * t / (count - 1);
    const double window = bessel0(kKaiserBeta * std::sqrt(std::max(0.0, 1 - position * position))) / bessel0(kKaiserBeta);
    taps[static_cast<std::size_t>(n)] = sinc * window;
    sum += sinc * window;
  }
  std::vector<float> result(taps.size());
  std::transform(taps.begin(), taps.end(), result.begin(), [sum](double tap) { return static_cast<float>(tap / sum); });
  return result;
}

std::int16_t saturated(float value) noexcept { return static_cast<std::int16_t>(std::clamp(std::lround(value), -32768L, 32767L)); }

}  // namespace

Decimator::Decimator(int factor, int maxOutput)
    : factor_(factor),
      taps_(prototype(factor)),
      line_(taps_.size() - 1 + static_cast<std::size_t>(maxOutput) * static_cast<std::size_t>(factor)) {}

void Decimator::process(const std::int16_t* input, std::int16_t* output, int count) noexcept {
  if (factor_ == 1) {
    std::copy(input, input + count, output);
    return;
  }
  const std::size_t past = taps_.size() - 1;
  const std::size_t fresh = static_cast<std::size_t>(count) * static_cast<std::size_t>(factor_);
  for (std::size_t i = 0; i < fresh; ++i) line_[past + i] = input[i];
  for (int n = 0; n < count; ++n) {
    const float* window = line_.data() + static_cast<std::size_t>(n) * static_cast<std::size_t>(factor_);
    float sum = 0;
    for (std::size_t k = 0; k < taps_.size(); ++k) sum += taps_[k] * window[k];
    output[n] = saturated(sum);
  }
  std::copy_n(line_.begin() + static_cast<std::ptrdiff_t>(fresh), past, line_.begin());
}

Interpolator::Interpolator(int factor, int maxInput)
    : factor_(factor),
      tapsPerPhase_(kTapsPerPhase),
      line_(static_cast<std::size_t>(kTapsPerPhase - 1 + maxInput)) {
  const std::vector<float> all = prototype(factor);
  taps_.resize(all.size());
  for (int phase = 0; phase < factor; ++phase) {
    for (int k = 0; k < kTapsPerPhase; ++k) {
      // Reversed, so that process() multiplies along the line; × factor makes up for the zeros between samples.
      taps_[static_cast<std::size_t>(phase * kTapsPerPhase + k)] =
          all[static_cast<std::size_t>((kTapsPerPhase - 1 - k) * factor + phase)] * static_cast<float>(factor);
    }
  }
}

void Interpolator::process(const std::int16_t* input, std::int16_t* output, int count) noexcept {
  if (factor_ == 1) {
    std::copy(input, input + count, output);
    return;
  }
  const int past = tapsPerPhase_ - 1;
  for (int i = 0; i < count; ++i) line_[static_cast<std::size_t>(past + i)] = input[i];
  for (int n = 0; n < count; ++n) {
    const float* window = line_.data() + n;
    for (int phase = 0; phase < factor_; ++phase) {
      const float* taps = taps_.data() + phase * tapsPerPhase_;
      float sum = 0;
      for (int k = 0; k < tapsPerPhase_; ++k) sum += taps[k] * window[k];
      *output++ = saturated(sum);
    }
  }
  std::copy_n(line_.begin() + count, past, line_.begin());
}

}  // namespace branchline
