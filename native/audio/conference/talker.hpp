// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "audio/frame.hpp"

namespace branchline {

/// How one party of a conference speaks: whether there is anything to be heard of it, whether it talks, and the gain that brings its speech to the
/// level of the others'. Audio thread, a frame of 20 ms at a time; fixed size.
class Talker {
 public:
  struct Verdict {
    bool audible = false;  // Worth mixing: sound above the party's own background, and a while after.
    bool talkingChanged = false;
    float gainBefore = 1;  // At the frame's beginning and at its end: between them it moves in a straight line, without a click.
    float gain = 1;
  };

  [[nodiscard]] Verdict hear(const Frame& frame) noexcept;
  /// Long enough to be no cough, and not yet silent for long.
  [[nodiscard]] bool talking() const noexcept { return talking_; }
  void reset() noexcept { *this = {}; }

 private:
  void followBackground(float meanSquare) noexcept;
  void followSpeech(float meanSquare) noexcept;
  [[nodiscard]] float nextGain(const Frame& frame) const noexcept;

  float background_ = 0;      // Mean square of what sounds while nobody speaks.
  float quietestLately_ = 0;  // The least smoothed mean square of this stretch of time, and what it was in the one before.
  float quietestBefore_ = 0;
  float smoothed_ = 0;
  float speech_ = 0;  // Mean square while it talks; 0: not known yet.
  float gain_ = 1;
  int framesInStretch_ = 0;
  int loud_ = 0;   // Frames in a row above the background.
  int quiet_ = 0;  // Frames since the last of them.
  bool begun_ = false;
  bool audible_ = false;
  bool talking_ = false;
};

}  // namespace branchline
