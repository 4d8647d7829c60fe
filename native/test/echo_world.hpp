// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "audio/echo/echo_canceller.hpp"
#include "common/g711.hpp"
#include "detect_signals.hpp"
#include "echo_line_models.hpp"

namespace branchline::test {

using Samples = std::vector<double>;  // On the scale of 16-bit linear audio.
using Pcm = std::vector<std::int16_t>;

inline std::size_t at(double seconds) { return static_cast<std::size_t>(std::lround(seconds * 8000)); }

template <typename Values>
double meanSquare(const Values& values, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; i++) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum / static_cast<double>(to - from);
}

inline double decibels(double power) { return 10 * std::log10(power + 1e-12); }

/// Level by G.711's convention of a full-scale sine at +3.14 dBm0.
inline double dbm0Of(double meanSquare) { return decibels(meanSquare * 2 / (32767.0 * 32767.0)) + 3.14; }

/// The same signal at `dbm0` on the average of the whole.
inline Samples atLevel(Samples samples, double dbm0) {
  const double gain = std::pow(10.0, (dbm0 - dbm0Of(meanSquare(samples, 0, samples.size()))) / 20);
  for (double& sample : samples) sample *= gain;
  return samples;
}

inline Samples noise(double seconds, double dbm0, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Samples samples(at(seconds));
  for (double& sample : samples) sample = normal(random);
  return atLevel(std::move(samples), dbm0);
}

inline Samples samplesOf(const Signal& signal) {
  Samples samples;
  signal.feed([&](const Frame& frame) { samples.insert(samples.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples); });
  return samples;
}

/// Synthetic speech of detect_signals.hpp.
inline Samples speech(double seconds, double dbm0, unsigned seed) {
  Samples samples = samplesOf(Signal(seed).speech(seconds));
  samples.resize(at(seconds));
  return atLevel(std::move(samples), dbm0);
}

/// The composite source signal of G.168, Annex C (ITU-T P.501): 48.62 ms of a voiced sound, 200 ms of pseudo-noise, 101.38 ms of pause, then all that
/// turned over. `dbm0` is the level of sound and noise, without the pause.
inline Samples compositeSource(double seconds, double dbm0) {
  // The Fourier series of Table C.1's period (329.1 Hz), cosine and sine.
  static constexpr double voiced[][2] = {{-2024.5, 3388.8}, {-846.9, 1181.0}, {356.4, 902.5}, {554.8, 450.3}, {568.2, 90.3},
                                         {397.2, -32.7},    {345.3, 31.5},    {262.6, -19.9}, {138.1, -15.3}, {121.1, 12.7}};
  // Figure C.2: Hz and dB.
  static constexpr double shape[][2] = {{50, -25.8}, {100, -12.8}, {200, 17.4}, {215, 17.8}, {500, 12.2},
                                        {1000, 7.2}, {2850, 0},    {3600, -2},  {3680, -30}};
  const std::size_t voicedEnd = at(0.04862);
  const std::size_t noiseEnd = voicedEnd + at(0.2);
  Samples half(at(0.35));
  for (std::size_t i = 0; i < voicedEnd; i++) {
    for (std::size_t k = 0; k < std::size(voiced); k++) {
      const double phase = 2 * std::numbers::pi * 44'100.0 / 134 * static_cast<double>(k + 1) * static_cast<double>(i) / 8000;
      half[i] += voiced[k][0] * std::cos(phase) + voiced[k][1] * std::sin(phase);
    }
  }
  std::mt19937 random(168);
  for (int line = 10; line <= 736; line++) {  // 5 Hz apart: the noise's period is its own length.
    const double hz = 5.0 * line;
    std::size_t corner = 1;
    while (hz > shape[corner][0]) corner++;
    const double share = (hz - shape[corner - 1][0]) / (shape[corner][0] - shape[corner - 1][0]);
    const double amplitude = std::pow(10.0, (shape[corner - 1][1] + share * (shape[corner][1] - shape[corner - 1][1])) / 20);
    const double turn = 2 * std::numbers::pi * hz / 8000;
    const double phase = random() % 2 == 0 ? 0 : std::numbers::pi;
    for (std::size_t i = voicedEnd; i < noiseEnd; i++) half[i] += amplitude * std::sin(phase + turn * static_cast<double>(i - voicedEnd));
  }
  const auto scale = [&](std::size_t from, std::size_t to) {
    const double gain = std::pow(10.0, (dbm0 - dbm0Of(meanSquare(half, from, to))) / 20);
    for (std::size_t i = from; i < to; i++) half[i] *= gain;
  };
  scale(0, voicedEnd);
  scale(voicedEnd, noiseEnd);
  Samples samples(at(seconds));
  for (std::size_t i = 0; i < samples.size(); i++) samples[i] = (i / half.size()) % 2 == 0 ? half[i % half.size()] : -half[i % half.size()];
  return samples;
}

inline Samples operator+(Samples a, const Samples& b) {
  if (a.size() < b.size()) a.resize(b.size());
  for (std::size_t i = 0; i < b.size(); i++) a[i] += b[i];
  return a;
}

inline std::int16_t coded(double sample) {
  return alawToLinear(linearToAlaw(static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0)))));
}

/// A signal as a line carries it: A-law.
inline Pcm coded(const Samples& samples) {
  Pcm pcm;
  pcm.reserve(samples.size());
  for (const double sample : samples) pcm.push_back(coded(sample));
  return pcm;
}

/// A hybrid: a line model at an echo return loss, behind a delay.
struct EchoPath {
  const LineModel& model = kLineModels[0];
  double erlDb = 6;
  double delayMs = 0;

  /// What comes back of `far`, before it is coded.
  [[nodiscard]] Samples echoOf(const Pcm& far) const {
    const double scale = model.gain * std::pow(10.0, -erlDb / 20);
    const std::size_t delay = at(delayMs / 1000);
    Samples echo(far.size());
    for (std::size_t i = delay; i < far.size(); i++) {
      double sum = 0;
      for (std::size_t tap = 0; tap < model.taps.size() && tap + delay <= i; tap++)
        sum += model.taps[tap] * static_cast<double>(far[i - delay - tap]);
      echo[i] = scale * sum;
    }
    return echo;
  }
};

/// All of `near` through a canceller, in frames of the engine.
template <typename Canceller>
Pcm cancelled(Canceller& canceller, const Pcm& far, const Pcm& near) {
  Pcm out(near.size());
  for (std::size_t i = 0; i + kFrameSamples <= near.size(); i += kFrameSamples) {
    if (!canceller.process(std::span(far).subspan(i, kFrameSamples), std::span(near).subspan(i, kFrameSamples),
                           std::span(out).subspan(i, kFrameSamples))) {
      throw std::logic_error("the canceller refused a frame");
    }
  }
  return out;
}

/// Echo over what is left of it between two moments, in dB. @param near what of the near end belongs in `out`
inline double erle(const Samples& echo, const Pcm& out, double from, double to, const Pcm& near = {}) {
  double left = 0;
  for (std::size_t i = at(from); i < at(to); i++) {
    const double error = out[i] - (near.empty() ? 0.0 : near[i]);
    left += error * error;
  }
  return decibels(meanSquare(echo, at(from), at(to))) - decibels(left / static_cast<double>(at(to) - at(from)));
}

/// `samples` between two moments, silence elsewhere.
inline Samples during(Samples samples, double from, double to) {
  for (std::size_t i = 0; i < samples.size(); i++) {
    if (i < at(from) || i >= at(to)) samples[i] = 0;
  }
  return samples;
}

}  // namespace branchline::test
