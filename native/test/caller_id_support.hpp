// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "audio/caller_id/caller_id_receiver.hpp"
#include "audio/caller_id/caller_id_sender.hpp"
#include "audio/level.hpp"

namespace branchline::test {

/// White noise in the telephone band, 300 … 3400 Hz, of a level over that band. Seeded.
class BandNoise {
 public:
  BandNoise(unsigned seed, double dbm0) : random_(seed), rms_(amplitudeOf(dbm0) / std::numbers::sqrt2) {
    double power = 0;
    for (std::size_t i = 0; i < kTaps; ++i) {
      const double at = static_cast<double>(i) - (kTaps - 1) / 2.0;
      const auto lowPass = [&](double hz) {
        return at == 0 ? 2 * hz / 8000 : std::sin(2 * std::numbers::pi * hz / 8000 * at) / (std::numbers::pi * at);
      };
      taps_[i] = (lowPass(3400) - lowPass(300)) * (0.54 + 0.46 * std::cos(2 * std::numbers::pi * at / (kTaps - 1)));
      power += taps_[i] * taps_[i];
    }
    for (double& tap : taps_) tap /= std::sqrt(power);
  }
  double next() {
    at_ = (at_ + kTaps - 1) % kTaps;
    past_[at_] = past_[at_ + kTaps] = gauss_(random_);  // Twice, so that the newest kTaps lie in a row.
    double sum = 0;
    for (std::size_t i = 0; i < kTaps; ++i) sum += taps_[i] * past_[at_ + i];
    return sum * rms_;
  }

 private:
  static constexpr std::size_t kTaps = 129;
  std::mt19937 random_;
  std::normal_distribution<double> gauss_{0, 1};
  double rms_;
  std::array<double, kTaps> taps_{};
  std::array<double, 2 * kTaps> past_{};
  std::size_t at_ = 0;
};

/// A caller as a network might tell one.
inline CallerIdMessage randomCaller(std::mt19937& random) {
  const auto upTo = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  CallerIdMessage display;
  display.callType = upTo(1);
  display.month = 1 + upTo(11);
  display.day = 1 + upTo(27);
  display.hour = upTo(23);
  display.minute = upTo(59);
  const int kind = upTo(9);
  if (kind == 0) {
    display.numberAbsence = DisplayAbsence::withheld;
  } else if (kind == 1) {
    display.numberAbsence = DisplayAbsence::unavailable;
  } else {
    const int digits = 6 + upTo(9);
    for (int i = 0; i < digits; ++i) display.number.append(static_cast<char>('0' + upTo(9)));
  }
  if (kind < 2) {
    display.nameAbsence = display.numberAbsence;
  } else if (upTo(3) != 0) {
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz'-.&";
    const int letters = 3 + upTo(15);
    for (int i = 0; i < letters; ++i) display.name.append(kLetters[static_cast<std::size_t>(upTo(static_cast<int>(kLetters.size()) - 1))]);
  }
  return display;
}

inline bool sameCaller(const CallerIdMessage& a, const CallerIdMessage& b) {
  return a.kind == b.kind && a.number.view() == b.number.view() && a.numberAbsence == b.numberAbsence && a.name.view() == b.name.view() &&
         a.nameAbsence == b.nameAbsence && a.calledNumber.view() == b.calledNumber.view() && a.month == b.month && a.day == b.day &&
         a.hour == b.hour && a.minute == b.minute && a.callType == b.callType && a.messageWaiting == b.messageWaiting && a.messages == b.messages;
}

/// What a line does to a message on its way.
struct LineImpairment {
  double dbm0 = kCallerIdDbm0;  // Of the louder tone.
  double twistDb = 0;           // How much louder space is than mark.
  double frequencyError = 0;    // A share.
  double bitRateError = 0;
  std::optional<double> noiseDbm0;
  unsigned seed = 1;
};

/// The samples of `message` as they leave such a line, with 200 ms before and after.
inline std::vector<std::int16_t> onLine(std::span<const std::uint8_t> message, const CallerIdFormat& format, const LineImpairment& line) {
  const FskModulator modem({.markHz = format.tones.markHz * (1 + line.frequencyError),
                            .spaceHz = format.tones.spaceHz * (1 + line.frequencyError),
                            .bitRate = kBitRate * (1 + line.bitRateError),
                            .markDbm0 = line.dbm0 - std::max(0.0, line.twistDb),
                            .spaceDbm0 = line.dbm0 + std::min(0.0, line.twistDb)});
  CallerIdSender sender;
  sender.begin(message, format, modem);
  std::vector<std::int16_t> samples(1600 + line.seed % 160);  // Messages begin anywhere in a frame.
  while (sender.sending()) {
    std::array<std::int16_t, 160> part{};
    sender.generate(part);
    samples.insert(samples.end(), part.begin(), part.end());
  }
  samples.resize(samples.size() + 1600);
  if (!line.noiseDbm0) return samples;
  BandNoise noise(line.seed, *line.noiseDbm0);
  for (std::int16_t& sample : samples) sample = static_cast<std::int16_t>(std::lrint(std::clamp(sample + noise.next(), -32768.0, 32767.0)));
  return samples;
}

inline std::vector<std::uint8_t> encoded(const CallerIdMessage& display) {
  std::array<std::uint8_t, kMostMessageBytes> bytes{};
  const std::size_t size = encodeCallerDisplay(display, bytes);
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// Every report a receiver makes of `samples`.
template <typename Receiver>
std::vector<CallerIdReport> heardBy(Receiver& receiver, std::span<const std::int16_t> samples) {
  std::vector<CallerIdReport> reports;
  for (std::size_t at = 0; at < samples.size(); at += kFrameSamples) {
    Frame frame;
    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(kFrameSamples, samples.size() - at), frame.samples.begin());
    if (const CallerIdReport* report = receiver.process(frame)) reports.push_back(*report);
  }
  return reports;
}

}  // namespace branchline::test
