// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/tone_detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace branchline {
namespace {

constexpr int kHopMs = 10;
constexpr double kFullScaleDb = 84.16;   // Mean square of 0 dBm0 in 16-bit samples.
constexpr float kQuietestDbm0 = -45.0F;  // Anything below is silence.
constexpr float kPauseDb = 12.0F;        // This much below the last tone is its pause.
constexpr float kNoiseSpreadDb = 2.5F;   // Of windows of steady noise above the quietest of them.
constexpr float kLoudestNoise = -27.0F;  // dBm0. What goes on above is no noise to allow for.
constexpr int kLongestEdgeMs = 60;       // A window that lies across an edge is unsure; longer than this it is something else.
constexpr float kSteadyHz = 3.0F;
constexpr float kSteadyDb = 1.5F;
constexpr float kSameHz = 8.0F;  // Bursts of one cadence are of one frequency …
constexpr float kSameDb = 3.0F;  // … and level.

constexpr int kDialMs = 500;
constexpr int kUnobtainableMs = 2000;
constexpr int kEdgeErrorMs = 15;  // Of a measured duration, besides the 10 % that the cadence may be off.
constexpr int kRingPauseMs = 1000;

bool near(int measuredMs, int wantedMs) noexcept { return std::abs(measuredMs - wantedMs) <= wantedMs / 10 + kEdgeErrorMs; }
int longerThan(int burstMs) noexcept { return burstMs + burstMs / 10 + 10 * kEdgeErrorMs; }
float dbm0Of(float meanSquare) noexcept { return 10.0F * std::log10(meanSquare + 1e-6F) - static_cast<float>(kFullScaleDb); }
double energyOf(float dbm0) noexcept { return std::pow(10.0, (dbm0 + kFullScaleDb) / 10) * SoundReader::kWindow; }

}  // namespace

void ToneDetector::reset() noexcept {
  window_ = {};
  filled_ = 0;
  toneDbm0_ = -99;
  noise_.reset();
  running_ = {};
  unsureMs_ = 0;
  closed_ = {};
  present_ = nullptr;
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
  const bool closedOne = follow(readWindow());
  const ToneSet::Pattern* const pattern = recognise(closedOne);
  if (pattern != nullptr && pattern->tone != present()) {
    present_ = pattern;
    return pattern->tone;
  }
  if (present_ != nullptr && hasCeased()) present_ = nullptr;
  return CallTone::none;
}

SoundReader::Reading ToneDetector::readWindow() noexcept {
  float energy = 0;
  for (const float sample : window_) energy += sample * sample;
  const float dbm0 = dbm0Of(energy / kWindow);
  noise_.add(dbm0);
  const SoundReader::Reading silence{};
  if (dbm0 < kQuietestDbm0 || dbm0 < toneDbm0_ - kPauseDb) return silence;
  const float floor = std::min(noise_.dbm0(), kLoudestNoise);
  const SoundReader::Reading reading = reader_.read(window_, energy, energyOf(floor));
  if (reading.sound == SoundReader::kOther) return dbm0 < floor + kNoiseSpreadDb ? silence : reading;
  toneDbm0_ = dbm0Of(reading.meanSquare);
  return reading;
}

// Cuts what is heard into stretches; true where one was closed. Windows across an edge are unsure; the edge is put into their middle.
bool ToneDetector::follow(const SoundReader::Reading& reading) noexcept {
  if (reading.sound == running_.sound) {
    running_.milliseconds += unsureMs_ + kHopMs;
    unsureMs_ = 0;
    extend(reading);
    return false;
  }
  if (reading.sound == SoundReader::kOther && unsureMs_ < kLongestEdgeMs) {
    unsureMs_ += kHopMs;
    return false;
  }
  running_.milliseconds += unsureMs_ / 2;
  std::copy(closed_.begin() + 1, closed_.end(), closed_.begin());
  closed_.back() = running_;
  begin(reading, unsureMs_ - unsureMs_ / 2 + kHopMs);
  unsureMs_ = 0;
  return true;
}

void ToneDetector::begin(const SoundReader::Reading& reading, int milliseconds) noexcept {
  const float dbm0 = dbm0Of(reading.meanSquare);
  running_ = {reading.sound, milliseconds, reading.hz, dbm0, dbm0, true};
  if (reading.sound == SoundReader::kOther) toneDbm0_ = -99;
}

void ToneDetector::extend(const SoundReader::Reading& reading) noexcept {
  const float dbm0 = dbm0Of(reading.meanSquare);
  running_.lowestDbm0 = std::min(running_.lowestDbm0, dbm0);
  running_.highestDbm0 = std::max(running_.highestDbm0, dbm0);
  if (running_.highestDbm0 - running_.lowestDbm0 > kSteadyDb || std::fabs(reading.hz - running_.hz) > kSteadyHz) running_.steady = false;
}

const ToneSet::Pattern* ToneDetector::recognise(bool closedOne) const noexcept {
  for (const ToneSet::Pattern& pattern : set_.patterns()) {
    if (pattern.isContinuous() ? goesOnFor(pattern) : beginsToRing(pattern) || (closedOne && matches(pattern))) return &pattern;
  }
  return nullptr;
}

bool ToneDetector::goesOnFor(const ToneSet::Pattern& pattern) const noexcept {
  if (running_.sound != pattern.steps[0].sound || !running_.steady) return false;
  const int leastMs = pattern.tone == CallTone::dial ? kDialMs : kUnobtainableMs;
  const int burstMs = longestOtherBurstMs(pattern);
  return running_.milliseconds >= (burstMs == 0 ? leastMs : std::max(leastMs, longerThan(burstMs)));
}

// The longest burst that the cadence of another tone has of a continuous tone's sound; 0 where none has it.
int ToneDetector::longestOtherBurstMs(const ToneSet::Pattern& continuous) const noexcept {
  int longest = 0;
  for (const ToneSet::Pattern& pattern : set_.patterns()) {
    if (pattern.isContinuous() || pattern.tone == continuous.tone) continue;
    for (std::size_t i = 0; i < pattern.count; ++i) {
      if (pattern.steps[i].sound == continuous.steps[0].sound) longest = std::max(longest, pattern.steps[i].milliseconds);
    }
  }
  return longest;
}

// A burst and a pause longer than other tones have; or of two bursts in a cycle the second one.
bool ToneDetector::beginsToRing(const ToneSet::Pattern& pattern) const noexcept {
  if (pattern.tone != CallTone::ringing) return false;
  if (pattern.count == 2) return running_.sound == ToneSet::kPause && running_.milliseconds >= kRingPauseMs && isStep(closed(0), pattern.steps[0]);
  return isStep(closed(1), pattern.steps[0]) && isStep(closed(0), pattern.steps[1]) && running_.sound == pattern.steps[2].sound && running_.steady &&
         running_.milliseconds > pattern.steps[2].milliseconds * 3 / 4;
}

bool ToneDetector::matches(const ToneSet::Pattern& pattern) const noexcept {
  if (!pattern.isCyclic) return matches(pattern, 0);
  for (std::size_t rotation = 0; rotation < pattern.count; ++rotation) {
    if (matches(pattern, rotation)) return true;
  }
  return false;
}

// Whether the newest closed segments are what the pattern asks for, begun at its step `rotation`.
bool ToneDetector::matches(const ToneSet::Pattern& pattern, std::size_t rotation) const noexcept {
  const std::size_t first = kSegments - pattern.needed;
  // Of a pause in front the burst before must be the tone's too, though its beginning may be lost: what else was silent is no part of a cadence.
  const ToneSet::Step& before = pattern.steps[(rotation + pattern.count - 1) % pattern.count];
  if (pattern.steps[rotation].sound == ToneSet::kPause && closed_[first - 1].sound != before.sound) return false;
  for (std::size_t i = 0; i < pattern.needed; ++i) {
    const Segment& segment = closed_[first + i];
    if (!isStep(segment, pattern.steps[(i + rotation) % pattern.count])) return false;
    if (segment.sound == ToneSet::kPause || i < pattern.count) continue;
    const Segment& last = closed_[first + i - pattern.count];
    if (std::fabs(segment.hz - last.hz) > kSameHz || std::fabs(segment.highestDbm0 - last.highestDbm0) > kSameDb) return false;
  }
  return true;
}

bool ToneDetector::isStep(const Segment& segment, const ToneSet::Step& step) const noexcept {
  return segment.sound == step.sound && near(segment.milliseconds, step.milliseconds) && (step.sound == ToneSet::kPause || segment.steady);
}

// A tone has ceased when its running stretch is one that its cadence does not have.
bool ToneDetector::hasCeased() const noexcept {
  if (present_->isContinuous()) return running_.sound != present_->steps[0].sound;
  int longest = 0;
  for (std::size_t i = 0; i < present_->count; ++i) {
    if (present_->steps[i].sound == running_.sound) longest = std::max(longest, present_->steps[i].milliseconds);
  }
  return running_.milliseconds > longerThan(longest) || longest == 0;
}

}  // namespace branchline
