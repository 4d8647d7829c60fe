// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "audio/echo/spectrum.hpp"

namespace branchline::echo {

/// The spectrum of the near end's steady background, by minimum statistics (Martin 2001): the least of a smoothed spectrum over the last 1.5 s, which
/// speech and echo with their pauses do not lift, times what noise's own ups and downs make the least lie below the mean.
class BackgroundNoise {
 public:
  BackgroundNoise() noexcept { reset(); }
  /// The power of 4 ms, a bin.
  void add(const Bands& power) noexcept;
  /// More than there can be before the first add().
  [[nodiscard]] const Bands& power() const noexcept { return power_; }
  void reset() noexcept;

 private:
  static constexpr std::size_t kSpans = 5;
  static constexpr std::size_t kBlocksInSpan = 75;  // 0.3 s.

  Bands smoothed_;
  Bands power_;
  std::array<Bands, kSpans> least_;  // Of each span of time; the current one at `span_`.
  std::size_t span_ = 0;
  std::size_t blocks_ = 0;
  bool first_ = true;
};

}  // namespace branchline::echo
