// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/caller_id/fsk.hpp"

namespace branchline {

/// Modulator of FSK with continuous phase, a sample at a time. Bits end between samples: a sample that holds parts of two gets its share of both.
class FskModulator {
 public:
  struct Parameters {
    double markHz = 1300;
    double spaceHz = 2100;
    double bitRate = kBitRate;
    double markDbm0 = -13.5;
    double spaceDbm0 = -13.5;
  };
  FskModulator() noexcept : FskModulator(Parameters{}) {}
  explicit FskModulator(const Parameters& parameters) noexcept;

  /// The next sample. `nextBit` is called, with no arguments, for each bit that begins in it: true is mark.
  template <typename NextBit>
  [[nodiscard]] double next(NextBit&& nextBit) noexcept {
    double left = bitsPerSample_;
    while (left >= inBit_) {
      left -= inBit_;
      turn(inBit_);
      inBit_ = 1;
      mark_ = nextBit();
    }
    turn(left);
    inBit_ -= left;
    return sample();
  }

 private:
  void turn(double bits) noexcept;
  [[nodiscard]] double sample() const noexcept;

  double bitsPerSample_ = 0;
  double markStep_ = 0;  // Radians a bit.
  double spaceStep_ = 0;
  double markAmplitude_ = 0;
  double spaceAmplitude_ = 0;
  double phase_ = 0;
  double inBit_ = 0;  // What is left of the present bit.
  bool mark_ = true;
};

}  // namespace branchline
