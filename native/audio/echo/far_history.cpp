// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/far_history.hpp"

#include <algorithm>

namespace branchline::echo {

void FarHistory::add(const Block& block, const RealFft& fft) noexcept {
  std::copy(window_.begin() + kBlock, window_.end(), window_.begin());
  std::copy(block.begin(), block.end(), window_.begin() + kBlock);
  newest_ = newest_ == 0 ? size() - 1 : newest_ - 1;
  fft.forward(window_, spectra_[newest_]);
  powerOf(spectra_[newest_], powers_[newest_]);
  energy_ = energyOf(block);
  if (energy_ > 0)
    silentBlocks_ = 0;
  else if (!silent())
    silentBlocks_++;
}

void FarHistory::clear() noexcept {
  std::fill(spectra_.begin(), spectra_.end(), Spectrum{});
  std::fill(powers_.begin(), powers_.end(), Bands{});
  window_ = {};
  newest_ = 0;
  energy_ = 0;
  silentBlocks_ = size() + 1;
}

}  // namespace branchline::echo
