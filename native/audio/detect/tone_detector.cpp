// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/tone_detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "audio/detect/sinusoid_fit.hpp"

namespace branchline {
namespace {

constexpr int kHopMs = 10;
constexpr double kFullScaleDb = 84.16;   // Mean square of 0 dBm0 in 16-bit samples.
constexpr float kQuietestDbm0 = -45.0F;  // Anything below is silence.
constexpr float kPauseDb = 12.0F;        // This much below the last tone is its pause.
constexpr double kPureShare = 0.05;      // Energy beside the tones, at most: 13 dB.
constexpr float kBandShare = 0.5F;       // Of the energy between 325 and 475 Hz, before a fit is worth its cost.
constexpr double kTolerance = 0.055;     // BT SIN 350: ±5 %, and the fit's own error.
constexpr double kTwist = 4.0;           // Ratio of a pair's powers, at most: 6 dB.
constexpr int kLongestEdgeMs = 60;       // A window that lies across an edge is unsure; longer than this it is something else.
constexpr float kSteadyHz = 3.0F;
constexpr float kSteadyDb = 1.5F;
constexpr float kSameHz = 8.0F;  // Bursts of one cadence are of one frequency …
constexpr float kSameDb = 3.0F;  // … and level.

constexpr int kDialMs = 500;
constexpr int kUnobtainableMs = 2000;
constexpr int kEdgeErrorMs = 15;  // Of a measured duration, besides the 10 % that the cadence may be off.
constexpr int kRingBurstMs = 400;
constexpr int kRingGapMs = 200;
// BT SIN 350, on and off in turn.
constexpr int kBusyMs[] = {375, 375};
constexpr int kCongestionMs[] = {400, 350, 225, 525};
constexpr int kCongestionTurnedMs[] = {225, 525, 400, 350};

bool near(int measuredMs, int wantedMs) noexcept { return std::abs(measuredMs - wantedMs) <= wantedMs / 10 + kEdgeErrorMs; }

// The start of a pair's fit: the common error of its frequencies that explains most, in steps that a fit can correct.
std::array<double, 2> bestStart(std::span<const float> window, double lowHz, double highHz, double& power) noexcept {
  std::array<double, 2> best{lowHz, highHz};
  power = 0;
  for (double scale : {0.955, 0.9775, 1.0, 1.0225, 1.045}) {
    const double here = powerAt(window, lowHz * scale) + powerAt(window, highHz * scale);
    if (here <= power) continue;
    power = here;
    best = {lowHz * scale, highHz * scale};
  }
  return best;
}

double bestSingleStart(std::span<const float> window) noexcept {
  double best = 400;
  double power = 0;
  for (double hz : {384.0, 392.0, 400.0, 408.0, 416.0}) {
    const double here = powerAt(window, hz);
    if (here <= power) continue;
    power = here;
    best = hz;
  }
  return best;
}

bool within(double hz, double nominal) noexcept { return std::fabs(hz / nominal - 1.0) <= kTolerance; }

}  // namespace

const char* callToneName(CallTone tone) noexcept {
  switch (tone) {
    case CallTone::dial: return "dial";
    case CallTone::ringing: return "ringing";
    case CallTone::busy: return "busy";
    case CallTone::congestion: return "congestion";
    case CallTone::unobtainable: return "unobtainable";
    case CallTone::none: break;
  }
  return "";
}

void ToneDetector::reset() noexcept {
  window_ = {};
  filled_ = 0;
  toneDbm0_ = -99;
  running_ = {};
  unsureMs_ = 0;
  closed_ = {};
  present_ = CallTone::none;
}

CallTone ToneDetector::process(const Frame& frame) noexcept {
  CallTone told = CallTone::none;
  for (std::size_t i = 0; i < kFrameSamples; ++i) {
    window_[kWindow - kHop + filled_] = frame.samples[i];
    if (++filled_ < kHop) continue;
    filled_ = 0;
    const CallTone tone = endHop();
    if (tone != CallTone::none) told = tone;
    std::copy(window_.begin() + kHop, window_.end(), window_.begin());
  }
  return told;
}

CallTone ToneDetector::endHop() noexcept {
  follow(readWindow());
  const CallTone tone = recognise();
  if (tone != CallTone::none && tone != present_) {
    present_ = tone;
    return tone;
  }
  if (hasCeased()) present_ = CallTone::none;
  return CallTone::none;
}

ToneDetector::Reading ToneDetector::readWindow() noexcept {
  float energy = 0;
  for (float sample : window_) energy += sample * sample;
  const auto dbm0 = static_cast<float>(10.0 * std::log10(energy / kWindow + 1e-9) - kFullScaleDb);
  if (dbm0 < kQuietestDbm0 || dbm0 < toneDbm0_ - kPauseDb) return {Sound::silence, 0, dbm0};
  const Reading reading = readTones(energy, dbm0);
  if (reading.sound != Sound::other) toneDbm0_ = dbm0;
  return reading;
}

ToneDetector::Reading ToneDetector::readTones(float energy, float dbm0) const noexcept {
  double inBand = 0;
  for (double hz = 325; hz <= 475; hz += 25) inBand += powerAt(window_, hz) * kWindow / 2;
  if (inBand < kBandShare * energy) return {Sound::other, 0, dbm0};

  SinusoidFit fit;
  const double single[1] = {bestSingleStart(window_)};
  if (fitSinusoids(window_, energy, single, kTolerance, fit) && fit.residualEnergy < kPureShare * energy && within(fit.tones[0].hz, 400)) {
    return {Sound::tone400, static_cast<float>(fit.tones[0].hz), dbm0};
  }
  const auto pair = [&](double lowHz, double highHz, const std::array<double, 2>& start) {
    return fitSinusoids(window_, energy, start, kTolerance, fit) && fit.residualEnergy < kPureShare * energy && within(fit.tones[0].hz, lowHz) &&
           within(fit.tones[1].hz, highHz) && fit.tones[0].power < kTwist * fit.tones[1].power && fit.tones[1].power < kTwist * fit.tones[0].power;
  };
  double ringPower = 0;
  double dialPower = 0;
  const auto ringStart = bestStart(window_, 400, 450, ringPower);
  const auto dialStart = bestStart(window_, 350, 440, dialPower);
  const bool ringLikelier = ringPower > dialPower;
  if (ringLikelier && pair(400, 450, ringStart)) return {Sound::ringPair, static_cast<float>(fit.tones[0].hz), dbm0};
  if (!ringLikelier && pair(350, 440, dialStart)) return {Sound::dialPair, static_cast<float>(fit.tones[0].hz), dbm0};
  return {Sound::other, 0, dbm0};
}

// Cuts what is heard into stretches. Windows across an edge are unsure; the edge is put into their middle.
void ToneDetector::follow(const Reading& reading) noexcept {
  if (reading.sound == running_.sound) {
    running_.milliseconds += unsureMs_ + kHopMs;
    unsureMs_ = 0;
    extend(reading);
    return;
  }
  if (reading.sound == Sound::other && unsureMs_ < kLongestEdgeMs) {
    unsureMs_ += kHopMs;
    return;
  }
  running_.milliseconds += unsureMs_ / 2;
  std::copy(closed_.begin() + 1, closed_.end(), closed_.begin());
  closed_.back() = running_;
  begin(reading, unsureMs_ - unsureMs_ / 2 + kHopMs);
  unsureMs_ = 0;
}

void ToneDetector::begin(const Reading& reading, int milliseconds) noexcept {
  running_ = {reading.sound, milliseconds, reading.hz, reading.dbm0, reading.dbm0, true};
  if (reading.sound == Sound::other) toneDbm0_ = -99;
}

void ToneDetector::extend(const Reading& reading) noexcept {
  running_.lowestDbm0 = std::min(running_.lowestDbm0, reading.dbm0);
  running_.highestDbm0 = std::max(running_.highestDbm0, reading.dbm0);
  if (running_.highestDbm0 - running_.lowestDbm0 > kSteadyDb || std::fabs(reading.hz - running_.hz) > kSteadyHz) running_.steady = false;
}

CallTone ToneDetector::recognise() const noexcept {
  const Sound sound = running_.sound;
  if (sound == Sound::dialPair && running_.steady && running_.milliseconds >= kDialMs) return CallTone::dial;
  if (sound == Sound::tone400 && running_.steady && running_.milliseconds >= kUnobtainableMs) return CallTone::unobtainable;
  const Segment& last = closed_[kSegments - 1];
  const Segment& burst = closed_[kSegments - 2];
  if (sound == Sound::ringPair && running_.steady && running_.milliseconds > kRingBurstMs * 3 / 4 && last.sound == Sound::silence &&
      near(last.milliseconds, kRingGapMs) && burst.sound == Sound::ringPair && burst.steady && near(burst.milliseconds, kRingBurstMs)) {
    return CallTone::ringing;
  }
  if (sound != Sound::tone400) return CallTone::none;  // Cadences are judged at the beginning of a burst: their last pause is then known.
  if (matches(kBusyMs, 2)) return CallTone::busy;
  if (matches(kCongestionMs, 4) || matches(kCongestionTurnedMs, 4)) return CallTone::congestion;
  return CallTone::none;
}

// Whether the newest closed segments are two cycles of `cycleMs`, bursts of one steady tone and pauses.
bool ToneDetector::matches(const int* cycleMs, std::size_t segments) const noexcept {
  const std::size_t first = kSegments - 2 * segments;
  const Segment& model = closed_[first];
  for (std::size_t i = 0; i < 2 * segments; ++i) {
    const Segment& segment = closed_[first + i];
    if (!near(segment.milliseconds, cycleMs[i % segments])) return false;
    if (i % 2 == 1) {
      if (segment.sound != Sound::silence) return false;
      continue;
    }
    if (segment.sound != Sound::tone400 || !segment.steady) return false;
    if (std::fabs(segment.hz - model.hz) > kSameHz || std::fabs(segment.highestDbm0 - model.highestDbm0) > kSameDb) return false;
  }
  return true;
}

// A tone has ceased when its running stretch is one that its cadence does not have.
bool ToneDetector::hasCeased() const noexcept {
  const Sound sound = running_.sound;
  const int ms = running_.milliseconds;
  switch (present_) {
    case CallTone::none: return false;
    case CallTone::dial: return sound != Sound::dialPair;
    case CallTone::unobtainable: return sound != Sound::tone400;
    case CallTone::ringing: return !((sound == Sound::ringPair && ms < 600) || (sound == Sound::silence && ms < 2500));
    case CallTone::busy:
    case CallTone::congestion: return !((sound == Sound::tone400 && ms < 600) || (sound == Sound::silence && ms < 700));
  }
  return true;
}

}  // namespace branchline
