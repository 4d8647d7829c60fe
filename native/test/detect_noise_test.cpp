// SPDX-License-Identifier: GPL-3.0-or-later
// The United Kingdom's tones under noise, come upon in any phase of their cadence.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "audio/detect/tone_detector.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using branchline::test::Signal;

namespace {

constexpr double kNoiseDbm0 = -30;
constexpr double kBeforeMs = 1000;

/// Milliseconds from the tone's beginning until it is told; −1: not at all, or something else.
double toldAfterMs(CallTone tone, double dbm0, int phaseMs, unsigned seed) {
  Signal signal(seed);
  signal.silence(kBeforeMs);
  int skip = phaseMs;
  double made = 0;
  while (made < 6000) {
    for (const ToneSegment& segment : defaultCountry().tone(tone)) {
      const bool isContinuous = defaultCountry().tone(tone).size() == 1;
      const int ms = isContinuous ? 6000 : std::max(0, segment.milliseconds - skip);
      skip = std::max(0, skip - segment.milliseconds);
      signal.steps(segment, dbm0, ms);
      made += ms;
    }
  }
  signal.addNoise(kNoiseDbm0);
  ToneDetector detector;
  double ms = -kBeforeMs;
  double told = -1;
  signal.feed([&](const Frame& frame) {
    ms += kFrameMilliseconds;
    const CallTone heard = detector.process(frame);
    if (heard != CallTone::none && told < 0) told = heard == tone ? ms : -2;
  });
  return told;
}

}  // namespace

TEST_CASE(
    "busy and congestion are told within two cycles and half a second of their beginning in any burst, through noise of −30 dBm0, at 10 dB above it "
    "and more") {
  struct Row {
    CallTone tone;
    int onsetsMs[4];  // In a burst: a pause in front is no part of the tone.
    double limitMs;
  };
  for (const Row& row : {Row{CallTone::busy, {0, 120, 240, 350}, 2000}, Row{CallTone::congestion, {0, 200, 380, 760}, 3500}}) {
    CAPTURE(std::string(callToneName(row.tone)));
    double worst = 0;
    for (const double dbm0 : {-10.0, -15.0, -20.0}) {
      CAPTURE(dbm0);
      for (const int onset : row.onsetsMs) {
        CAPTURE(onset);
        const double told = toldAfterMs(row.tone, dbm0, onset, 7);
        CHECK(told > 0);
        CHECK(told <= row.limitMs);
        worst = std::max(worst, told);
      }
    }
    MESSAGE(callToneName(row.tone) << ": " << worst << " ms at worst");
  }
}

TEST_CASE("number unobtainable is told within 2.5 s through noise of −30 dBm0") {
  for (const double dbm0 : {-10.0, -15.0, -20.0}) {
    CAPTURE(dbm0);
    const double told = toldAfterMs(CallTone::unobtainable, dbm0, 0, 8);
    CHECK(told > 0);
    CHECK(told <= 2500);
  }
}
