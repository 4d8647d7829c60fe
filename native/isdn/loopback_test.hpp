// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "isdn/bearer_test.hpp"

namespace branchline {

/// Sends 128 ms of noise that is like nothing but itself, and looks for it in what comes within a second: whether it returns, how late and how loud.
class LoopbackTest final : public BearerTest {
 public:
  /// Of the noise, in dBm0; what a looped channel returns.
  static constexpr double kSentDbm0 = -10;

  LoopbackTest();
  [[nodiscard]] bool isTransparent() const noexcept override { return false; }
  bool frame(const Frame& received, Frame& sent) noexcept override;
  [[nodiscard]] const char* eventName() const noexcept override;
  /// Some ten milliseconds of work.
  [[nodiscard]] std::vector<std::pair<const char*, FieldValue>> figures() const override;

 private:
  static constexpr std::size_t kNoise = 1023;          // A sequence of maximum length, 2^10 − 1.
  static constexpr std::size_t kListen = kSampleRate;  // A second.

  struct Match {
    std::size_t delay = 0;  // Samples.
    double likeness = 0;    // 0 … 1, of what comes there to the noise.
    double dbm0 = 0;
  };
  [[nodiscard]] Match bestMatch() const;

  std::array<std::int16_t, kNoise> noise_{};
  std::array<std::int16_t, kListen> heard_{};
  std::size_t at_ = 0;
};

}  // namespace branchline
