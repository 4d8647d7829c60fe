// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "audio/frame.hpp"
#include "common/tone_segment.hpp"

namespace branchline::test {

/// Peak of a sine of `dbm0` in 16-bit samples (G.711: full scale is +3.14 dBm0).
inline double peakOf(double dbm0) { return 32767.0 * std::pow(10.0, (dbm0 - 3.14) / 20.0); }

/// A piece of 8 kHz audio that tests put together from tones, noise, and what sounds like speech or music. Seeded: the same each run.
class Signal {
 public:
  explicit Signal(unsigned seed = 1) : random_(seed) {}

  Signal& silence(double ms) {
    samples_.resize(samples_.size() + static_cast<std::size_t>(ms * 8), 0.0);
    return *this;
  }

  /// Each of `hz` at `dbm0`.
  Signal& tone(std::initializer_list<double> hz, double dbm0, double ms) {
    const std::size_t begin = samples_.size();
    silence(ms);
    for (double frequency : hz) mix(begin, samples_.size(), frequency, dbm0);
    return *this;
  }

  /// A tone segment's frequencies, or its pause, at another level and length.
  Signal& steps(const ToneSegment& segment, double dbm0, double ms) {
    const std::size_t begin = samples_.size();
    silence(ms);
    for (const double hz : segment.frequencies) {
      if (hz > 0) mix(begin, samples_.size(), hz, dbm0);
    }
    return *this;
  }

  /// A key with its low tone at `dbm0` and its high tone `twistDb` louder, both frequencies off by `offset` (a share).
  Signal& key(char digit, double ms, double dbm0 = -10, double twistDb = 0, double offsetLow = 0, double offsetHigh = 0) {
    static const std::string keys = "123A456B789C*0#D";
    static constexpr double low[] = {697, 770, 852, 941};
    static constexpr double high[] = {1209, 1336, 1477, 1633};
    const std::size_t at = keys.find(digit);
    const std::size_t begin = samples_.size();
    silence(ms);
    mix(begin, samples_.size(), low[at / 4] * (1 + offsetLow), dbm0);
    mix(begin, samples_.size(), high[at % 4] * (1 + offsetHigh), dbm0 + twistDb);
    return *this;
  }

  /// White noise over everything so far.
  Signal& addNoise(double dbm0) {
    std::normal_distribution<double> noise(0.0, peakOf(dbm0) / std::numbers::sqrt2);
    for (double& sample : samples_) sample += noise(random_);
    return *this;
  }

  Signal& addTone(double hz, double dbm0) {
    mix(0, samples_.size(), hz, dbm0);
    return *this;
  }

  /// Syllables of gliding pitch through three moving formants, hisses and pauses.
  Signal& speech(double seconds) {
    const std::size_t end = samples_.size() + static_cast<std::size_t>(seconds * 8000);
    while (samples_.size() < end) {
      const double kind = uniform(0, 1);
      if (kind < 0.2)
        silence(uniform(40, 400));
      else if (kind < 0.35)
        hiss(uniform(40, 150));
      else
        vowel(uniform(80, 350));
    }
    return *this;
  }

  /// Vowels held and sung one into the other, without hisses or pauses: what comes nearest to keys.
  Signal& vowels(double seconds) {
    const std::size_t end = samples_.size() + static_cast<std::size_t>(seconds * 8000);
    while (samples_.size() < end) vowel(uniform(200, 1500));
    return *this;
  }

  /// Notes and chords, some with overtones, with attack and decay, equal temperament from A2 to A6.
  Signal& music(double seconds) {
    const std::size_t end = samples_.size() + static_cast<std::size_t>(seconds * 8000);
    while (samples_.size() < end) chord(uniform(120, 1200));
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return samples_.size(); }

  /// Hands the signal over in frames; the last one is filled up with silence.
  template <typename Consumer>
  void feed(Consumer&& consume) const {
    for (std::size_t at = 0; at < samples_.size(); at += kFrameSamples) {
      Frame frame;
      for (std::size_t i = 0; i < kFrameSamples && at + i < samples_.size(); ++i) {
        frame.samples[i] = static_cast<std::int16_t>(std::lround(std::clamp(samples_[at + i], -32768.0, 32767.0)));
      }
      consume(frame);
    }
  }

 private:
  double uniform(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random_); }

  void mix(std::size_t begin, std::size_t end, double hz, double dbm0) {
    const double peak = peakOf(dbm0);
    const double phase = uniform(0, 2 * std::numbers::pi);
    for (std::size_t i = begin; i < end; ++i)
      samples_[i] += peak * std::sin(phase + 2 * std::numbers::pi * hz * static_cast<double>(i - begin) / 8000.0);
  }

  void hiss(double ms) {
    std::normal_distribution<double> noise(0.0, peakOf(uniform(-40, -20)));
    double before = 0;
    for (int i = 0; i < ms * 8; ++i) {
      const double now = noise(random_);
      samples_.push_back(now - 0.8 * before);
      before = now;
    }
  }

  void vowel(double ms) {
    const double pitchFrom = uniform(85, 280);
    const double pitchTo = pitchFrom * uniform(0.8, 1.25);
    const double peak = peakOf(uniform(-25, -8)) * 3;
    double centre[3] = {uniform(250, 850), uniform(850, 2300), uniform(2300, 3300)};
    const double glide[3] = {uniform(0.8, 1.25), uniform(0.8, 1.25), uniform(0.9, 1.1)};
    double state[3][2] = {};
    double phase = 0;
    const int count = static_cast<int>(ms * 8);
    for (int i = 0; i < count; ++i) {
      const double share = static_cast<double>(i) / count;
      phase += (pitchFrom + (pitchTo - pitchFrom) * share) / 8000.0;
      double excitation = 0;
      if (phase >= 1) {
        phase -= 1;
        excitation = 1;
      }
      double out = 0;
      for (int f = 0; f < 3; ++f) {
        const double hz = centre[f] * (1 + (glide[f] - 1) * share);
        const double radius = std::exp(-std::numbers::pi * (60 + 30 * f) / 8000.0);
        const double now = excitation + 2 * radius * std::cos(2 * std::numbers::pi * hz / 8000) * state[f][0] - radius * radius * state[f][1];
        state[f][1] = state[f][0];
        state[f][0] = now;
        out += now * (f == 0 ? 0.5 : 0.25);
      }
      samples_.push_back(peak * out * std::sin(std::numbers::pi * share) * 0.5);
    }
  }

  void chord(double ms) {
    const int notes = std::uniform_int_distribution<int>(1, 4)(random_);
    const std::size_t begin = samples_.size();
    silence(ms);
    for (int note = 0; note < notes; ++note) {
      const double hz = 110.0 * std::pow(2.0, std::uniform_int_distribution<int>(0, 48)(random_) / 12.0);
      const double peak = peakOf(uniform(-24, -12));
      const double decay = uniform(0.2, 4.0);
      const double rolloff = uniform(0.02, 0.6);
      for (int overtone = 1; overtone <= 8 && hz * overtone < 3600; ++overtone) {
        const double strength = peak * std::pow(rolloff, overtone - 1);
        for (std::size_t i = begin; i < samples_.size(); ++i) {
          const double time = static_cast<double>(i - begin) / 8000.0;
          samples_[i] += strength * std::exp(-decay * time) * std::min(1.0, time / 0.01) * std::sin(2 * std::numbers::pi * hz * overtone * time);
        }
      }
    }
  }

  std::mt19937 random_;
  std::vector<double> samples_;
};

}  // namespace branchline::test
