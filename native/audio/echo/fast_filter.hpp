// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/echo/partitioned_filter.hpp"

namespace branchline::echo {

/// Normalised least mean squares over the same partitions with one step: no memory of what it was sure of, so it follows a path that has changed
/// within a tenth of a second, and a tone at once.
class FastFilter {
 public:
  explicit FastFilter(std::size_t partitions) : weights_(partitions) {}

  [[nodiscard]] const PathWeights& weights() const noexcept { return weights_; }
  /// @param step 0 to 1, the share of the error that is made good at once
  void adapt(const FarHistory& far, const Spectrum& error, const RealFft& fft, float step) noexcept;
  void adopt(const PathWeights& weights) noexcept { weights_ = weights; }
  void reset() noexcept { clearWeights(weights_); }

 private:
  PathWeights weights_;
  std::size_t turn_ = 0;  // The partition whose taps beyond its 32 are cut off next.
};

}  // namespace branchline::echo
