// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

#include "audio/detect/noise_floor.hpp"
#include "audio/detect/sound_reader.hpp"
#include "audio/detect/tone_set.hpp"
#include "audio/frame.hpp"

namespace branchline {

/// Detector of a country's call progress tones: every 10 ms it reads the last 40 ms, cuts what it reads into stretches of one sound, and holds these
/// against the cadences. Frequencies ±5 %, cadence ±10 % (BT SIN 350), levels 0 … −35 dBm0, noise 8 dB below the tone. Busy and congestion are told
/// after two whole cycles in any phase (more of fast ones), number unobtainable after 2 s where it is continuous, dial tone after 500 ms or when it
/// can't be a burst of another tone any more, ringing in the first pause that only it has. Fixed size, never allocates; one thread at a time (the
/// audio clock's).
class ToneDetector {
 public:
  explicit ToneDetector(const Country& country = defaultCountry()) noexcept : set_(country), reader_(set_) { reset(); }
  ToneDetector(const ToneDetector&) = delete;
  ToneDetector& operator=(const ToneDetector&) = delete;
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. Answers the tone that was recognised in this frame, once for as long as it goes on; else none.
  CallTone process(const Frame& frame) noexcept;
  /// The tone that is sounding, its pauses included; none once it has ceased.
  [[nodiscard]] CallTone present() const noexcept { return present_ == nullptr ? CallTone::none : present_->tone; }
  /// What sounds now and is no call progress tone: speech, music, noise above −45 dBm0. For so long, 0 for not at all.
  [[nodiscard]] int otherSoundMs() const noexcept { return running_.sound == SoundReader::kOther ? running_.milliseconds : 0; }
  /// There is nothing but the line's noise.
  [[nodiscard]] bool isSilent() const noexcept { return running_.sound == ToneSet::kPause; }

 private:
  static constexpr std::size_t kHop = 80;  // Samples, 10 ms.
  static constexpr std::size_t kWindow = SoundReader::kWindow;
  static constexpr std::size_t kSegments = 17;  // The most that any pattern asks for, and the one before.

  /// A stretch of one sound.
  struct Segment {
    int sound = ToneSet::kPause;
    int milliseconds = 0;
    float hz = 0;
    float lowestDbm0 = 0;
    float highestDbm0 = 0;
    bool steady = true;  // Neither frequency nor level wandered.
  };

  CallTone endHop() noexcept;
  [[nodiscard]] SoundReader::Reading readWindow() noexcept;
  bool follow(const SoundReader::Reading& reading) noexcept;
  void begin(const SoundReader::Reading& reading, int milliseconds) noexcept;
  void extend(const SoundReader::Reading& reading) noexcept;
  [[nodiscard]] const ToneSet::Pattern* recognise(bool closedOne) const noexcept;
  [[nodiscard]] bool goesOnFor(const ToneSet::Pattern& pattern) const noexcept;
  [[nodiscard]] bool beginsToRing(const ToneSet::Pattern& pattern) const noexcept;
  [[nodiscard]] bool matches(const ToneSet::Pattern& pattern) const noexcept;
  [[nodiscard]] bool matches(const ToneSet::Pattern& pattern, std::size_t rotation) const noexcept;
  [[nodiscard]] bool isStep(const Segment& segment, const ToneSet::Step& step) const noexcept;
  [[nodiscard]] int longestOtherBurstMs(const ToneSet::Pattern& continuous) const noexcept;
  [[nodiscard]] bool hasCeased() const noexcept;
  [[nodiscard]] const Segment& closed(std::size_t back) const noexcept { return closed_[kSegments - 1 - back]; }

  const ToneSet set_;
  const SoundReader reader_;
  std::array<float, kWindow> window_{};  // Oldest first.
  std::size_t filled_ = 0;               // Of the newest hop.
  float toneDbm0_ = -99;                 // Of the last tone: its pauses are told from it.
  NoiseFloor noise_;

  Segment running_;
  int unsureMs_ = 0;                         // Since a window was clearly of the running segment's sound.
  std::array<Segment, kSegments> closed_{};  // Newest last.
  const ToneSet::Pattern* present_ = nullptr;
};

}  // namespace branchline
