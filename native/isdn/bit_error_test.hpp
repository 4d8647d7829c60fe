// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "isdn/bearer_test.hpp"
#include "isdn/test_pattern.hpp"

namespace branchline {

/// Bit error test of a 64 kbit/s channel whose far end loops it: sends the pattern of O.150 and compares what comes back, for `seconds` from the
/// moment the two are in step first. Gives up where that takes more than five seconds.
class BitErrorTest final : public BearerTest {
 public:
  explicit BitErrorTest(int seconds) : frames_(static_cast<std::int64_t>(seconds) * kFramesPerSecond) {}

  [[nodiscard]] bool isTransparent() const noexcept override { return true; }
  bool frame(const Frame& received, Frame& sent) noexcept override;
  [[nodiscard]] const char* eventName() const noexcept override;
  [[nodiscard]] std::vector<std::pair<const char*, FieldValue>> figures() const override;

 private:
  static constexpr int kFramesPerSecond = 1000 / kFrameMilliseconds;

  void measure() noexcept;
  void endSecond() noexcept;

  const std::int64_t frames_;
  TestPattern pattern_;
  PatternChecker checker_;
  int waited_ = 0;  // Frames before the measurement.
  bool measuring_ = false;
  std::int64_t measured_ = 0;          // Frames.
  bool outOfStep_ = false;             // At some frame's end within the second under way.
  PatternChecker::Counts secondFrom_;  // As that second began.
  std::int64_t erroredSeconds_ = 0;
};

}  // namespace branchline
