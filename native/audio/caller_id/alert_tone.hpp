// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

#include "audio/frame.hpp"

namespace branchline {

// Dual tone alert (DT-AS; in a call: CAS) of SIN 227, EN 300 659-1 and GR-30-CORE.
inline constexpr double kAlertLowHz = 2130;
inline constexpr double kAlertHighHz = 2750;

/// Detector of the dual tone alert: both tones within ±1.1 %, −40 dBm0 or more each, not over 7 dB apart, for 60…140 ms (SIN 227: 88…110 ms, CAS:
/// 75…85 ms). Fixed size, never allocates; one thread at a time (the audio clock's).
class AlertToneDetector {
 public:
  AlertToneDetector() noexcept { reset(); }
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. True in the frame in which an alert has ended.
  bool process(const Frame& frame) noexcept;

 private:
  static constexpr std::size_t kHop = 40;     // Samples, 5 ms.
  static constexpr std::size_t kWindow = 80;  // 10 ms: 1.1 % off is 0.3 of a turn.
  [[nodiscard]] bool isAlert() const noexcept;

  std::array<float, kWindow> window_{};
  int heardHops_ = 0;  // In a row …
  int missedHops_ = 0;
};

}  // namespace branchline
