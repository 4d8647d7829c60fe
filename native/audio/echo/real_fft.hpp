// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/echo/spectrum.hpp"

namespace branchline::echo {

/// The discrete Fourier transform of 64 real samples and its inverse, without scaling one way and with 1/64 the other.
class RealFft {
 public:
  RealFft() noexcept;
  void forward(const Window& samples, Spectrum& spectrum) const noexcept;
  void inverse(const Spectrum& spectrum, Window& samples) const noexcept;
  /// Of zeros followed by `block`: the second half of a window, as overlap-save wants errors.
  void forwardOfSecondHalf(const Block& block, Spectrum& spectrum) const noexcept;
  /// Lets only a filter's first 32 taps stay, so that products with a window's spectrum are not circular (the "gradient constraint").
  void keepFirstHalf(Spectrum& spectrum) const noexcept;

 private:
  static constexpr std::size_t kHalf = kWindow / 2;  // Two real samples make one complex one.
  using Parts = std::array<float, kHalf>;
  void complexForward(Parts& re, Parts& im) const noexcept;

  // e^(−2πi·jp/32) for the three odd branches j = 1, 2, 3 of the first radix-4 stage; of the second one, each repeated for its four columns.
  std::array<std::array<float, 8>, 3> firstCos_{};
  std::array<std::array<float, 8>, 3> firstSin_{};
  std::array<std::array<float, 2>, 3> secondCos_{};
  std::array<std::array<float, 2>, 3> secondSin_{};
  std::array<float, kHalf> splitCos_{};  // e^(−2πi·k/64), which parts the even samples' spectrum from the odd ones'.
  std::array<float, kHalf> splitSin_{};
};

}  // namespace branchline::echo
