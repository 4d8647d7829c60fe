// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <random>

#include "audio/echo/real_fft.hpp"

using namespace branchline::echo;

namespace {

Window randomWindow(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Window window;
  for (float& sample : window) sample = uniform(random);
  return window;
}

}  // namespace

TEST_CASE("the transform of 64 real samples is the sum that defines it") {
  const RealFft fft;
  const Window samples = randomWindow(1);
  Spectrum spectrum;
  fft.forward(samples, spectrum);
  for (std::size_t k = 0; k < kBins; k++) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < kWindow; i++) {
      sum += static_cast<double>(samples[i]) * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * i) / kWindow);
    }
    CAPTURE(k);
    CHECK(spectrum.re[k] == doctest::Approx(sum.real()).epsilon(1e-5).scale(1));
    CHECK(spectrum.im[k] == doctest::Approx(sum.imag()).epsilon(1e-5).scale(1));
  }
  for (std::size_t k = kBins; k < kPaddedBins; k++) CHECK(std::abs(spectrum.re[k]) + std::abs(spectrum.im[k]) == 0);
}

TEST_CASE("the inverse transform gives the samples back") {
  const RealFft fft;
  const Window samples = randomWindow(2);
  Spectrum spectrum;
  Window again;
  fft.forward(samples, spectrum);
  fft.inverse(spectrum, again);
  for (std::size_t i = 0; i < kWindow; i++) CHECK(again[i] == doctest::Approx(samples[i]).epsilon(1e-5).scale(1));
}

TEST_CASE("the constraint keeps a filter's first 32 taps and takes the others away") {
  const RealFft fft;
  const Window taps = randomWindow(3);
  Spectrum spectrum;
  Window kept;
  fft.forward(taps, spectrum);
  fft.keepFirstHalf(spectrum);
  fft.inverse(spectrum, kept);
  for (std::size_t i = 0; i < kWindow; i++) CHECK(kept[i] == doctest::Approx(i < kBlock ? taps[i] : 0).epsilon(1e-5).scale(1));
}
