// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/partitioned_filter.hpp"

#include <algorithm>

namespace branchline::echo {

void predictEcho(const PathWeights& weights, const FarHistory& far, const RealFft& fft, Block& echo) noexcept {
  Spectrum sum;
  for (std::size_t p = 0; p < weights.size(); p++) {
    const Spectrum& x = far.spectrum(p);
    const Spectrum& w = weights[p];
    for (std::size_t k = 0; k < kPaddedBins; k++) {
      sum.re[k] += x.re[k] * w.re[k] - x.im[k] * w.im[k];
      sum.im[k] += x.re[k] * w.im[k] + x.im[k] * w.re[k];
    }
  }
  Window window;
  fft.inverse(sum, window);
  std::copy(window.begin() + kBlock, window.end(), echo.begin());
}

void clearWeights(PathWeights& weights) noexcept { std::fill(weights.begin(), weights.end(), Spectrum{}); }

}  // namespace branchline::echo
