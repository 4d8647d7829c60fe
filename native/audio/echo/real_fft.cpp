// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/real_fft.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace branchline::echo {

namespace {

/// Radix-4 butterfly of Stockham's order-keeping transform: four inputs, the last three outputs turned by their twiddles.
struct Quad {
  float re[4];
  float im[4];
};

inline Quad butterfly(const Quad& in) noexcept {
  const float sumRe = in.re[0] + in.re[2];
  const float sumIm = in.im[0] + in.im[2];
  const float differenceRe = in.re[0] - in.re[2];
  const float differenceIm = in.im[0] - in.im[2];
  const float otherSumRe = in.re[1] + in.re[3];
  const float otherSumIm = in.im[1] + in.im[3];
  const float otherDifferenceRe = in.re[1] - in.re[3];
  const float otherDifferenceIm = in.im[1] - in.im[3];
  return {{sumRe + otherSumRe, differenceRe + otherDifferenceIm, sumRe - otherSumRe, differenceRe - otherDifferenceIm},
          {sumIm + otherSumIm, differenceIm - otherDifferenceRe, sumIm - otherSumIm, differenceIm + otherDifferenceRe}};
}

}  // namespace

RealFft::RealFft() noexcept {
  const auto turn = [](double part) { return -2 * std::numbers::pi * part; };
  for (std::size_t branch = 0; branch < 3; branch++) {
    for (std::size_t p = 0; p < 8; p++) {
      const double angle = turn(static_cast<double>((branch + 1) * p) / 32);
      firstCos_[branch][p] = static_cast<float>(std::cos(angle));
      firstSin_[branch][p] = static_cast<float>(std::sin(angle));
    }
    for (std::size_t p = 0; p < 2; p++) {
      const double angle = turn(static_cast<double>((branch + 1) * p) / 8);
      secondCos_[branch][p] = static_cast<float>(std::cos(angle));
      secondSin_[branch][p] = static_cast<float>(std::sin(angle));
    }
  }
  for (std::size_t k = 0; k < kHalf; k++) {
    splitCos_[k] = static_cast<float>(std::cos(turn(static_cast<double>(k) / kWindow)));
    splitSin_[k] = static_cast<float>(std::sin(turn(static_cast<double>(k) / kWindow)));
  }
}

// 32 = 4 · 4 · 2, Stockham's way: each stage writes where the next one reads in order, so nothing is shuffled at the end.
void RealFft::complexForward(Parts& re, Parts& im) const noexcept {
  Parts firstRe;
  Parts firstIm;
  for (std::size_t p = 0; p < 8; p++) {
    const Quad out = butterfly({{re[p], re[p + 8], re[p + 16], re[p + 24]}, {im[p], im[p + 8], im[p + 16], im[p + 24]}});
    firstRe[4 * p] = out.re[0];
    firstIm[4 * p] = out.im[0];
    for (std::size_t j = 1; j < 4; j++) {
      firstRe[4 * p + j] = out.re[j] * firstCos_[j - 1][p] - out.im[j] * firstSin_[j - 1][p];
      firstIm[4 * p + j] = out.re[j] * firstSin_[j - 1][p] + out.im[j] * firstCos_[j - 1][p];
    }
  }
  Parts secondRe;
  Parts secondIm;
  for (std::size_t p = 0; p < 2; p++) {
    for (std::size_t q = 0; q < 4; q++) {
      const std::size_t from = 4 * p + q;
      const Quad out = butterfly({{firstRe[from], firstRe[from + 8], firstRe[from + 16], firstRe[from + 24]},
                                  {firstIm[from], firstIm[from + 8], firstIm[from + 16], firstIm[from + 24]}});
      const std::size_t to = 16 * p + q;
      secondRe[to] = out.re[0];
      secondIm[to] = out.im[0];
      for (std::size_t j = 1; j < 4; j++) {
        secondRe[to + 4 * j] = out.re[j] * secondCos_[j - 1][p] - out.im[j] * secondSin_[j - 1][p];
        secondIm[to + 4 * j] = out.re[j] * secondSin_[j - 1][p] + out.im[j] * secondCos_[j - 1][p];
      }
    }
  }
  for (std::size_t q = 0; q < 16; q++) {
    re[q] = secondRe[q] + secondRe[q + 16];
    im[q] = secondIm[q] + secondIm[q + 16];
    re[q + 16] = secondRe[q] - secondRe[q + 16];
    im[q + 16] = secondIm[q] - secondIm[q + 16];
  }
}

void RealFft::forward(const Window& samples, Spectrum& spectrum) const noexcept {
  Parts re;
  Parts im;
  for (std::size_t i = 0; i < kHalf; i++) {
    re[i] = samples[2 * i];
    im[i] = samples[2 * i + 1];
  }
  complexForward(re, im);
  spectrum.re[0] = re[0] + im[0];
  spectrum.im[0] = 0;
  spectrum.re[kHalf] = re[0] - im[0];
  spectrum.im[kHalf] = 0;
  for (std::size_t k = 1; k < kHalf; k++) {
    const float evenRe = 0.5F * (re[k] + re[kHalf - k]);
    const float evenIm = 0.5F * (im[k] - im[kHalf - k]);
    const float oddRe = 0.5F * (im[k] + im[kHalf - k]);
    const float oddIm = 0.5F * (re[kHalf - k] - re[k]);
    spectrum.re[k] = evenRe + oddRe * splitCos_[k] - oddIm * splitSin_[k];
    spectrum.im[k] = evenIm + oddRe * splitSin_[k] + oddIm * splitCos_[k];
  }
  std::fill(spectrum.re.begin() + kBins, spectrum.re.end(), 0.0F);
  std::fill(spectrum.im.begin() + kBins, spectrum.im.end(), 0.0F);
}

// The forward transform of the conjugate, conjugated.
void RealFft::inverse(const Spectrum& spectrum, Window& samples) const noexcept {
  Parts re;
  Parts im;
  for (std::size_t k = 0; k < kHalf; k++) {
    const float evenRe = 0.5F * (spectrum.re[k] + spectrum.re[kHalf - k]);
    const float evenIm = 0.5F * (spectrum.im[k] - spectrum.im[kHalf - k]);
    const float differenceRe = 0.5F * (spectrum.re[k] - spectrum.re[kHalf - k]);
    const float differenceIm = 0.5F * (spectrum.im[k] + spectrum.im[kHalf - k]);
    const float oddRe = differenceRe * splitCos_[k] + differenceIm * splitSin_[k];
    const float oddIm = differenceIm * splitCos_[k] - differenceRe * splitSin_[k];
    re[k] = evenRe - oddIm;
    im[k] = -(evenIm + oddRe);
  }
  complexForward(re, im);
  constexpr float scale = 1.0F / kHalf;
  for (std::size_t i = 0; i < kHalf; i++) {
    samples[2 * i] = scale * re[i];
    samples[2 * i + 1] = -scale * im[i];
  }
}

void RealFft::forwardOfSecondHalf(const Block& block, Spectrum& spectrum) const noexcept {
  Window window{};
  std::copy(block.begin(), block.end(), window.begin() + kBlock);
  forward(window, spectrum);
}

void RealFft::keepFirstHalf(Spectrum& spectrum) const noexcept {
  Window taps;
  inverse(spectrum, taps);
  std::fill(taps.begin() + kBlock, taps.end(), 0.0F);
  forward(taps, spectrum);
}

}  // namespace branchline::echo
