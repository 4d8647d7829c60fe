// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "audio/detect/sinusoid_fit.hpp"
#include "audio/frame.hpp"

namespace branchline {

/// Call progress tones of the United Kingdom (BT SIN 350).
enum class CallTone : std::uint8_t { none, dial, ringing, busy, congestion, unobtainable };

/// The name of `tone` in the border's `tone` event; "" for none. A string literal.
[[nodiscard]] const char* callToneName(CallTone tone) noexcept;

/// Detector of the United Kingdom's call progress tones on a clean line: a least-squares fit of one or two sinusoids over 40 ms, every 10 ms, then
/// the cadence. Frequencies ±5 %, cadence ±10 % (BT SIN 350), levels down to −35 dBm0. Busy and congestion are told after two whole cycles, number
/// unobtainable (continuous) after 2 s, dial tone after 500 ms, ringing after its first pair of bursts. Fixed size, never allocates; one thread
/// at a time (the audio clock's).
class ToneDetector {
 public:
  ToneDetector() noexcept;
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. Answers the tone that was recognised in this frame, once for as long as it goes on; else none.
  CallTone process(const Frame& frame) noexcept;
  /// The tone that is sounding, its pauses included; none once it has ceased.
  [[nodiscard]] CallTone present() const noexcept { return present_; }

 private:
  static constexpr int kHop = 80;                    // 10 ms.
  static constexpr int kWindow = 320;                // 40 ms.
  static constexpr int kSegments = 8;                // Two cycles of congestion.

  /// What one window holds.
  enum class Sound : std::uint8_t { silence, tone400, dialPair, ringPair, other };
  struct Segment {
    Sound sound = Sound::silence;
    int milliseconds = 0;
  };

  CallTone endHop() noexcept;
  Sound classify() noexcept;
  CallTone follow(Sound sound) noexcept;
  void closeSegment(int milliseconds) noexcept;
  [[nodiscard]] CallTone cadence() const noexcept;
  [[nodiscard]] CallTone continuous() const noexcept;
  CallTone recognise(CallTone tone) noexcept;

  SinusoidFit<kWindow> fit_;
  std::array<float, kWindow> window_{};
  int filled_ = 0;
  float level_ = 0;                                  // Mean power of the last tone, to tell its pauses from its fading.

  Segment running_;                                  // Not closed yet.
  int unsureMs_ = 0;                                 // Since the last window that was clearly of `running_`'s sound.
  std::array<Segment, kSegments> closed_{};          // Newest last.
  CallTone present_ = CallTone::none;
};

}  // namespace branchline
