// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "audio/detect/tone_set.hpp"

namespace branchline {

/// Tells which of a tone set's sounds a window of 40 ms holds: a gate of Goertzel bins, then a least-squares fit of those sounds that pass it. Fixed
/// size, never allocates.
class SoundReader {
 public:
  static constexpr std::size_t kWindow = 320;  // Samples, 40 ms.
  static constexpr int kOther = -2;            // Neither a sound of the set nor a pause.

  struct Reading {
    int sound = ToneSet::kPause;  // Of the set; or kPause, kOther.
    float hz = 0;                 // Of its first frequency.
    float meanSquare = 0;         // Of the sound alone. The window's own beats with a pair.
  };

  explicit SoundReader(const ToneSet& set) noexcept;

  /// The sound of the set that explains `window` but for noise; kOther where none does. Never kPause.
  /// @param energy       sum of squares of the window
  /// @param noiseEnergy  what the line's noise is known to have of it
  [[nodiscard]] Reading read(std::span<const float, kWindow> window, double energy, double noiseEnergy) const noexcept;

 private:
  static constexpr std::size_t kMostBins = 64;
  static constexpr std::size_t kMostFrequencies = 16;
  /// One frequency of the set and its bins.
  struct Frequency {
    double hz = 0;
    std::size_t first = 0;
    std::size_t bins = 0;
  };
  using Powers = std::array<float, kMostBins>;

  void addFrequency(double hz) noexcept;
  void powersOf(std::span<const float, kWindow> window, Powers& powers) const noexcept;
  [[nodiscard]] double strongest(const Powers& powers, double hz) const noexcept;

  const ToneSet& set_;
  std::array<Frequency, kMostFrequencies> frequencies_{};
  std::size_t frequencyCount_ = 0;
  std::array<float, kMostBins> coefficients_{};  // Of Goertzel's recurrence.
  std::size_t binCount_ = 0;
};

}  // namespace branchline
