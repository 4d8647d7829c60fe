// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "sip/rate_converter.hpp"

using namespace branchline;

namespace {

constexpr double kAmplitude = 10000;

std::vector<std::int16_t> sine(double hertz, int rate, int count) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    samples[static_cast<std::size_t>(n)] = static_cast<std::int16_t>(std::lround(kAmplitude * std::sin(2 * std::numbers::pi * hertz * n / rate)));
  }
  return samples;
}

/// Level of everything against a sine of kAmplitude, in dB, once the filter has filled.
double decibels(const std::vector<std::int16_t>& samples) {
  double sum = 0;
  const std::size_t from = samples.size() / 4;
  for (std::size_t n = from; n < samples.size(); ++n) sum += static_cast<double>(samples[n]) * samples[n];
  return 10 * std::log10((sum + 1e-9) / static_cast<double>(samples.size() - from) / (kAmplitude * kAmplitude / 2));
}

std::vector<std::int16_t> decimated(double hertz, int factor) {
  const int frames = 20;
  const auto input = sine(hertz, 8000 * factor, 160 * factor * frames);
  std::vector<std::int16_t> output(160 * frames);
  Decimator decimator(factor, 160);
  for (int i = 0; i < frames; ++i) decimator.process(input.data() + i * 160 * factor, output.data() + i * 160, 160);
  return output;
}

std::vector<std::int16_t> interpolated(double hertz, int factor) {
  const int frames = 20;
  const auto input = sine(hertz, 8000, 160 * frames);
  std::vector<std::int16_t> output(static_cast<std::size_t>(160 * frames * factor));
  Interpolator interpolator(factor, 160);
  for (int i = 0; i < frames; ++i) interpolator.process(input.data() + i * 160, output.data() + i * 160 * factor, 160);
  return output;
}

/// The part of `samples` that is a sine of `hertz`, in dB.
double toneDecibels(const std::vector<std::int16_t>& samples, double hertz, int rate) {
  double re = 0;
  double im = 0;
  const std::size_t from = samples.size() / 4;
  for (std::size_t n = from; n < samples.size(); ++n) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(n) / rate;
    re += samples[n] * std::cos(angle);
    im += samples[n] * std::sin(angle);
  }
  return 20 * std::log10(2 * std::hypot(re, im) / static_cast<double>(samples.size() - from) / kAmplitude);
}

}  // namespace

TEST_CASE("speech band passes down to 8 kHz at its level") {
  for (const int factor : {2, 3, 4, 6}) {
    for (const double hertz : {300.0, 1004.0, 2000.0, 3000.0, 3400.0}) {
      CAPTURE(factor);
      CAPTURE(hertz);
      CHECK(toneDecibels(decimated(hertz, factor), hertz, 8000) == doctest::Approx(0).epsilon(0.1));
    }
  }
}

TEST_CASE("what would fold back into the speech band is 55 dB down or more") {
  for (const int factor : {2, 3, 6}) {
    for (const double hertz : {4700.0, 5500.0, 7000.0}) {
      CAPTURE(factor);
      CAPTURE(hertz);
      CHECK(decibels(decimated(hertz, factor)) < -55);
    }
  }
}

TEST_CASE("speech band passes up from 8 kHz at its level, without images") {
  for (const int factor : {2, 6}) {
    for (const double hertz : {300.0, 1004.0, 3300.0}) {
      CAPTURE(factor);
      CAPTURE(hertz);
      const auto output = interpolated(hertz, factor);
      CHECK(toneDecibels(output, hertz, 8000 * factor) == doctest::Approx(0).epsilon(0.1));
      CHECK(toneDecibels(output, 8000 - hertz, 8000 * factor) < -55);
    }
  }
}

TEST_CASE("blocks of any size make the same samples as one block") {
  const auto input = sine(1004, 16000, 3200);
  std::vector<std::int16_t> whole(1600);
  std::vector<std::int16_t> parts(1600);
  Decimator once(2, 1600);
  once.process(input.data(), whole.data(), 1600);
  Decimator often(2, 240);
  for (int at = 0; at < 1600;) {
    const int count = std::min(at % 240 == 0 ? 80 : 160, 1600 - at);
    often.process(input.data() + 2 * at, parts.data() + at, count);
    at += count;
  }
  CHECK(whole == parts);
}

TEST_CASE("a factor of one changes nothing") {
  const auto input = sine(1004, 8000, 160);
  std::vector<std::int16_t> output(160);
  Decimator(1, 160).process(input.data(), output.data(), 160);
  CHECK(output == input);
  Interpolator(1, 160).process(input.data(), output.data(), 160);
  CHECK(output == input);
}

TEST_CASE("full scale saturates and does not wrap") {
  std::vector<std::int16_t> square(160);
  for (std::size_t n = 0; n < square.size(); ++n) square[n] = n / 20 % 2 == 0 ? 32767 : -32768;
  std::vector<std::int16_t> output(320);
  Interpolator(2, 160).process(square.data(), output.data(), 160);
  // The high half comes out 24 samples late, at 24…63. Its overshoots, at both edges, stay at the rail.
  for (std::size_t n = 26; n < 62; ++n) CHECK(output[n] > 20000);
}
