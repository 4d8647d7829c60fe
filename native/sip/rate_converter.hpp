// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace branchline {

/// Between 8 kHz and 8 kHz × factor: a windowed-sinc low pass (Kaiser, flat to 3.4 kHz within 0.1 dB, 60 dB down from 4.6 kHz on) in polyphase
/// form. Everything is allocated at creation; process() runs on the audio thread.
class Decimator {
 public:
  /// `factor` 1…6: input rate over 8 kHz. `maxOutput`: the most samples one process() will make.
  Decimator(int factor, int maxOutput);
  /// Reads `count` × factor samples at the high rate, writes `count` at 8 kHz.
  void process(const std::int16_t* input, std::int16_t* output, int count) noexcept;

 private:
  int factor_;
  std::vector<float> taps_;
  std::vector<float> line_;  // The last taps-1 samples, then the new ones.
};

class Interpolator {
 public:
  /// `maxInput`: the most 8 kHz samples one process() will read.
  Interpolator(int factor, int maxInput);
  /// Reads `count` samples at 8 kHz, writes `count` × factor at the high rate.
  void process(const std::int16_t* input, std::int16_t* output, int count) noexcept;

 private:
  int factor_;
  int tapsPerPhase_;
  std::vector<float> taps_;  // Phase after phase.
  std::vector<float> line_;
};

}  // namespace branchline
