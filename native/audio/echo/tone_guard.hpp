// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/echo/spectrum.hpp"

namespace branchline::echo {

/// Tells whether the far signal is a few steady tones. They say nothing about the path but at their own frequencies, and a filter that adapts to
/// them for seconds loses the rest.
class ToneGuard {
 public:
  /// The next 4 ms of the far signal.
  void add(const Block& block) noexcept;
  [[nodiscard]] bool tonal() const noexcept { return evidence_ >= kEnough; }
  void reset() noexcept { *this = {}; }

 private:
  static constexpr std::size_t kSamples = 162;  // 20 ms.
  static constexpr int kEnough = 2;
  static constexpr int kMost = 6;

  /// Predicting each sample from the ten before, by least squares, leaves less than a thousandth: sinusoids and little else. Vowels leave more.
  [[nodiscard]] bool predictable() const noexcept;

  std::array<double, kSamples> samples_{};  // Low tones leave little to tell apart: single precision would see them in vowels.
  std::size_t blocks_ = 0;
  int evidence_ = 0;
};

}  // namespace branchline::echo
