// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/loopback_test.hpp"

#include <cmath>
#include <numbers>

#include "audio/level.hpp"

namespace branchline {
namespace {

// Half the power of what comes at that moment is ours. Noise of another origin is like ours by 0.03 (1/√1023), and by 0.12 at most of 7000 tries.
constexpr double kReturned = 0.7;
constexpr double kSamplesPerMs = kSampleRate / 1000.0;

}  // namespace

// x¹⁰ + x⁷ + 1: plus and minus by turns that repeat after 1023 only, so that it is like itself at no other delay. Its peak is its effective value.
LoopbackTest::LoopbackTest() {
  const auto peak = static_cast<std::int16_t>(std::lrint(amplitudeOf(kSentDbm0) / std::numbers::sqrt2));
  unsigned state = 1;
  for (std::int16_t& sample : noise_) {
    const unsigned bit = (state >> 9 ^ state >> 6) & 1U;
    state = (state << 1 | bit) & 0x3FFU;
    sample = bit != 0 ? peak : static_cast<std::int16_t>(-peak);
  }
}

bool LoopbackTest::frame(const Frame& received, Frame& sent) noexcept {
  for (std::size_t i = 0; i < kFrameSamples; i++, at_++) {
    heard_[at_] = received.samples[i];
    sent.samples[i] = at_ < noise_.size() ? noise_[at_] : std::int16_t{0};
  }
  return at_ + kFrameSamples <= heard_.size();
}

LoopbackTest::Match LoopbackTest::bestMatch() const {
  Match best;
  double sentPower = 0;
  for (const double sample : noise_) sentPower += sample * sample;
  for (std::size_t delay = 0; delay + kNoise <= at_; delay++) {
    double product = 0;
    double power = 0;
    for (std::size_t i = 0; i < kNoise; i++) {
      const double heard = heard_[delay + i];
      product += heard * noise_[i];
      power += heard * heard;
    }
    const double likeness = power > 0 ? std::abs(product) / std::sqrt(power * sentPower) : 0;
    if (likeness > best.likeness) best = {delay, likeness, dbm0OfMeanSquare(power / kNoise)};
  }
  return best;
}

const char* LoopbackTest::eventName() const noexcept { return "loopbackTestEnded"; }

std::vector<std::pair<const char*, FieldValue>> LoopbackTest::figures() const {
  const Match match = bestMatch();
  return {{"returned", match.likeness >= kReturned},
          {"delayMs", static_cast<double>(match.delay) / kSamplesPerMs},
          {"levelDbm0", match.dbm0},
          {"likeness", match.likeness}};
}

}  // namespace branchline
