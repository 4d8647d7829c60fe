// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace branchline {

/// The level of a line's noise: the quietest window of the last four to five seconds. Where nothing pauses it is what goes on.
class NoiseFloor {
 public:
  void reset() noexcept { *this = NoiseFloor(); }
  /// One window's level, each 10 ms.
  void add(float dbm0) noexcept {
    if (++heard_ <= kFirstWhole) return;
    heard_ = kFirstWhole;
    quietest_.back() = std::min(quietest_.back(), dbm0);
    if (++windows_ < kWindowsEach) return;
    windows_ = 0;
    std::copy(quietest_.begin() + 1, quietest_.end(), quietest_.begin());
    quietest_.back() = kUnknown;
  }
  [[nodiscard]] float dbm0() const noexcept { return *std::min_element(quietest_.begin(), quietest_.end()); }

 private:
  static constexpr float kUnknown = 10.0F;
  static constexpr int kWindowsEach = 50;
  static constexpr int kFirstWhole = 4;  // Windows of 40 ms, a hop of 10: before these the window is not filled.

  std::array<float, 10> quietest_ = filled();  // Of half a second each, newest last.
  int windows_ = 0;
  int heard_ = 0;

  static constexpr std::array<float, 10> filled() noexcept {
    std::array<float, 10> all{};
    all.fill(kUnknown);
    return all;
  }
};

}  // namespace branchline
