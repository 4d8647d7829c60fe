// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/pure_tone.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace branchline {
namespace {

constexpr double kFullScaleDb = 84.16;    // Mean square of 0 dBm0 in 16-bit samples.
constexpr double kQuietestDbm0 = -43.0;   // The least a fax must hear (T.30).
constexpr double kLeastGain = 20.0;       // 13 dB of tone above everything else.
constexpr double kLeastExplained = 0.93;  // Of a window's energy, by one sine.
constexpr double kSameHz = 20.0;          // A window's error in noise.
constexpr double kSameDb = 3.0;           // V.8's answer tone swings ±1.9 dB.
constexpr double kQuietDb = 10.0;
constexpr int kMostImpure = 4;        // Hops: a phase reversal spoils the two or three windows it lies in.
constexpr double kAnswerHz = 2100.0;  // A hop has 21 whole cycles of it, hence one phase in every hop.
constexpr double kAnswerOffHz = 40.0;
constexpr double kReversal = 2.1;  // Radians, 120 degrees.
constexpr int kReversalHops = 10;  // They come 450 ms apart; one is seen in several pairs of hops.

double dbm0Of(double meanSquare) noexcept { return 10.0 * std::log10(meanSquare + 1e-6) - kFullScaleDb; }

}  // namespace

std::optional<PureToneRun> PureTone::process(const std::int16_t* samples) noexcept {
  std::copy(window_.begin() + kHop, window_.end(), window_.begin());
  std::copy(samples, samples + kHop, window_.begin() + kHop);
  followPhase();
  const Reading reading = read();
  std::optional<PureToneRun> ended;
  if (run_.milliseconds > 0 && continues(reading)) {
    extend(reading);
  } else if (begins(reading) || (run_.milliseconds > 0 && ++impure_ >= kMostImpure)) {
    if (run_.milliseconds > 0) {
      ended = run_;
      ended->toQuiet = reading.dbm0 < meanDbm0_ - kQuietDb;
    }
    run_ = {};
    if (reading.pure) begin(reading);
  }
  std::copy(levels_.begin() + 1, levels_.end(), levels_.begin());
  levels_.back() = reading.dbm0;
  return ended;
}

// Points (x1, (x0 + x2) / √2) of a sine lie on a line whose slope tells its frequency; noise scatters them equally in all directions.
PureTone::Reading PureTone::read() const noexcept {
  double across = 0;
  double along = 0;
  double both = 0;
  for (std::size_t i = 2; i < window_.size(); ++i) {
    const double u = (window_[i] + window_[i - 2]) / std::numbers::sqrt2;
    const double v = window_[i - 1];
    across += u * u;
    along += v * v;
    both += u * v;
  }
  Reading reading;
  reading.dbm0 = dbm0Of(along / static_cast<double>(window_.size() - 2));
  if (reading.dbm0 < kQuietestDbm0) return reading;
  const double angle = 0.5 * std::atan2(2 * both, along - across);  // Of the line, from the axis of x1.
  const double mean = (across + along) / 2;
  const double spread = std::hypot((along - across) / 2, both);
  const double cosine = std::tan(angle) / std::numbers::sqrt2;
  if (mean + spread < kLeastGain * (mean - spread) || std::fabs(cosine) >= 1) return reading;
  refine(std::acos(cosine), reading);
  return reading;
}

// Two tones obey one prediction well enough; what one sine explains of the whole window tells them apart. The turn of its phase from the window's
// first half to the second tells the frequency closer.
void PureTone::refine(double radians, Reading& reading) const noexcept {
  const std::complex<double> earlier = correlate(0, kHop, radians);
  const std::complex<double> later = correlate(kHop, 2 * kHop, radians);
  const double exact = radians + std::arg(later * std::conj(earlier)) / static_cast<double>(kHop);
  double energy = 0;
  for (const double sample : window_) energy += sample * sample;
  const double explained = 2 * std::norm(correlate(0, window_.size(), exact)) / static_cast<double>(window_.size());
  reading.hz = exact * 8000.0 / (2 * std::numbers::pi);
  reading.pure = explained > kLeastExplained * energy;
}

std::complex<double> PureTone::correlate(std::size_t from, std::size_t to, double radians) const noexcept {
  const std::complex<double> step = std::polar(1.0, -radians);
  std::complex<double> turn = std::polar(1.0, -radians * static_cast<double>(from));
  std::complex<double> sum{};
  for (std::size_t i = from; i < to; ++i) {
    sum += window_[i] * turn;
    turn *= step;
  }
  return sum;
}

bool PureTone::continues(const Reading& reading) const noexcept {
  return reading.pure && std::fabs(reading.hz - run_.hz) < kSameHz && std::fabs(reading.dbm0 - meanDbm0_) < kSameDb;
}

// A window that the tone's end lies in is still its frequency, less loud: that is no other tone.
bool PureTone::begins(const Reading& reading) const noexcept {
  if (!reading.pure || run_.milliseconds == 0) return reading.pure;
  return std::fabs(reading.hz - run_.hz) >= kSameHz || reading.dbm0 > meanDbm0_;
}

void PureTone::begin(const Reading& reading) noexcept {
  // The hop before is partly the tone's; the one before that is not.
  run_ = {.hz = reading.hz,
          .lowestDbm0 = reading.dbm0,
          .highestDbm0 = reading.dbm0,
          .milliseconds = kHopMs,
          .fromQuiet = levels_[0] < reading.dbm0 - kQuietDb};
  meanDbm0_ = reading.dbm0;
  pure_ = 1;
  impure_ = 0;
  sinceReversal_ = 0;
}

void PureTone::extend(const Reading& reading) noexcept {
  ++pure_;
  run_.milliseconds += (impure_ + 1) * kHopMs;
  impure_ = 0;
  run_.hz += (reading.hz - run_.hz) / pure_;
  meanDbm0_ += (reading.dbm0 - meanDbm0_) / pure_;
  run_.lowestDbm0 = std::min(run_.lowestDbm0, reading.dbm0);
  run_.highestDbm0 = std::max(run_.highestDbm0, reading.dbm0);
}

// A reversal turns the carrier between two hops by half a cycle more than the tone's own offset from 2100 Hz does.
void PureTone::followPhase() noexcept {
  const std::complex<double> carrier = correlate(kHop, 2 * kHop, 2 * std::numbers::pi * kAnswerHz / 8000.0);
  std::copy(carriers_.begin() + 1, carriers_.end(), carriers_.begin());
  carriers_.back() = carrier;
  if (++sinceReversal_ < kReversalHops || run_.milliseconds == 0 || std::fabs(run_.hz - kAnswerHz) > kAnswerOffHz) return;
  const double expected = 2 * std::numbers::pi * (run_.hz - kAnswerHz) * 2 * kHopMs / 1000.0;
  const std::complex<double> turned = carriers_[2] * std::conj(carriers_[0]) * std::polar(1.0, -expected);
  if (std::fabs(std::arg(turned)) < kReversal) return;
  ++run_.phaseReversals;
  sinceReversal_ = 0;
}

}  // namespace branchline
