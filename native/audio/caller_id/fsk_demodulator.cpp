// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/fsk_demodulator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace branchline {
namespace {

constexpr std::size_t kMeasureEvery = 100;  // Grid steps: ten bits hold a space, if a byte is among them.
constexpr float kFollow = 0.25F;            // What a block's peak moves the measured amplitude by.
constexpr float kMostTwist = 2.5F;          // 8 dB: the two tones' amplitudes are taken to differ by no more.
constexpr float kMarkShare = 0.3F;          // Of the window's energy in one coherent tone: mark.
constexpr float kSignalShare = 0.35F;       // In the likeliest sequence: a signal. Noise has a fifth.
constexpr double kQuietest = 4000;          // Mean square, −48 dBm0: below it there is nothing to hear.

/// Interpolator from 8 to 24 kHz: a windowed sinc, by phase. Keeps 0 … 3.4 kHz.
struct Interpolator {
  float taps[3][8];
  Interpolator() noexcept {
    for (int phase = 0; phase < 3; ++phase) {
      for (int tap = 0; tap < 8; ++tap) {
        const double at = (tap - 3.5) + (phase - 1) / 3.0;
        const double x = std::numbers::pi * at;
        const double window = 0.5 + 0.5 * std::cos(x / 4.5);
        taps[phase][tap] = static_cast<float>((std::fabs(x) < 1e-9 ? 1.0 : std::sin(x) / x) * window);
      }
    }
  }
};
const Interpolator kInterpolator;  // Made before main: the audio thread only reads it.

/// Without the standard's care for infinities, which would be a call each.
std::complex<float> product(std::complex<float> a, std::complex<float> b) noexcept {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

FskDemodulator::FskDemodulator(FskTones tones) noexcept {
  for (std::size_t i = 0; i < kTable; ++i) {
    const double angle = -2.0 * std::numbers::pi * static_cast<double>(i) / kTable;
    table_[i] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
  mark_.step = tones.markHz / 100;
  space_.step = tones.spaceHz / 100;
  for (Correlator* tone : {&mark_, &space_}) tone->turn = table_[static_cast<std::size_t>(tone->step) * kBit % kTable];
  reset();
}

void FskDemodulator::reset() noexcept {
  for (Correlator* tone : {&mark_, &space_}) {
    tone->products = {};
    tone->sum = {};
    tone->history = {};
    tone->amplitude = 0;
    tone->peak = 0;
    tone->peaks = 0;
  }
  input_ = {};
  inputAt_ = 0;
  sampleAt_ = 0;
  squares_ = {};
  energy_ = 0;
  windowAt_ = 0;
  step_ = 0;
}

std::span<const SoftBit> FskDemodulator::process(const Frame& frame) noexcept {
  bitCount_ = 0;
  for (int i = 0; i < kFrameSamples; ++i) {
    input_[inputAt_] = frame.samples[static_cast<std::size_t>(i)];
    inputAt_ = (inputAt_ + 1) % kTaps;  // Now the oldest.
    for (const auto& taps : kInterpolator.taps) {
      float sample = 0;
      for (std::size_t tap = 0; tap < kTaps; ++tap) sample += taps[kTaps - 1 - tap] * input_[(inputAt_ + tap) % kTaps];
      upsampled(sample);
    }
  }
  return {bits_.data(), bitCount_};
}

void FskDemodulator::upsampled(float sample) noexcept {
  const float square = sample * sample;
  energy_ += double{square} - double{squares_[windowAt_]};
  squares_[windowAt_] = square;
  windowAt_ = (windowAt_ + 1) % kWindow;
  correlate(mark_, sample);
  correlate(space_, sample);
  sampleAt_ = (sampleAt_ + 1) % kTable;
  if (sampleAt_ % 2 == 0) endStep();
}

void FskDemodulator::correlate(Correlator& tone, float sample) noexcept {
  const std::size_t at = sampleAt_ % kBit;
  tone.products[at] = sample * table_[static_cast<std::size_t>(tone.step) * sampleAt_ % kTable];
}

void FskDemodulator::endStep() noexcept {
  ++step_;
  const std::size_t begin = (sampleAt_ + kTable - kBit) % kTable;
  for (Correlator* tone : {&mark_, &space_}) {
    Complex sum;
    for (const Complex& product : tone->products) sum += product;
    tone->sum = product(sum, std::conj(table_[static_cast<std::size_t>(tone->step) * begin % kTable]));
    tone->history[step_ % kHistory] = tone->sum;
  }
  measure();
  bits_[bitCount_++] = decide();
}

// How strong each tone is where it is alone: lines weaken the upper one more. Only where it is the stronger of the two, so that the mark of an idle
// line is not taken for a weak space.
void FskDemodulator::measure() noexcept {
  const float mark = std::norm(mark_.sum);
  const float space = std::norm(space_.sum);
  Correlator& stronger = mark > space ? mark_ : space_;
  stronger.peak = std::max(stronger.peak, std::max(mark, space));
  ++stronger.peaks;
  if (step_ % kMeasureEvery != 0) return;
  for (Correlator* tone : {&mark_, &space_}) {
    if (tone->peaks >= static_cast<int>(kGridPerBit) / 2) tone->amplitude += kFollow * (std::sqrt(tone->peak) - tone->amplitude);
    tone->peak = 0;
    tone->peaks = 0;
  }
}

SoftBit FskDemodulator::decide() const noexcept {
  if (energy_ < kQuietest * kWindow) return {};
  const float most = std::max({mark_.amplitude, space_.amplitude, 1.0F});
  const float markAmplitude = std::max(mark_.amplitude, most / kMostTwist);
  const float spaceAmplitude = std::max(space_.amplitude, most / kMostTwist);
  const float markEnergy = markAmplitude * markAmplitude;
  const float spaceEnergy = spaceAmplitude * spaceAmplitude;

  // Sums of every sequence, built from its last bit to its first: a bit turns the phase of all that follow it.
  std::array<Complex, kSequences> sums{};
  std::array<float, kSequences> energies{};
  for (std::size_t bit = kBits; bit-- > 0;) {
    const std::size_t at = (step_ - (kBits - 1 - bit) * kGridPerBit) % kHistory;
    const Complex mark = markAmplitude * mark_.history[at];
    const Complex space = spaceAmplitude * space_.history[at];
    const std::size_t tails = std::size_t{1} << (kBits - 1 - bit);
    for (std::size_t tail = 0; tail < tails; ++tail) {
      const Complex after = sums[tail];
      sums[tail + tails] = space + product(space_.turn, after);
      sums[tail] = mark + product(mark_.turn, after);
      energies[tail + tails] = energies[tail] + spaceEnergy;
      energies[tail] += markEnergy;
    }
  }

  constexpr std::size_t kMiddle = 1U << (kBits / 2);
  float best[2] = {-1e30F, -1e30F};
  float share = 0;
  for (std::size_t sequence = 0; sequence < kSequences; ++sequence) {
    const float norm = std::norm(sums[sequence]);
    float& side = best[(sequence & kMiddle) != 0 ? 1 : 0];
    side = std::max(side, std::sqrt(norm) - 0.5F * energies[sequence]);
    share = std::max(share, norm / energies[sequence]);
  }
  // A real tone of amplitude a over n samples: energy n·a²/2, coherent sum n·a/2, so that 2·|sum|²/n is its energy.
  const float scale = 2.0F / (kBit * static_cast<float>(energy_));
  return {.space = (best[1] - best[0]) / (markAmplitude * spaceAmplitude),
          .isMark = scale * std::norm(sums[0]) / energies[0] > kMarkShare,
          .isSignal = scale * share > kSignalShare};
}

}  // namespace branchline
