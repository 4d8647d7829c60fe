// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "audio/echo/real_fft.hpp"

namespace branchline::echo {

/// The spectra of what was sent lately, a window for each 4 ms of the tail; the newest is 0.
class FarHistory {
 public:
  explicit FarHistory(std::size_t partitions) : spectra_(partitions), powers_(partitions), silentBlocks_(partitions + 1) {}

  void add(const Block& block, const RealFft& fft) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return spectra_.size(); }
  [[nodiscard]] const Spectrum& spectrum(std::size_t age) const noexcept { return spectra_[at(age)]; }
  [[nodiscard]] const Bands& power(std::size_t age) const noexcept { return powers_[at(age)]; }
  /// Sum of squares of the newest block.
  [[nodiscard]] float energy() const noexcept { return energy_; }
  /// Nothing but zeros in the whole tail: there is no echo.
  [[nodiscard]] bool silent() const noexcept { return silentBlocks_ > size(); }

 private:
  [[nodiscard]] std::size_t at(std::size_t age) const noexcept {
    const std::size_t index = newest_ + age;
    return index < size() ? index : index - size();
  }

  std::vector<Spectrum> spectra_;
  std::vector<Bands> powers_;
  Window window_{};
  std::size_t newest_ = 0;
  float energy_ = 0;
  std::size_t silentBlocks_;
};

}  // namespace branchline::echo
