// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/residual_suppressor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace branchline::echo {

namespace {

constexpr float kSmoothing = 0.25F;                      // A block; of powers.
constexpr float kMostLeak = 0.03F;                       // −15 dB. A filter that leaves more has not learnt the path: then nothing is turned down.
constexpr float kLeastLeak = 1e-4F;                      // −40 dB.
constexpr float kLeakStep = 1.01F;                       // A block, towards the median: 22 dB a second.
constexpr float kOverMedian = 4;                         // Residual power that is taken off, over its median: most of its peaks.
constexpr float kNearInBand = 10;                        // Power over residual and noise that only a near end can have, in one of the sub-bands …
constexpr float kNearAtAll = 4;                          // … or in the sum of all.
constexpr std::size_t kNearHoldBlocks = 50;              // 200 ms: to the end of a word.
constexpr float kLeastGain = 0.06F;                      // −24 dB.
constexpr float kGainFall = 0.25F;                       // A block.
constexpr float kGainRise = 0.6F;                        // A block; at once where the near end begins.
constexpr float kAudible = 0.1F;                         // Residual over background from which it is worth turning down.
constexpr float kLeastBackground = kWindow / 2 * 21.0F;  // Of a silent line: the least step of A-law is 16.
constexpr float kCodingNoise = 2.5e-4F;                  // Of A-law, over its signal: −36 dB, spread over all bins.
constexpr float kWindowLoss = 2;     // Noise made anew has lost the power that the first of the two windows would have let through.
constexpr std::size_t kSubBand = 4;  // Bins, 500 Hz.

}  // namespace

ResidualSuppressor::ResidualSuppressor() noexcept {
  for (std::size_t i = 0; i < kWindow; i++) shape_[i] = static_cast<float>(std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / kWindow));
  reset();
}

void ResidualSuppressor::reset() noexcept {
  error_ = echo_ = {};
  tail_ = {};
  whenever_.reset();
  withoutEcho_.reset();
  background_ = {};
  errorPower_ = echoPower_ = {};
  leak_.at.fill(kMostLeak);
  gain_.at.fill(1);
  nearHold_ = 0;
  open_ = true;
  random_ = 1;
}

void ResidualSuppressor::process(const Block& error, const Block& echo, Block& out) noexcept {
  Spectrum spectrum;
  analyse(error, echo, spectrum);
  if (nearActive())
    nearHold_ = kNearHoldBlocks;
  else if (nearHold_ > 0)
    nearHold_--;
  learnLeak();
  chooseGains();
  const bool open = std::all_of(gain_.at.begin(), gain_.at.begin() + kBins, [](float gain) { return gain >= 1; });
  if (open && open_) {
    passThrough(error, out);
    return;
  }
  open_ = open;
  shape(spectrum);
  synthesise(spectrum, out);
}

void ResidualSuppressor::analyse(const Block& error, const Block& echo, Spectrum& errorSpectrum) noexcept {
  const auto windowed = [&](Window& window, const Block& block, Spectrum& spectrum) {
    std::copy(window.begin() + kBlock, window.end(), window.begin());
    std::copy(block.begin(), block.end(), window.begin() + kBlock);
    Window shaped;
    for (std::size_t i = 0; i < kWindow; i++) shaped[i] = window[i] * shape_[i];
    fft_.forward(shaped, spectrum);
  };
  Spectrum echoSpectrum;
  windowed(error_, error, errorSpectrum);
  windowed(echo_, echo, echoSpectrum);
  Bands errorNow;
  Bands echoNow;
  powerOf(errorSpectrum, errorNow);
  powerOf(echoSpectrum, echoNow);
  for (std::size_t k = 0; k < kPaddedBins; k++) {
    errorPower_.at[k] += kSmoothing * (errorNow.at[k] - errorPower_.at[k]);
    echoPower_.at[k] += kSmoothing * (echoNow.at[k] - echoPower_.at[k]);
  }
  expectResidual();
  learnBackground(errorNow);
}

void ResidualSuppressor::expectResidual() noexcept {
  float echo = 0;
  for (std::size_t k = 0; k < kBins; k++) echo += echoPower_.at[k];
  const float coding = kCodingNoise * echo / kBins;
  for (std::size_t k = 0; k < kBins; k++) residual_.at[k] = leak_.at[k] * echoPower_.at[k] + coding;
}

// Echo without pauses would pass for background, and background that has fallen since the last pause would still be heard: so the lesser of two.
void ResidualSuppressor::learnBackground(const Bands& errorNow) noexcept {
  whenever_.add(errorNow);
  float residual = 0;
  float background = 0;
  for (std::size_t k = 0; k < kBins; k++) {
    residual += residual_.at[k];
    background += background_.at[k] + kLeastBackground;
  }
  if (residual < kAudible * background) withoutEcho_.add(errorNow);
  for (std::size_t k = 0; k < kPaddedBins; k++) background_.at[k] = std::min(whenever_.power().at[k], withoutEcho_.power().at[k]);
}

bool ResidualSuppressor::nearActive() const noexcept {
  float all = 0;
  float allExpected = 0;
  for (std::size_t first = 1; first < kBins; first += kSubBand) {
    float power = 0;
    float expected = 0;
    for (std::size_t k = first; k < first + kSubBand; k++) {
      power += errorPower_.at[k];
      expected += kOverMedian * residual_.at[k] + background_.at[k] + kLeastBackground;
    }
    if (power > kNearInBand * expected) return true;
    all += power;
    allExpected += expected;
  }
  return all > kNearAtAll * allExpected;
}

// Up only while nobody talks at the near end: else its speech would pass for echo in the end.
void ResidualSuppressor::learnLeak() noexcept {
  for (std::size_t k = 0; k < kBins; k++) {
    const float background = background_.at[k] + kLeastBackground;
    if (residual_.at[k] < kAudible * background) continue;
    const bool more = errorPower_.at[k] - background > residual_.at[k];
    if (!more)
      leak_.at[k] = std::max(leak_.at[k] / kLeakStep, kLeastLeak);
    else if (nearHold_ == 0)
      leak_.at[k] = std::min(leak_.at[k] * kLeakStep, kMostLeak);
  }
}

void ResidualSuppressor::chooseGains() noexcept {
  if (nearHold_ > 0) {
    gain_.at.fill(1);
    return;
  }
  Bands wanted;
  for (std::size_t k = 0; k < kBins; k++) {
    const float residual = kOverMedian * residual_.at[k];
    const bool audible = residual > kAudible * (background_.at[k] + kLeastBackground);
    wanted.at[k] = audible ? std::sqrt(std::max(0.0F, 1 - residual / (errorPower_.at[k] + 1))) : 1;
  }
  for (std::size_t k = 0; k < kBins; k++) {
    const float below = wanted.at[k == 0 ? 1 : k - 1];
    const float above = wanted.at[k == kBins - 1 ? kBins - 2 : k + 1];
    const float target = std::max(0.25F * below + 0.5F * wanted.at[k] + 0.25F * above, kLeastGain);
    const float gain = gain_.at[k] + (target < gain_.at[k] ? kGainFall : kGainRise) * (target - gain_.at[k]);
    gain_.at[k] = gain > 0.99F ? 1 : gain;
  }
}

void ResidualSuppressor::shape(Spectrum& spectrum) noexcept {
  for (std::size_t k = 0; k < kBins; k++) {
    const float gain = gain_.at[k];
    const float noise = std::sqrt(1.5F * kWindowLoss * background_.at[k] * (1 - gain * gain));  // A uniform variable's power is a third.
    spectrum.re[k] = gain * spectrum.re[k] + noise * random();
    spectrum.im[k] = gain * spectrum.im[k] + noise * random();
  }
  spectrum.im[0] = spectrum.im[kBins - 1] = 0;
}

void ResidualSuppressor::synthesise(const Spectrum& spectrum, Block& out) noexcept {
  Window window;
  fft_.inverse(spectrum, window);
  for (std::size_t i = 0; i < kBlock; i++) {
    out[i] = tail_[i] + window[i] * shape_[i];
    tail_[i] = window[i + kBlock] * shape_[i + kBlock];
  }
}

// What the two transforms would come to, without them and their rounding.
void ResidualSuppressor::passThrough(const Block& error, Block& out) noexcept {
  for (std::size_t i = 0; i < kBlock; i++) {
    tail_[i] = error[i] * shape_[i + kBlock] * shape_[i + kBlock];
    out[i] = error_[i];
  }
}

float ResidualSuppressor::random() noexcept {
  random_ = random_ * 1'664'525U + 1'013'904'223U;
  return static_cast<float>(static_cast<std::int32_t>(random_)) * 0x1p-31F;
}

}  // namespace branchline::echo
