// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline::isdn {

/// How much a far end that sends nonsense may make libpri write: so many lines a second, the rest counted.
class LogBudget {
 public:
  /// True: this line goes out.
  bool spend(std::int64_t nowNs) noexcept {
    if (nowNs - beganNs_ >= kPeriodNs) {
      beganNs_ = nowNs;
      spent_ = 0;
    }
    if (spent_ < kLines) {
      spent_++;
      return true;
    }
    suppressed_++;
    return false;
  }
  /// Lines that did not go out, once their period is over; 0: none, or not yet.
  std::uint32_t takeSuppressed(std::int64_t nowNs) noexcept {
    if (suppressed_ == 0 || nowNs - beganNs_ < kPeriodNs) return 0;
    const std::uint32_t count = suppressed_;
    suppressed_ = 0;
    return count;
  }

 private:
  static constexpr std::int64_t kPeriodNs = 1'000'000'000;
  static constexpr std::uint32_t kLines = 20;
  std::int64_t beganNs_ = 0;
  std::uint32_t spent_ = 0;
  std::uint32_t suppressed_ = 0;
};

}  // namespace branchline::isdn
