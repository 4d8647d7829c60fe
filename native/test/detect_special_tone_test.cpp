// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "audio/detect/special_tone_detector.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

std::vector<std::string> heardIn(const Signal& signal) {
  SpecialToneDetector detector;
  std::vector<std::string> all;
  signal.feed([&](const Frame& frame) {
    const SpecialToneDetector::Heard heard = detector.process(frame);
    if (heard.tone != SpecialTone::none) all.push_back(std::string(specialToneName(heard.tone)) + (heard.phaseReversals ? " reversed" : ""));
  });
  return all;
}

Signal information(double offHz, double dbm0, double ms = 330, double gapMs = 0) {
  Signal signal;
  signal.silence(300);
  for (const double hz : {950.0, 1400.0, 1800.0}) signal.tone({hz + offHz}, dbm0, ms).silence(gapMs);
  signal.silence(500);
  return signal;
}

// 2100 Hz, turned by half a cycle every 450 ms, or swinging at 15 Hz by a fifth.
std::vector<std::string> heardOfAnswer(double hz, bool reversals, bool swings) {
  SpecialToneDetector detector;
  std::vector<std::string> all;
  for (int frameAt = 0; frameAt < 3 * 8000 + 4000; frameAt += static_cast<int>(kFrameSamples)) {
    Frame frame;
    for (std::size_t i = 0; i < kFrameSamples; ++i) {
      const int at = frameAt + static_cast<int>(i) - 2000;
      if (at < 0 || at >= 3 * 8000) continue;
      const double time = at / 8000.0;
      const double sign = reversals && static_cast<int>(time / 0.45) % 2 == 1 ? -1 : 1;
      const double swing = swings ? 1 + 0.2 * std::sin(2 * std::numbers::pi * 15 * time) : 1;
      frame.samples[i] = static_cast<std::int16_t>(peakOf(-12) * sign * swing * std::sin(2 * std::numbers::pi * hz * time));
    }
    const SpecialToneDetector::Heard heard = detector.process(frame);
    if (heard.tone != SpecialTone::none) all.push_back(std::string(specialToneName(heard.tone)) + (heard.phaseReversals ? " reversed" : ""));
  }
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("three rising tones are special information, 50 Hz off, faint, short, with gaps and in noise") {
  for (const double offHz : {-45.0, 0.0, 45.0}) {
    for (const double dbm0 : {-3.0, -20.0, -38.0}) {
      CAPTURE(offHz);
      CAPTURE(dbm0);
      CHECK(heardIn(information(offHz, dbm0)) == Names{"information"});
      CHECK(heardIn(information(offHz, dbm0, 274)) == Names{"information"});
      CHECK(heardIn(information(offHz, dbm0, 380, 25)) == Names{"information"});
      CHECK(heardIn(information(offHz, dbm0).addNoise(dbm0 - 18)) == Names{"information"});
    }
  }
}

TEST_CASE("tones that fall, are two only, or lie far apart are no special information") {
  CHECK(heardIn(Signal().silence(300).tone({1800}, -15, 330).tone({1400}, -15, 330).tone({950}, -15, 330).silence(500)).empty());
  CHECK(heardIn(Signal().silence(300).tone({950}, -15, 330).tone({1400}, -15, 330).silence(500)).empty());
  CHECK(heardIn(information(0, -15, 330, 300)).empty());
  CHECK(heardIn(information(0, -15, 900)).empty());
}

TEST_CASE("1100 Hz for half a second is a fax that calls, each time") {
  for (const double hz : {1065.0, 1100.0, 1135.0}) {
    for (const double dbm0 : {-6.0, -38.0}) {
      for (const double ms : {430.0, 500.0, 570.0}) {
        CAPTURE(hz);
        CAPTURE(dbm0);
        CAPTURE(ms);
        CHECK(heardIn(Signal().silence(500).tone({hz}, dbm0, ms).silence(3000).tone({hz}, dbm0, ms).silence(500).addNoise(dbm0 - 18)) ==
              Names{"faxCalling", "faxCalling"});
      }
    }
  }
  CHECK(heardIn(Signal().silence(500).tone({1100}, -10, 300).silence(500)).empty());
  CHECK(heardIn(Signal().silence(500).tone({1100}, -10, 900).silence(500)).empty());
  CHECK(heardIn(Signal().silence(500).tone({1000}, -10, 500).silence(500)).empty());
}

TEST_CASE("2100 Hz is an answer tone, with its phase reversals told") {
  for (const double hz : {2085.0, 2100.0, 2115.0}) {
    CAPTURE(hz);
    CHECK(heardOfAnswer(hz, false, false) == Names{"answer"});
    CHECK(heardOfAnswer(hz, true, false) == Names{"answer reversed"});
  }
  CHECK(heardIn(Signal().silence(500).tone({2100}, -30, 3000).silence(500).addNoise(-47)) == Names{"answer"});
  CHECK(heardIn(Signal().silence(500).tone({2100}, -10, 700).silence(500)).empty());
  CHECK(heardIn(Signal().silence(500).tone({2050}, -10, 3000).silence(500)).empty());
}

TEST_CASE("a swinging 2100 Hz and 2225 Hz are a modem's answer") {
  CHECK(heardOfAnswer(2100, false, true) == Names{"modemAnswer"});
  CHECK(heardOfAnswer(2100, true, true) == Names{"modemAnswer reversed"});
  CHECK(heardOfAnswer(2225, false, false) == Names{"modemAnswer"});
}

TEST_CASE("an hour of speech and music has no special tone") {
  for (unsigned seed = 101; seed <= 130; ++seed) {
    CAPTURE(seed);
    CHECK(heardIn(Signal(seed).speech(60)).empty());
    CHECK(heardIn(Signal(seed).music(60)).empty());
  }
}
