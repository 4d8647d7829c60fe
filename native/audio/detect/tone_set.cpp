// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/tone_set.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace branchline {
namespace {

constexpr int kLeastMs = 1400;  // Two cycles of a slow cadence say enough, two of a fast one are too easily met in speech: about so much is wanted.

constexpr double kClosest = 0.105;  // Two single frequencies nearer than this are one to a detector.

bool isForCaller(CallTone tone) noexcept {
  return tone != CallTone::none && tone != CallTone::specialDial && tone != CallTone::callWaiting && tone != CallTone::howler;
}

std::size_t cyclesOf(const ToneSet::Pattern& pattern) noexcept {
  const int cycleMs =
      std::accumulate(pattern.steps.begin(), pattern.steps.end(), 0, [](int sum, const ToneSet::Step& step) { return sum + step.milliseconds; });
  switch (pattern.tone) {
    case CallTone::busy:
    case CallTone::congestion:
    case CallTone::unobtainable: return static_cast<std::size_t>(std::max(2, (kLeastMs + cycleMs - 1) / cycleMs));
    case CallTone::none:
    case CallTone::dial:
    case CallTone::specialDial:
    case CallTone::ringing:
    case CallTone::callWaiting:
    case CallTone::howler: break;
  }
  return 1;
}

}  // namespace

ToneSet::ToneSet(const Country& country) noexcept {
  for (const CountryTone& tone : country.tones) {
    if (isForCaller(tone.kind)) add(tone);
  }
  for (const CountryTone& tone : country.tones) {
    if (tone.kind == CallTone::specialDial && !isConfusable(tone)) add(tone);
  }
}

void ToneSet::add(const CountryTone& tone) noexcept {
  Pattern& pattern = patterns_[patternCount_++];
  pattern.tone = tone.kind == CallTone::specialDial ? CallTone::dial : tone.kind;
  for (const ToneSegment& segment : tone.cadence.steps()) {
    pattern.steps[pattern.count++] = {soundOf(segment), segment.milliseconds};
  }
  // The special information tone (ITU-T E.180 §8): three sounds in a row are met nowhere else.
  pattern.isCyclic =
      pattern.count < 3 || std::any_of(pattern.steps.begin(), pattern.steps.begin() + 3, [](const Step& step) { return step.sound == kPause; });
  pattern.needed = pattern.isCyclic ? pattern.count * cyclesOf(pattern) : 3;
}

// The United Kingdom's special dial tone has 440 Hz alone, which can't be told from its 400 Hz where both may be off by 5 %. Its other half is dial
// tone.
bool ToneSet::isConfusable(const CountryTone& tone) const noexcept {
  const auto isClose = [&](const ToneSegment& segment) {
    return segment.frequencies[1] == 0 && std::ranges::any_of(sounds(), [&](const Sound& sound) {
             const double distance = std::fabs(sound.hz[0] - segment.frequencies[0]);
             return sound.tones == 1 && distance > 0 && distance < kClosest * sound.hz[0];
           });
  };
  return std::ranges::any_of(tone.cadence.steps(), isClose);
}

int ToneSet::soundOf(const ToneSegment& segment) noexcept {
  Sound wanted;
  for (const double hz : segment.frequencies) {
    if (hz > 0 && wanted.tones < wanted.hz.size()) wanted.hz[wanted.tones++] = hz;
  }
  if (wanted.tones == 0) return kPause;
  const auto end = sounds_.begin() + static_cast<std::ptrdiff_t>(soundCount_);
  const auto found = std::find_if(sounds_.begin(), end, [&](const Sound& sound) { return sound.hz == wanted.hz; });
  if (found == end) sounds_[soundCount_++] = wanted;
  return static_cast<int>(found - sounds_.begin());
}

}  // namespace branchline
