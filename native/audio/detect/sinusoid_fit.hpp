// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>

namespace branchline {

inline constexpr int kMaxFitWindow = 320;  // Samples, 40 ms at 8 kHz.
inline constexpr int kMaxFitTones = 2;

/// One sinusoid that a fit found.
struct FittedTone {
  double hz = 0;
  double power = 0;  // Square of its amplitude; the mean square is half of it.
  double ramp = 0;   // Its amplitude's change from the window's middle to the end, as a share of the amplitude.
};

/// What fitSinusoids found.
struct SinusoidFit {
  int count = 0;
  std::array<FittedTone, kMaxFitTones> tones{};
  double residualEnergy = 0;                  // Sum of squares that the sinusoids do not explain.
  std::array<float, kMaxFitWindow> residual;  // What is left of the window; the first window.size() samples mean anything.
};

/// Joint least-squares fit of one or two sinusoids to `window` (8 kHz, even size, at most kMaxFitWindow) by Gauss-Newton: each sinusoid has two more
/// terms that follow a drift of its amplitude and of its phase, which correct the frequencies for the next pass.
/// @param energy    sum of squares of `window`
/// @param startHz   one or two frequencies to start from, each within a quarter of 8000/size of the truth
/// @param maxDrift  how far, as a share of its start, a frequency may walk
/// @returns false where a frequency walked further, or where the first pass left more than 45 % of the energy: `fit` then means nothing
/// Never allocates; a few µs of work a pass.
bool fitSinusoids(std::span<const float> window, double energy, std::span<const double> startHz, double maxDrift, SinusoidFit& fit) noexcept;

/// Square of the amplitude that `samples` (8 kHz) hold at `hz` (Goertzel's recurrence).
[[nodiscard]] double powerAt(std::span<const float> samples, double hz) noexcept;

}  // namespace branchline
