// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/kalman_filter.hpp"

#include <algorithm>
#include <cmath>

namespace branchline::echo {

namespace {

constexpr float kForgetting = 0.99998F * 0.99998F;  // A²: the path drifts this little a block.
constexpr float kDrift = 1 - kForgetting;           // What that leaves unknown, as a share of the weight's power.
constexpr float kLeastWeight = 1e-5F;               // Power that even a weight of 0 might have gained.
constexpr float kMostWeight = 2;              // Power: no hybrid returns much more than it got. Two voices of one pitch would have it otherwise.
constexpr float kFirstVariance = 1;           // An echo path may return all there was.
constexpr float kVarianceFall = 5;            // dB each 10 ms: later echo is weaker.
constexpr float kVarianceAfterChange = 0.1F;  // Least uncertainty when the path has changed.
constexpr float kNearSmoothing = 0.7F;        // A block.
constexpr float kOverlap = 0.5F;              // Half of a window is new.
// How much of a step's gain counts as certainty. The half of a window that is new would say 0.5 for white noise; speech fills a bin with a harmonic
// or two, which show one direction of its weight and not the other, and a filter that takes them for more stops short of what it could learn.
constexpr float kTaught = 0.15F;
constexpr float kNoisePower = 2 * kWindow * 100;  // Nobody's line is quieter than a white noise of 10 steps of 16 bits.

}  // namespace

KalmanFilter::KalmanFilter(std::size_t partitions) : weights_(partitions), variance_(partitions) { reset(); }

void KalmanFilter::adapt(const FarHistory& far, const Spectrum& error, const RealFft& fft) noexcept {
  Bands step;
  powerOf(error, step);
  uncertainEcho_ = {};
  const std::size_t partitions = weights_.size();
  for (std::size_t p = 0; p < partitions; p++) {
    const Bands& power = far.power(p);
    for (std::size_t k = 0; k < kPaddedBins; k++) uncertainEcho_.at[k] += power.at[k] * variance_[p].at[k];
  }
  for (std::size_t k = 0; k < kPaddedBins; k++) {
    const float now = step.at[k];
    nearPower_.at[k] = kNearSmoothing * nearPower_.at[k] + (1 - kNearSmoothing) * now;
    const float near = std::max(nearPower_.at[k], kOverlap * now);  // The start of a word counts at once.
    step.at[k] = 1 / (uncertainEcho_.at[k] + 2 * near + kNoisePower);
  }
  for (std::size_t p = 0; p < partitions; p++) {
    const Spectrum& x = far.spectrum(p);
    const Bands& power = far.power(p);
    Spectrum& w = weights_[p];
    Bands& variance = variance_[p];
    Spectrum change;
    for (std::size_t k = 0; k < kPaddedBins; k++) {
      const float gain = variance.at[k] * step.at[k];
      change.re[k] = gain * (x.re[k] * error.re[k] + x.im[k] * error.im[k]);
      change.im[k] = gain * (x.re[k] * error.im[k] - x.im[k] * error.re[k]);
      const float weightPower = w.re[k] * w.re[k] + w.im[k] * w.im[k];
      variance.at[k] = kForgetting * (1 - kTaught * gain * power.at[k]) * variance.at[k] + kDrift * (weightPower + kLeastWeight);
    }
    fft.keepFirstHalf(change);
    for (std::size_t k = 0; k < kPaddedBins; k++) {
      const float re = w.re[k] + change.re[k];
      const float im = w.im[k] + change.im[k];
      const float scale = std::min(1.0F, kMostWeight / (re * re + im * im + kLeastWeight));
      w.re[k] = scale * re;
      w.im[k] = scale * im;
    }
  }
}

void KalmanFilter::adopt(const PathWeights& weights) noexcept {
  weights_ = weights;
  for (Bands& variance : variance_) {
    for (float& value : variance.at) value = std::max(value, kVarianceAfterChange);
  }
}

void KalmanFilter::reset() noexcept {
  clearWeights(weights_);
  for (std::size_t p = 0; p < variance_.size(); p++) {
    const float milliseconds = static_cast<float>(p * kBlock) / 8;
    variance_[p].at.fill(kFirstVariance * std::pow(10.0F, -kVarianceFall / 10 * milliseconds / 10));
  }
  nearPower_ = {};
  uncertainEcho_ = {};
}

}  // namespace branchline::echo
