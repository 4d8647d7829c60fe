// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/alert_tone.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace branchline {
namespace {

constexpr int kHopMs = 5;
constexpr int kWindowMs = 10;
constexpr int kShortestMs = 60;
constexpr int kLongestMs = 140;
constexpr float kBothShare = 0.4F;     // Of the window's energy in the two tones.
constexpr float kWeakerShare = 0.16F;  // Of the stronger tone in the weaker: 8 dB.
constexpr float kQuietest = 16400.0F;  // Mean square of one tone, −42 dBm0.
constexpr int kMissedHops = 2;         // A click does not end an alert.

}  // namespace

void AlertToneDetector::reset() noexcept {
  window_ = {};
  heardHops_ = 0;
  missedHops_ = 0;
}

bool AlertToneDetector::process(const Frame& frame) noexcept {
  bool ended = false;
  for (std::size_t hop = 0; hop < kFrameSamples; hop += kHop) {
    std::copy(window_.begin() + kHop, window_.end(), window_.begin());
    std::copy_n(frame.samples.begin() + static_cast<std::ptrdiff_t>(hop), kHop, window_.end() - kHop);
    if (isAlert()) {
      heardHops_ += 1 + missedHops_;
      missedHops_ = 0;
    } else if (heardHops_ > 0 && ++missedHops_ > kMissedHops) {
      // A hop hears the tones once its window is half theirs.
      const int ms = (heardHops_ - 1) * kHopMs + kWindowMs / 2;
      ended = ms >= kShortestMs && ms <= kLongestMs;
      heardHops_ = 0;
      missedHops_ = 0;
    }
  }
  return ended;
}

bool AlertToneDetector::isAlert() const noexcept {
  float energy = 1;
  for (float sample : window_) energy += sample * sample;
  const auto toneEnergy = [&](double hz) {
    const auto step = std::polar(1.0F, static_cast<float>(2 * std::numbers::pi * hz / kSampleRate));
    float re = 0;
    float im = 0;
    std::complex<float> turn = 1;
    for (float sample : window_) {
      re += sample * turn.real();
      im += sample * turn.imag();
      turn = {turn.real() * step.real() - turn.imag() * step.imag(), turn.real() * step.imag() + turn.imag() * step.real()};
    }
    return 2 * (re * re + im * im) / kWindow;
  };
  const float low = toneEnergy(kAlertLowHz);
  const float high = toneEnergy(kAlertHighHz);
  return low + high > kBothShare * energy && std::min(low, high) > kWeakerShare * std::max(low, high) && std::min(low, high) > kQuietest * kWindow;
}

}  // namespace branchline
