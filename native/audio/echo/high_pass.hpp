// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

namespace branchline::echo {

/// First-order high-pass at 10 Hz, 8 kHz audio: takes off the offset that converters and A-law's idle code leave. A linear path stays the same
/// between two signals that went through one each.
class HighPass {
 public:
  [[nodiscard]] float next(float sample) noexcept {
    output_ = sample - input_ + kPole * output_;
    input_ = sample;
    if (std::abs(output_) < kNothing) output_ = 0;  // Silence becomes true silence, and never a denormal.
    return output_;
  }

 private:
  static constexpr float kPole = 0.99218F;
  static constexpr float kNothing = 0.02F;  // Of a step of 16 bits.
  float input_ = 0;
  float output_ = 0;
};

}  // namespace branchline::echo
