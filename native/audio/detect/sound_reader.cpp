// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/sound_reader.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/detect/sinusoid_fit.hpp"
#include "audio/frame.hpp"

namespace branchline {
namespace {

constexpr double kTolerance = 0.055;     // BT SIN 350: ±5 %, and the fit's own error. ITU-T E.180 asks for less.
constexpr double kWidestHz = 55.0;       // E.180 §8: the special information tone's frequencies are within ±50 Hz.
constexpr double kBinHz = 20.0;          // Between the gate's bins; a window's own width is 25 Hz.
constexpr double kStepHz = 9.0;          // Between the starts of fits: each has to be within a quarter of 25 Hz of the truth.
constexpr double kGateShare = 0.4;       // Of the energy in the strongest bins, before a fit is worth its cost.
constexpr double kPureShare = 0.05;      // Energy beside the tones, at most: 13 dB …
constexpr double kNoiseMargin = 1.6;     // … and so much of the noise that was there before.
constexpr double kOvertoneShare = 0.01;  // Of a tone's power: 20 dB.
constexpr int kHighestOvertone = 6;
constexpr double kHighestHz = 3800;
constexpr double kTwist = 4.0;       // Ratio of a pair's powers, at most: 6 dB.
constexpr double kMuchWorse = 1.25;  // Ratio of two fits' residuals.
constexpr double kHalf = SoundReader::kWindow / 2.0;
constexpr std::size_t kLanes = 8;

double toleranceHz(double hz) noexcept { return std::min(kTolerance * hz, kWidestHz); }

/// The start of a sound's fit: the common error of its frequencies that explains most.
std::array<double, 2> bestStart(std::span<const float> window, const ToneSet::Sound& sound) noexcept {
  const double highest = *std::max_element(sound.hz.begin(), sound.hz.end());
  const double widest = toleranceHz(highest) / highest;
  const int steps = static_cast<int>(std::ceil(2 * widest * highest / kStepHz));
  std::array<double, 2> best = sound.hz;
  double strongest = -1;
  for (int i = 0; i <= steps; ++i) {
    const double scale = 1 + widest * (2.0 * i / steps - 1);
    double power = 0;
    for (std::size_t tone = 0; tone < sound.tones; ++tone) power += powerAt(window, sound.hz[tone] * scale);
    if (power <= strongest) continue;
    strongest = power;
    best = {sound.hz[0] * scale, sound.hz[1] * scale};
  }
  return best;
}

bool isBalanced(const SinusoidFit& fit) noexcept {
  return fit.count < 2 || (fit.tones[0].power < kTwist * fit.tones[1].power && fit.tones[1].power < kTwist * fit.tones[0].power);
}

// An exchange's tone has no overtones to speak of, an instrument's or a voice's has. Noise allows for much beside a tone, but little of it lies
// there.
bool hasOvertones(std::span<const float> window, const SinusoidFit& fit) noexcept {
  for (int tone = 0; tone < fit.count; ++tone) {
    const FittedTone& found = fit.tones[static_cast<std::size_t>(tone)];
    for (int n = 2; n <= kHighestOvertone && n * found.hz < kHighestHz; ++n) {
      if (powerAt(window, n * found.hz) > kOvertoneShare * found.power) return true;
    }
  }
  return false;
}

bool isNear(const SinusoidFit& fit, const ToneSet::Sound& sound) noexcept {
  for (std::size_t tone = 0; tone < sound.tones; ++tone) {
    if (std::fabs(fit.tones[tone].hz - sound.hz[tone]) > toleranceHz(sound.hz[tone])) return false;
  }
  return true;
}

}  // namespace

SoundReader::SoundReader(const ToneSet& set) noexcept : set_(set) {
  for (const ToneSet::Sound& sound : set_.sounds()) {
    for (std::size_t tone = 0; tone < sound.tones; ++tone) addFrequency(sound.hz[tone]);
  }
}

void SoundReader::addFrequency(double hz) noexcept {
  const auto end = frequencies_.begin() + static_cast<std::ptrdiff_t>(frequencyCount_);
  if (std::any_of(frequencies_.begin(), end, [&](const Frequency& known) { return known.hz == hz; })) return;
  const double width = toleranceHz(hz);
  const auto bins = static_cast<std::size_t>(std::ceil(2 * width / kBinHz));
  frequencies_[frequencyCount_++] = {hz, binCount_, bins};
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const double at = hz + width * ((2.0 * static_cast<double>(bin) + 1) / static_cast<double>(bins) - 1);
    coefficients_[binCount_++] = static_cast<float>(2 * std::cos(2 * std::numbers::pi * at / kSampleRate));
  }
}

// Eight bins side by side, so that the compiler may use vector registers.
void SoundReader::powersOf(std::span<const float, kWindow> window, Powers& powers) const noexcept {
  for (std::size_t first = 0; first < binCount_; first += kLanes) {
    float s1[kLanes] = {};
    float s2[kLanes] = {};
    const float* const coefficient = coefficients_.data() + first;
    for (const float sample : window) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float s0 = sample + coefficient[lane] * s1[lane] - s2[lane];
        s2[lane] = s1[lane];
        s1[lane] = s0;
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      powers[first + lane] =
          (s1[lane] * s1[lane] + s2[lane] * s2[lane] - coefficient[lane] * s1[lane] * s2[lane]) / static_cast<float>(kHalf * kHalf);
  }
}

double SoundReader::strongest(const Powers& powers, double hz) const noexcept {
  const auto found = std::find_if(frequencies_.begin(), frequencies_.end(), [&](const Frequency& frequency) { return frequency.hz == hz; });
  const auto begin = powers.begin() + static_cast<std::ptrdiff_t>(found->first);
  return *std::max_element(begin, begin + static_cast<std::ptrdiff_t>(found->bins));
}

SoundReader::Reading SoundReader::read(std::span<const float, kWindow> window, double energy, double noiseEnergy) const noexcept {
  Powers powers;
  powersOf(window, powers);
  Reading best{.sound = kOther};
  const double allowed = kPureShare * energy + kNoiseMargin * noiseEnergy;
  double leastResidual = allowed;
  double leastOffset = 1;
  const auto sounds = set_.sounds();
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    const ToneSet::Sound& sound = sounds[i];
    double gate = 0;
    for (std::size_t tone = 0; tone < sound.tones; ++tone) gate += strongest(powers, sound.hz[tone]) * kHalf;
    if (gate < kGateShare * energy) continue;
    SinusoidFit fit;
    const std::array<double, 2> start = bestStart(window, sound);
    if (!fitSinusoids(window, energy, {start.data(), sound.tones}, kTolerance, fit)) continue;
    if (fit.residualEnergy >= std::min(allowed, kMuchWorse * leastResidual) || !isNear(fit, sound) || !isBalanced(fit)) continue;
    if (hasOvertones(window, fit)) continue;
    // Sounds that lie side by side may both explain it: then the nearer one.
    const double offset = std::fabs(fit.tones[0].hz / sound.hz[0] - 1);
    if (fit.residualEnergy >= leastResidual / kMuchWorse && offset > leastOffset) continue;
    leastResidual = std::min(leastResidual, fit.residualEnergy);
    leastOffset = offset;
    best.sound = static_cast<int>(i);
    best.hz = static_cast<float>(fit.tones[0].hz);
    best.meanSquare = static_cast<float>((fit.tones[0].power + (fit.count == 2 ? fit.tones[1].power : 0)) / 2);
  }
  return best;
}

}  // namespace branchline
