// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

namespace branchline::echo {

inline constexpr std::size_t kBlock = 32;           // Samples, 4 ms at 8 kHz: the step of everything here.
inline constexpr std::size_t kWindow = 2 * kBlock;  // The block before and this one.
inline constexpr std::size_t kBins = kBlock + 1;    // 125 Hz apart, 0 to 4 kHz.
inline constexpr std::size_t kPaddedBins = 36;      // Whole vector registers of four; what lies beyond kBins stays 0.

using Block = std::array<float, kBlock>;    // Samples on the scale of 16-bit linear audio.
using Window = std::array<float, kWindow>;  // The same.

/// One real value a bin.
struct Bands {
  alignas(16) std::array<float, kPaddedBins> at{};
};

/// The spectrum of a real window, real and imaginary parts apart so that loops over the bins are of whole registers.
struct Spectrum {
  alignas(16) std::array<float, kPaddedBins> re{};
  alignas(16) std::array<float, kPaddedBins> im{};
};

/// |X|² of every bin.
inline void powerOf(const Spectrum& spectrum, Bands& power) noexcept {
  for (std::size_t k = 0; k < kPaddedBins; k++) power.at[k] = spectrum.re[k] * spectrum.re[k] + spectrum.im[k] * spectrum.im[k];
}

/// Sum of squares of a block. In four parts, so that it needs no leave to reorder sums.
inline float energyOf(const Block& block) noexcept {
  std::array<float, 4> parts{};
  for (std::size_t i = 0; i < kBlock; i += 4) {
    for (std::size_t lane = 0; lane < 4; lane++) parts[lane] += block[i + lane] * block[i + lane];
  }
  return parts[0] + parts[1] + parts[2] + parts[3];
}

}  // namespace branchline::echo
