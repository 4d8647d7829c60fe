// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/impaired_audio.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace branchline {
namespace {

constexpr double kHumHz = 50;
constexpr double kThirdHarmonicDb = -10;
constexpr double kClickPeak = 16000;
constexpr double kClickDecay = 0.75;  // Of a sample to the next: gone after 2 ms.
constexpr double kNoEchoDb = 99;

[[nodiscard]] std::int16_t saturated(double sample) noexcept { return static_cast<std::int16_t>(std::lrint(std::clamp(sample, -32768.0, 32767.0))); }

[[nodiscard]] double ratioOf(double db) noexcept { return std::pow(10, db / 20); }

}  // namespace

void ImpairedAudio::set(const AudioImpairments& impairments) noexcept {
  now_ = impairments;
  gain_ = ratioOf(now_.gainDb);
  // Noise is the sum of four uniform numbers of −1 … 1, whose variance is 4/3; the level is that of a sine of the same power.
  noise_ = now_.noiseDbm0 > kSilenceDbm0 ? amplitudeOf(now_.noiseDbm0) / std::sqrt(2.0) / std::sqrt(4.0 / 3) : 0;
  const bool hums = now_.humDbm0 > kSilenceDbm0;
  hum_ = hums ? Oscillator(kHumHz, now_.humDbm0) : Oscillator();
  humThird_ = hums ? Oscillator(3 * kHumHz, now_.humDbm0 + kThirdHarmonicDb) : Oscillator();
  clean_ = gain_ == 1 && noise_ == 0 && !hums && now_.slipsPerMinute == 0 && now_.clicksPerMinute == 0;
  click_ = 0;
  lag_ = 0;
}

// xorshift64*: small, fast, and the same everywhere.
double ImpairedAudio::uniform() noexcept {
  random_ ^= random_ >> 12U;
  random_ ^= random_ << 25U;
  random_ ^= random_ >> 27U;
  return static_cast<double>((random_ * 0x2545F4914F6CDD1DULL) >> 11U) / 9007199254740992.0;
}

bool ImpairedAudio::happens(double perMinute) noexcept { return perMinute > 0 && uniform() < perMinute / (60.0 * 1000 / kFrameMilliseconds); }

void ImpairedAudio::process(Frame& frame) noexcept {
  if (clean_) return;
  slip(frame);
  const bool clicks = happens(now_.clicksPerMinute);
  const auto clickAt = static_cast<std::size_t>(uniform() * kFrameSamples);
  for (std::size_t i = 0; i < kFrameSamples; ++i) {
    if (clicks && i == clickAt) click_ = kClickPeak;
    double sample = gain_ * frame.samples[i] + hum_.next() + humThird_.next() + click_;
    if (noise_ > 0) sample += noise_ * (2 * (uniform() + uniform() + uniform() + uniform()) - 4);
    click_ *= -kClickDecay;
    frame.samples[i] = saturated(sample);
  }
}

void ImpairedAudio::slip(Frame& frame) noexcept {
  std::copy_n(history_.begin() + kFrameSamples, kFrameSamples, history_.begin());
  std::copy_n(frame.samples.begin(), kFrameSamples, history_.begin() + kFrameSamples);
  const std::size_t before = lag_;
  if (happens(now_.slipsPerMinute)) {
    lag_ = lag_ == 0 ? static_cast<std::size_t>(now_.slipSamples) : 0;
    ++slips_;
  }
  const auto half = static_cast<std::ptrdiff_t>(kFrameSamples / 2);
  const auto from = [&](std::size_t lag) { return history_.begin() + static_cast<std::ptrdiff_t>(kFrameSamples - lag); };
  std::copy_n(from(before), half, frame.samples.begin());
  std::copy_n(from(lag_) + half, half, frame.samples.begin() + half);
}

void Echo::set(const EchoPath& path) noexcept {
  gain_ = path.returnLossDb >= kNoEchoDb ? 0 : ratioOf(-path.returnLossDb);
  delay_ = static_cast<std::size_t>(path.delayMs) * (kSampleRate / 1000);
}

void Echo::process(const Frame& sent, Frame& received) noexcept {
  for (std::size_t i = 0; i < kFrameSamples; ++i) {
    line_[at_] = sent.samples[i];
    if (gain_ > 0) {
      const std::int16_t late = line_[(at_ + line_.size() - delay_) % line_.size()];
      received.samples[i] = saturated(received.samples[i] + gain_ * late);
    }
    at_ = (at_ + 1) % line_.size();
  }
}

}  // namespace branchline
