// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

#include "audio/frame.hpp"

namespace branchline {

// Levels are in dBm0 by the convention of A-law (G.711): a sine of full scale is +3.14 dBm0, so that 0 dBm0 lies 3.14 dB below it.
inline constexpr double kFullScaleSineDbm0 = 3.14;
inline constexpr double kSilenceDbm0 = -99.0;  // What silence reads as.

/// Amplitude (peak, 16-bit linear) of a sine of `dbm0`.
[[nodiscard]] double amplitudeOf(double dbm0) noexcept;
/// Level of a mean square of 16-bit linear samples; not below kSilenceDbm0.
[[nodiscard]] double dbm0OfMeanSquare(double meanSquare) noexcept;

/// Level of one direction of a leg, smoothed over about 200 ms. Written by the audio thread, read by any.
class LevelMeter {
 public:
  /// Audio thread: 20 ms.
  void add(const Frame& frame) noexcept;
  /// Audio thread.
  void reset() noexcept { meanSquare_.store(0, std::memory_order_relaxed); }
  [[nodiscard]] double dbm0() const noexcept { return dbm0OfMeanSquare(meanSquare_.load(std::memory_order_relaxed)); }

 private:
  std::atomic<float> meanSquare_{0};
};

}  // namespace branchline
