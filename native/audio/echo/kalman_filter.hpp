// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "audio/echo/partitioned_filter.hpp"

namespace branchline::echo {

/// Partitioned-block frequency-domain Kalman filter (Enzner and Vary 2006; Kuech, Mabande, Enzner 2014): knows of every weight how uncertain it is,
/// and steps by that against the near end's spectrum. So it learns fast at first, hardly at all while the near end talks, and needs no double-talk
/// detector.
class KalmanFilter {
 public:
  explicit KalmanFilter(std::size_t partitions);

  [[nodiscard]] const PathWeights& weights() const noexcept { return weights_; }
  /// One step, with the spectrum of the error that these weights left.
  void adapt(const FarHistory& far, const Spectrum& error, const RealFft& fft) noexcept;
  /// Power, a bin, of the echo that the weights' uncertainty leaves in the error, as of the last step.
  [[nodiscard]] const Bands& uncertainEcho() const noexcept { return uncertainEcho_; }

  /// Takes over another filter's weights, found after the path changed.
  void adopt(const PathWeights& weights) noexcept;
  /// Forgets the path.
  void reset() noexcept;

 private:
  PathWeights weights_;
  std::vector<Bands> variance_;
  Bands nearPower_;  // Smoothed spectrum of the error: what the near end says, noise included.
  Bands uncertainEcho_;
};

}  // namespace branchline::echo
