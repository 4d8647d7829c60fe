// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "country/country.hpp"

namespace branchline {

/// A country's call progress tones as a detector looks for them: the sounds they are made of, and the cadences of these. Fixed size.
class ToneSet {
 public:
  static constexpr std::size_t kMostSounds = 10;
  static constexpr std::size_t kMostPatterns = Country::kMostTones;
  static constexpr std::size_t kMostSteps = ToneCadence::kMostSteps;
  static constexpr int kPause = -1;  // In place of a sound's number.

  /// One or two frequencies sounding together.
  struct Sound {
    std::array<double, 2> hz{};
    std::size_t tones = 0;
  };
  struct Step {
    int sound = kPause;
    int milliseconds = 0;
  };
  /// One tone's cadence.
  struct Pattern {
    CallTone tone = CallTone::none;
    std::array<Step, kMostSteps> steps{};
    std::size_t count = 0;
    std::size_t needed = 1;  // Steps that must have been heard whole before the tone is told …
    bool isCyclic = true;    // … begun at any of them, or at the first only.

    [[nodiscard]] bool isContinuous() const noexcept { return count == 1; }
  };

  /// What `country` tells a caller of his call: all but call waiting tone and howler, which say nothing of the far end.
  explicit ToneSet(const Country& country) noexcept;

  [[nodiscard]] std::span<const Sound> sounds() const noexcept { return {sounds_.data(), soundCount_}; }
  [[nodiscard]] std::span<const Pattern> patterns() const noexcept { return {patterns_.data(), patternCount_}; }

 private:
  void add(const CountryTone& tone) noexcept;
  [[nodiscard]] bool isConfusable(const CountryTone& tone) const noexcept;
  int soundOf(const ToneSegment& segment) noexcept;

  std::array<Sound, kMostSounds> sounds_{};
  std::size_t soundCount_ = 0;
  std::array<Pattern, kMostPatterns> patterns_{};
  std::size_t patternCount_ = 0;
};

}  // namespace branchline
