// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/conference/talker.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace branchline {

namespace {

// Mean squares of 16-bit samples; 0 dBm0 is 10^8.416 (audio/level.hpp).
constexpr float kFaintest = 825.0F;             // −55 dBm0: below it nobody would hear anything.
constexpr float kAboveBackground = 4.0F;        // 6 dB.
constexpr float kSpeechAboveBackground = 8.0F;  // 9 dB.
constexpr float kTarget = 2'606'000.0F;         // −20 dBm0, the level of speech on a good line (ITU-T P.56, active level).
constexpr float kSmoothing = 0.2F;
constexpr float kSpeechSmoothing = 0.02F;  // A frame's part: a second of talk.
constexpr int kStretchFrames = 75;         // 1.5 s: speech pauses within it.
constexpr int kHangoverFrames = 15;        // 300 ms, so that word ends and short pauses are not cut.
constexpr int kTalkingFrames = 5;          // 100 ms.
constexpr int kSilentFrames = 25;          // 500 ms.
constexpr float kLeastGain = 0.5F;         // −6 dB
constexpr float kMostGain = 4.0F;          // 12 dB
constexpr float kUpAFrame = 1.0093F;       // 4 dB a second
constexpr float kDownAFrame = 0.955F;      // 20 dB a second
constexpr int kPeakAtMost = 29'000;        // A frame's peak after gain: headroom of 1 dB.

float meanSquareOf(const Frame& frame) noexcept {
  std::int64_t sum = 0;
  for (int i = 0; i < kFrameSamples; i++) sum += frame.samples[static_cast<std::size_t>(i)] * frame.samples[static_cast<std::size_t>(i)];
  return static_cast<float>(sum) / kFrameSamples;
}

int peakOf(const Frame& frame) noexcept {
  int peak = 0;
  for (int i = 0; i < kFrameSamples; i++) peak = std::max(peak, std::abs(static_cast<int>(frame.samples[static_cast<std::size_t>(i)])));
  return peak;
}

}  // namespace

Talker::Verdict Talker::hear(const Frame& frame) noexcept {
  const float meanSquare = meanSquareOf(frame);
  followBackground(meanSquare);
  const bool sounds = meanSquare > std::max(kFaintest, kAboveBackground * background_);
  loud_ = sounds ? loud_ + 1 : 0;
  quiet_ = sounds ? 0 : quiet_ + 1;
  audible_ = sounds || (audible_ && quiet_ <= kHangoverFrames);

  const bool talked = talking_;
  talking_ = loud_ >= kTalkingFrames || (talking_ && quiet_ <= kSilentFrames);
  if (talking_ && meanSquare > kSpeechAboveBackground * background_) followSpeech(meanSquare);

  const float before = gain_;
  gain_ = nextGain(frame);
  return {audible_, talked != talking_, before, gain_};
}

// The background is the quietest that was heard within the last two stretches: speech always pauses, noise and hum do not.
void Talker::followBackground(float meanSquare) noexcept {
  if (!begun_) {
    // Nothing is known yet: a party that begins to talk at once must be heard, so the background begins at silence.
    begun_ = true;
    smoothed_ = quietestLately_ = meanSquare;
    quietestBefore_ = 0;
  }
  smoothed_ += kSmoothing * (meanSquare - smoothed_);
  quietestLately_ = std::min(quietestLately_, smoothed_);
  if (++framesInStretch_ == kStretchFrames) {
    framesInStretch_ = 0;
    quietestBefore_ = quietestLately_;
    quietestLately_ = smoothed_;
  }
  background_ = std::min(quietestBefore_, quietestLately_);
}

void Talker::followSpeech(float meanSquare) noexcept { speech_ = speech_ == 0 ? meanSquare : speech_ + kSpeechSmoothing * (meanSquare - speech_); }

// Slowly up and less slowly down, only while it talks; a frame that would be cut off at the top is turned down at once.
float Talker::nextGain(const Frame& frame) const noexcept {
  float gain = gain_;
  if (talking_ && speech_ > 0) {
    const float wanted = std::clamp(std::sqrt(kTarget / speech_), kLeastGain, kMostGain);
    gain = wanted > gain ? std::min(wanted, gain * kUpAFrame) : std::max(wanted, gain * kDownAFrame);
  }
  const int peak = peakOf(frame);
  return peak == 0 ? gain : std::min(gain, std::max(kLeastGain, static_cast<float>(kPeakAtMost) / static_cast<float>(peak)));
}

}  // namespace branchline
