// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "audio/frame.hpp"
#include "audio/tone.hpp"
#include "channel/virtual/line_impairments.hpp"

namespace branchline {

/// One direction of a line with its audio impairments. The same seed and the same frames give the same samples. Audio thread; fixed size.
class ImpairedAudio {
 public:
  explicit ImpairedAudio(std::uint64_t seed) noexcept : random_(seed * 2 + 1) {}

  void set(const AudioImpairments& impairments) noexcept;
  void process(Frame& frame) noexcept;
  /// Samples that were repeated or lost, in occasions.
  [[nodiscard]] std::uint32_t slips() const noexcept { return slips_; }

 private:
  [[nodiscard]] double uniform() noexcept;  // 0 … 1.
  [[nodiscard]] bool happens(double perMinute) noexcept;
  void slip(Frame& frame) noexcept;

  AudioImpairments now_;
  bool clean_ = true;
  double gain_ = 1;
  double noise_ = 0;  // Of a uniform sample.
  Oscillator hum_;
  Oscillator humThird_;
  std::uint64_t random_;
  double click_ = 0;  // What is left of one.
  std::uint32_t slips_ = 0;
  std::size_t lag_ = 0;  // Samples that the line is late by.
  std::array<std::int16_t, 2 * kFrameSamples> history_{};
};

/// The port's own audio, come back from the far end. Audio thread; fixed size.
class Echo {
 public:
  void set(const EchoPath& path) noexcept;
  /// `sent` is what the port sends in this frame, `received` what it hears.
  void process(const Frame& sent, Frame& received) noexcept;

 private:
  double gain_ = 0;  // 0: none.
  std::size_t delay_ = 0;
  std::size_t at_ = 0;
  std::array<std::int16_t, 8192> line_{};
};

}  // namespace branchline
