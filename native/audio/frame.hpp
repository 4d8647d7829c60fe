// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace branchline {

inline constexpr int kFrameMilliseconds = 20;
inline constexpr std::int64_t kFrameNs = kFrameMilliseconds * 1'000'000LL;
inline constexpr int kSampleRate = 8000;      // Hz. 16 kHz bridges come with the audio issue; slots hold 320 samples from the start.
inline constexpr int kFrameSamples = 160;     // 20 ms at 8 kHz.
inline constexpr int kMaxFrameSamples = 320;  // 20 ms at 16 kHz.

/// 20 ms of 16-bit linear audio, mono, at `rate`; only the first rate/50 samples mean anything.
struct Frame {
  std::array<std::int16_t, kMaxFrameSamples> samples{};
  int rate = kSampleRate;
  [[nodiscard]] int count() const noexcept { return rate / 50; }
};

}  // namespace branchline
