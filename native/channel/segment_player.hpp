// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/engine.hpp"
#include "audio/tone.hpp"

namespace branchline {

/// Plays tone segments that lie elsewhere and outlive it. Unlike ToneGenerator it takes a new list on the audio thread: it owns nothing, so that a
/// line can go from one tone to the next within a frame without allocating.
class SegmentPlayer {
 public:
  /// `loop`: from the first again after the last. No segments: silence that is finished at once.
  void start(std::span<const ToneSegment> segments, bool loop) noexcept;
  void stop() noexcept { segments_ = {}; }
  [[nodiscard]] bool playing() const noexcept { return at_ < segments_.size(); }
  /// Fills all of `out`; silence once finished.
  void generate(std::span<std::int16_t> out) noexcept;

 private:
  void enter(std::size_t segment) noexcept;

  std::span<const ToneSegment> segments_;
  bool loop_ = false;
  std::size_t at_ = 0;
  std::size_t left_ = 0;  // Samples of the segment still to be made.
  std::array<Oscillator, 4> oscillators_;
  std::size_t tones_ = 0;
};

}  // namespace branchline
