// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// Tells ringing from stray bursts, and when a caller has given up. Knows only the bursts' moments.
class RingWatch {
 public:
  /// `shortestNs`: a burst that is shorter is none. `goneNs`: without ringing for so long, the caller has gone.
  RingWatch(std::int64_t shortestNs, std::int64_t goneNs) noexcept : shortestNs_(shortestNs), goneNs_(goneNs) {}

  void setShortest(std::int64_t shortestNs) noexcept { shortestNs_ = shortestNs; }
  void burstBegins(std::int64_t atNs) noexcept { beganNs_ = atNs; }
  void burstEnds(std::int64_t atNs) noexcept {
    if (isRinging(atNs)) lastNs_ = atNs;
    beganNs_ = kNever;
  }
  /// A burst goes on.
  [[nodiscard]] bool isBursting() const noexcept { return beganNs_ != kNever; }
  /// A burst goes on that is long enough.
  [[nodiscard]] bool isRinging(std::int64_t nowNs) const noexcept { return isBursting() && nowNs - beganNs_ >= shortestNs_; }
  /// Nothing has rung for too long.
  [[nodiscard]] bool hasGone(std::int64_t nowNs) const noexcept { return !isBursting() && nowNs - lastNs_ >= goneNs_; }
  void reset() noexcept { beganNs_ = lastNs_ = kNever; }

 private:
  static constexpr std::int64_t kNever = INT64_MIN / 2;

  std::int64_t shortestNs_;
  std::int64_t goneNs_;
  std::int64_t beganNs_ = kNever;
  std::int64_t lastNs_ = kNever;
};

}  // namespace branchline
