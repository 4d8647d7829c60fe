// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "audio/frame.hpp"

namespace branchline {

/// Call progress tones of the United Kingdom (BT SIN 350).
enum class CallTone : std::uint8_t { none, dial, ringing, busy, congestion, unobtainable };

/// The name of `tone` in the border's `tone` event; "" for none. A string literal.
[[nodiscard]] const char* callToneName(CallTone tone) noexcept;

/// Detector of the United Kingdom's call progress tones on a clean line: a least-squares fit of one or two sinusoids over 40 ms, every 10 ms, then
/// the cadence. Frequencies ±5 %, cadence ±10 % (BT SIN 350), levels 0 … −35 dBm0. Busy and congestion are told after two whole cycles, number
/// unobtainable (continuous) after 2 s, dial tone after 500 ms, ringing in the second burst of its first pair. Fixed size, never allocates; one
/// thread at a time (the audio clock's).
class ToneDetector {
 public:
  ToneDetector() noexcept { reset(); }
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. Answers the tone that was recognised in this frame, once for as long as it goes on; else none.
  CallTone process(const Frame& frame) noexcept;
  /// The tone that is sounding, its pauses included; none once it has ceased.
  [[nodiscard]] CallTone present() const noexcept { return present_; }

 private:
  static constexpr std::size_t kHop = 80;      // Samples, 10 ms.
  static constexpr std::size_t kWindow = 320;  // 40 ms.
  static constexpr std::size_t kSegments = 8;  // Two cycles of congestion.

  enum class Sound : std::uint8_t { silence, tone400, dialPair, ringPair, other };
  /// What one window holds.
  struct Reading {
    Sound sound = Sound::silence;
    float hz = 0;    // Of its first tone.
    float dbm0 = 0;  // Of the whole.
  };
  /// A stretch of one sound.
  struct Segment {
    Sound sound = Sound::silence;
    int milliseconds = 0;
    float hz = 0;
    float lowestDbm0 = 0;
    float highestDbm0 = 0;
    bool steady = true;  // Neither frequency nor level wandered.
  };

  CallTone endHop() noexcept;
  [[nodiscard]] Reading readWindow() noexcept;
  [[nodiscard]] Reading readTones(float energy, float dbm0) const noexcept;
  void follow(const Reading& reading) noexcept;
  void begin(const Reading& reading, int milliseconds) noexcept;
  void extend(const Reading& reading) noexcept;
  [[nodiscard]] CallTone recognise() const noexcept;
  [[nodiscard]] bool matches(const int* cycleMs, std::size_t segments) const noexcept;
  [[nodiscard]] bool hasCeased() const noexcept;

  std::array<float, kWindow> window_{};  // Oldest first.
  std::size_t filled_ = 0;               // Of the newest hop.
  float toneDbm0_ = -99;                 // Of the last tone: its pauses are told from it.

  Segment running_;
  int unsureMs_ = 0;                         // Since a window was clearly of the running segment's sound.
  std::array<Segment, kSegments> closed_{};  // Newest last.
  CallTone present_ = CallTone::none;
};

}  // namespace branchline
