// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "audio/detect/tone_detector.hpp"
#include "audio/level.hpp"

namespace branchline {

/// What one direction of a line's audio suffers, in this order. The default is a line that changes nothing.
struct AudioImpairments {
  double gainDb = 0;                // −40 … +12.
  double slipsPerMinute = 0;        // 0 … 6000. By turns samples are repeated and lost, …
  int slipSamples = 1;              // … so many of them, 1 … 160: 1 is the slip of an E1 frame (ITU-T G.822), 160 a packet's.
  double clicksPerMinute = 0;       // 0 … 6000, of 2 ms.
  double noiseDbm0 = kSilenceDbm0;  // White, −99 … 0.
  double humDbm0 = kSilenceDbm0;    // Of the mains: 50 Hz and its third harmonic, −99 … 0.
};

/// What a port sends and hears again.
struct EchoPath {
  int delayMs = 0;           // 0 … 1000.
  double returnLossDb = 99;  // 0 … 99; 99: there is no echo.
};

/// What an exchange line does wrong.
struct SignallingFaults {
  enum class Disconnect : std::uint8_t { batteryDrop, reversal, tone, silence };

  int lostRings = 0;                                 // Bursts at the beginning of each call that the port never sees.
  int longestRingMs = 0;                             // Bursts last no longer; 0: as the cadence says.
  bool noDialTone = false;                           // Digits are heard all the same.
  bool noBattery = false;                            // Cut.
  bool glare = false;                                // Whoever seizes the line finds a caller on it.
  bool noReversal = false;                           // The answer is not told by polarity.
  int lateAnswerMs = 0;                              // The answer is told so much after it happened.
  Disconnect disconnect = Disconnect::batteryDrop;   // How a clearing far end is told …
  CallTone disconnectTone = CallTone::unobtainable;  // … and what follows, until the port goes on hook. None: silence.
  std::array<char, 33> wrongNumber{};                // Whom every call reaches, whatever was dialled; "": whom it dialled.

  bool operator==(const SignallingFaults&) const = default;
};

/// Everything that may be wrong with one line of the virtual card, at run time.
struct LineImpairments {
  AudioImpairments received;  // What the port hears.
  AudioImpairments sent;      // What the far end hears.
  EchoPath echo;
  SignallingFaults signalling;  // FXO only.
};

/// "" or what to change.
[[nodiscard]] std::string faultOf(const LineImpairments& impairments);

}  // namespace branchline
