// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "audio/detect/pure_tone.hpp"

namespace branchline {

/// information: the three rising tones before an announcement (E.180). faxCalling: CNG, 1100 Hz for 500 ms (T.30). answer: 2100 Hz of a fax or a
/// modem (CED, ANS). modemAnswer: the same swinging at 15 Hz (V.8 ANSam), or 2225 Hz (Bell 103).
enum class SpecialTone : std::uint8_t { none, information, faxCalling, answer, modemAnswer };
/// The border's word for it: a string literal.
[[nodiscard]] const char* specialToneName(SpecialTone tone) noexcept;

/// Detector of the tones that machines and exchanges speak with. Frequencies ±50 Hz (information), ±38 Hz (faxCalling, T.30), ±22 Hz (answer), levels
/// 0 … −40 dBm0, noise 15 dB below. Fixed size, never allocates; one thread at a time (the audio clock's).
class SpecialToneDetector {
 public:
  struct Heard {
    SpecialTone tone = SpecialTone::none;
    bool phaseReversals = false;  // Of an answer tone: it asks that echo cancellers be off (G.165, V.25).
  };

  void reset() noexcept { *this = SpecialToneDetector(); }
  /// Looks at 20 ms of 8 kHz audio. Answers the tone that was recognised in this frame, once a tone; else none.
  Heard process(const Frame& frame) noexcept;

 private:
  Heard ended(const PureToneRun& run) noexcept;
  Heard goesOn(const PureToneRun& run) noexcept;

  PureTone tones_;
  std::size_t information_ = 0;  // How many of its three tones have been heard.
  int sinceInformationMs_ = 0;   // Since the last of these ended.
  bool told_ = false;            // The running tone.
};

}  // namespace branchline
