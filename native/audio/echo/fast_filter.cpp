// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/fast_filter.hpp"

namespace branchline::echo {

namespace {

constexpr float kNoisePower = kWindow * 100;  // A partition; as the Kalman filter's.

}  // namespace

void FastFilter::adapt(const FarHistory& far, const Spectrum& error, const RealFft& fft, float step) noexcept {
  const std::size_t partitions = weights_.size();
  Bands scale;
  for (std::size_t p = 0; p < partitions; p++) {
    for (std::size_t k = 0; k < kPaddedBins; k++) scale.at[k] += far.power(p).at[k];
  }
  for (float& value : scale.at) value = step / (value + kNoisePower * static_cast<float>(partitions));
  for (std::size_t p = 0; p < partitions; p++) {
    const Spectrum& x = far.spectrum(p);
    Spectrum& w = weights_[p];
    for (std::size_t k = 0; k < kPaddedBins; k++) {
      w.re[k] += scale.at[k] * (x.re[k] * error.re[k] + x.im[k] * error.im[k]);
      w.im[k] += scale.at[k] * (x.re[k] * error.im[k] - x.im[k] * error.re[k]);
    }
  }
  // Two a block are enough, and spare most of the transforms.
  fft.keepFirstHalf(weights_[turn_]);
  fft.keepFirstHalf(weights_[(turn_ + partitions / 2) % partitions]);
  turn_ = (turn_ + 1) % partitions;
}

}  // namespace branchline::echo
