// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/echo/fast_filter.hpp"
#include "audio/echo/kalman_filter.hpp"
#include "audio/echo/tone_guard.hpp"

namespace branchline::echo {

/// Subtracts the echo that a linear path makes, by three models of it: the Kalman filter learns; the foreground is what the Kalman filter knew when
/// it was proven better, and is what is heard; the fast filter finds a path that has changed, and follows tones while the others hold still.
class LinearCanceller {
 public:
  explicit LinearCanceller(std::size_t partitions);

  /// The next 4 ms.
  void process(const Block& far, const Block& near, Block& out) noexcept;
  void reset() noexcept;

  /// Nothing was sent for as long as the tail: `out` was the near signal itself.
  [[nodiscard]] bool idle() const noexcept { return far_.silent(); }
  /// What was subtracted from the last block.
  [[nodiscard]] const Block& echo() const noexcept { return heardEcho_; }
  [[nodiscard]] const KalmanFilter& kalman() const noexcept { return kalman_; }

 private:
  /// A filter's error in this block and its energy, smoothed over 50 ms.
  struct Trial {
    Block echo{};
    Block error{};
    float energy = 0;
    float smoothed = 0;
  };
  void tryOut(const PathWeights& weights, const Block& near, Trial& trial) const noexcept;
  void guardAgainstTones() noexcept;
  void learn() noexcept;
  void followChange() noexcept;
  void giveUpIfHopeless() noexcept;
  void renewForeground() noexcept;
  [[nodiscard]] const Trial& best() const noexcept;

  RealFft fft_;
  FarHistory far_;
  KalmanFilter kalman_;
  FastFilter fast_;
  PathWeights foreground_;
  ToneGuard toneGuard_;
  Trial kalmanTrial_;
  Trial fastTrial_;
  Trial foregroundTrial_;
  Block heardEcho_{};
  float smoothedFar_ = 0;
  float smoothedNear_ = 0;
  bool wasTonal_ = false;
  bool fastHeard_ = false;           // Over a tone the fast filter's error is what is heard.
  std::size_t fastBetter_ = 0;       // Blocks.
  std::size_t hopeless_ = 0;         // Blocks.
  std::size_t foregroundWorse_ = 0;  // Blocks.
};

}  // namespace branchline::echo
