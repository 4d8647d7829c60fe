// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace branchline {

/// Keeps the audio clock in step with a card's: from how many received frames wait it finds how much longer than 20 ms the next frame should be. A
/// second-order loop with a time constant of some minutes: crystals are 50 ppm apart at most, and what it corrects is a frame in 400 s. Audio thread.
class CardPace {
 public:
  /// Once a frame. `waiting`: DahdiAudio::waiting() of the channel that is followed. Answers the correction in ns.
  std::int32_t follow(double waiting) noexcept {
    const double early = kWanted - waiting;  // Fewer wait: we run fast, and the frame is to last longer.
    drift_ = std::clamp(drift_ + kIntegral * early, -kMostNs, kMostNs);
    paceNs_ = static_cast<std::int32_t>(std::clamp(drift_ + kProportional * early, -kMostNs, kMostNs));
    return paceNs_;
  }
  /// No channel to follow now: the rate that was found stays.
  std::int32_t coast() noexcept { return paceNs_ = static_cast<std::int32_t>(drift_); }

 private:
  static constexpr double kWanted = 1.5;
  static constexpr double kMostNs = 10'000;  // 500 ppm.
  static constexpr double kProportional = 2'000;
  static constexpr double kIntegral = 0.05;  // Critically damped: proportional² / (4 × 20 ms in ns).

  double drift_ = 0;  // ns a frame.
  std::int32_t paceNs_ = 0;
};

}  // namespace branchline
