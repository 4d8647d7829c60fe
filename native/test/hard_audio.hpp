// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "detect_signals.hpp"

namespace branchline::test {

/// Speech and music that come as near to call progress tones as people and instruments do: notes held and repeated at and around 400 … 450 Hz, the
/// intervals of dial and ringing tone, bursts in the rhythm of busy and congestion tone, chopped speech. No note is as pure and as even as a tone of
/// an exchange: its overtones are 4 … 12 dB below it together, or it swings in pitch or in strength.
class HardAudio {
 public:
  explicit HardAudio(unsigned seed) : random_(seed) {}

  [[nodiscard]] std::vector<std::int16_t> make(double seconds) {
    while (samples_.size() < static_cast<std::size_t>(seconds * kSampleRate)) {
      switch (std::uniform_int_distribution<int>(0, 6)(random_)) {
        case 0: speech(uniform(2, 8)); break;
        case 1: music(uniform(2, 8)); break;
        case 2: heldNotes(); break;
        case 3: staccato({375, 375}); break;
        case 4: staccato({400, 350, 225, 525}); break;
        case 5: interval(); break;
        case 6: choppedSpeech(); break;
      }
      if (uniform(0, 1) < 0.5) rest(uniform(50, 1500));
    }
    std::vector<std::int16_t> rounded;
    rounded.reserve(samples_.size());
    for (const double sample : samples_) rounded.push_back(static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0))));
    return rounded;
  }

 private:
  /// How a note is played.
  struct Timbre {
    double dbm0;
    double overtones[5];  // Amplitudes, as shares of the fundamental's.
    double vibratoCents;
    double tremoloDb;
    double swingHz;
    double decayDb;  // A second.
  };

  double uniform(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random_); }
  double pitch() {
    static constexpr double kNear[] = {392, 400, 400, 400, 415.3, 425, 440, 440, 450, 349.2, 350};
    return kNear[std::uniform_int_distribution<std::size_t>(0, std::size(kNear) - 1)(random_)] * uniform(0.99, 1.01);
  }

  Timbre timbre() {
    Timbre timbre{
        .dbm0 = uniform(-25, -8), .overtones = {}, .vibratoCents = 0, .tremoloDb = 0, .swingHz = uniform(4, 6.5), .decayDb = uniform(0, 12)};
    const bool pure = uniform(0, 1) < 0.4;
    const double share = std::pow(10, (pure ? uniform(-20, -12) : uniform(-12, -4)) / 10);
    double sum = 0;
    for (double& overtone : timbre.overtones) {
      overtone = uniform(0.1, 1);
      sum += overtone * overtone;
    }
    for (double& overtone : timbre.overtones) overtone *= std::sqrt(share / sum);
    if (!pure) return timbre;
    (uniform(0, 1) < 0.5 ? timbre.vibratoCents : timbre.tremoloDb) = 1;
    timbre.vibratoCents *= uniform(20, 60);
    timbre.tremoloDb *= uniform(2, 5);
    return timbre;
  }

  void note(double hz, double ms, const Timbre& timbre, std::size_t begin) {
    const auto count = static_cast<std::size_t>(ms * 8);
    if (samples_.size() < begin + count) samples_.resize(begin + count, 0.0);
    const double peak = peakOf(timbre.dbm0);
    double phase = uniform(0, 1);
    const double swingPhase = uniform(0, 6.28);
    for (std::size_t i = 0; i < count; ++i) {
      const double time = static_cast<double>(i) / kSampleRate;
      const double swing = std::sin(swingPhase + 2 * std::numbers::pi * timbre.swingHz * time);
      phase += hz * std::pow(2, timbre.vibratoCents * swing / 1200) / kSampleRate;
      double sample = std::sin(2 * std::numbers::pi * phase);
      for (int n = 0; n < 5 && hz * (n + 2) < 3800; ++n) sample += timbre.overtones[n] * std::sin(2 * std::numbers::pi * phase * (n + 2));
      const double edge = std::min({1.0, time / 0.012, (ms / 1000 - time) / 0.012});
      samples_[begin + i] += peak * edge * std::pow(10, (timbre.tremoloDb * swing / 2 - timbre.decayDb * time) / 20) * sample;
    }
  }

  void rest(double ms) { samples_.resize(samples_.size() + static_cast<std::size_t>(ms * 8), 0.0); }
  void heldNotes() {
    for (int i = std::uniform_int_distribution<int>(1, 3)(random_); i > 0; --i) note(pitch(), uniform(500, 6000), timbre(), samples_.size());
  }
  void staccato(const std::vector<double>& cadenceMs) {
    const double hz = pitch();
    const Timbre sound = timbre();
    const double tempo = uniform(0.95, 1.05);
    for (int cycle = std::uniform_int_distribution<int>(2, 6)(random_); cycle > 0; --cycle) {
      for (std::size_t i = 0; i < cadenceMs.size(); i += 2) {
        note(hz, cadenceMs[i] * tempo, sound, samples_.size());
        rest(cadenceMs[i + 1] * tempo);
      }
    }
  }
  void interval() {
    const std::size_t begin = samples_.size();
    const double ms = uniform(400, 4000);
    const double scale = uniform(0.98, 1.02);
    const bool dial = uniform(0, 1) < 0.6;
    const Timbre sound = timbre();
    note((dial ? 350 : 400) * scale, ms, sound, begin);
    note((dial ? 440 : 450) * scale, ms, sound, begin);
  }
  void append(const Signal& signal) {
    signal.feed([&](const Frame& frame) { samples_.insert(samples_.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples); });
  }
  void speech(double seconds) { append(Signal(static_cast<unsigned>(random_())).speech(seconds)); }
  void music(double seconds) { append(Signal(static_cast<unsigned>(random_())).music(seconds)); }
  void choppedSpeech() {
    const std::size_t begin = samples_.size();
    speech(uniform(3, 6));
    for (std::size_t i = begin; i < samples_.size(); ++i) {
      if ((i - begin) / 3000 % 2 == 1) samples_[i] = 0;
    }
  }

  std::mt19937 random_;
  std::vector<double> samples_;
};

}  // namespace branchline::test
