// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "audio/detect/tone_detector.hpp"
#include "country/country.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using branchline::test::Signal;

namespace {

constexpr CallTone kForCaller[] = {CallTone::dial, CallTone::ringing, CallTone::busy, CallTone::congestion, CallTone::unobtainable};

/// How far into a cadence a listener may come in.
std::vector<double> phases() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  if (depth != nullptr && std::string(depth) == "full") return {0, 0.1, 0.2, 0.35, 0.5, 0.6, 0.75, 0.85, 0.95};
  return {0, 0.6};
}

/// A tone as the country's exchange gives it, begun `startMs` into its cadence.
Signal toneOf(const CountryTone& tone, double milliseconds, double startMs = 0) {
  Signal signal;
  signal.silence(500);
  double skip = startMs;
  for (double made = 0; made < milliseconds;) {
    for (const ToneSegment& segment : tone.cadence.steps()) {
      const double ms = std::max(0.0, segment.milliseconds - skip);
      skip = std::max(0.0, skip - segment.milliseconds);
      if (tone.cadence.isContinuous())
        signal.steps(segment, segment.levelDbm0, milliseconds);
      else
        signal.steps(segment, segment.levelDbm0, ms);
      made += tone.cadence.isContinuous() ? milliseconds : ms;
    }
  }
  return signal;
}

/// What the country's detector tells, with spaces between.
std::string listen(const Country& country, const Signal& signal) {
  ToneDetector detector(country);
  std::string told;
  signal.feed([&](const Frame& frame) {
    const CallTone tone = detector.process(frame);
    if (tone != CallTone::none) told += (told.empty() ? "" : " ") + std::string(callToneName(tone));
  });
  return told;
}

int cycleMs(const CountryTone& tone) {
  int ms = 0;
  for (const ToneSegment& segment : tone.cadence.steps()) ms += segment.milliseconds;
  return ms;
}

}  // namespace

TEST_CASE("every country has dial, ringing and busy tone, ringing, recall times in order and an emergency number") {
  CHECK(countries().size() >= 20);
  std::set<std::string_view> codes;
  for (const Country& country : countries()) {
    CAPTURE(std::string(country.name));
    CHECK(codes.insert(country.code).second);
    CHECK(findCountry(country.code) == &country);
    for (const CallTone kind : {CallTone::dial, CallTone::specialDial, CallTone::ringing, CallTone::busy, CallTone::congestion,
                                CallTone::unobtainable, CallTone::callWaiting, CallTone::howler}) {
      CAPTURE(std::string(callToneName(kind)));
      CHECK_FALSE(country.tone(kind).empty());
    }
    CHECK(country.tone(CallTone::none).empty());
    CHECK(country.ringing().size() >= 2);
    CHECK(country.ringing().size() % 2 == 0);
    CHECK(country.flash.shortestMs < country.flash.sendMs);
    CHECK(country.flash.sendMs < country.flash.longestMs);
    CHECK_FALSE(country.electrics.impedance.empty());
    CHECK_FALSE(country.electrics.opermode.empty());
    // Within what every channel I/O takes.
    for (const double gainDb : {country.electrics.receiveGainDb, country.electrics.transmitGainDb}) {
      CHECK(gainDb >= -24);
      CHECK(gainDb <= 12);
    }
    CHECK_FALSE(country.completeNumbers[0].empty());
  }
}

TEST_CASE("countries are found by their two letters, and those without a row are not") {
  CHECK(findCountry("de") == findCountry("DE"));
  CHECK(findCountry("GB") == &defaultCountry());
  CHECK(findCountry("XX") == nullptr);
  CHECK(findCountry("") == nullptr);
  CHECK(findCountry("GBR") == nullptr);
}

TEST_CASE("ringing voltage follows the country's cadence") {
  const Country& gb = defaultCountry();
  CHECK(gb.ringingOn(0));
  CHECK(gb.ringingOn(399));
  CHECK_FALSE(gb.ringingOn(400));
  CHECK(gb.ringingOn(600));
  CHECK_FALSE(gb.ringingOn(1000));
  CHECK_FALSE(gb.ringingOn(2999));
  CHECK(gb.ringingOn(3000));
}

TEST_CASE("each country's tones are told as what they are, once, from every phase of their cadence") {
  for (const Country& country : countries()) {
    CAPTURE(std::string(country.name));
    for (const CountryTone& tone : country.tones) {
      const auto wanted = std::find(std::begin(kForCaller), std::end(kForCaller), tone.kind);
      if (wanted == std::end(kForCaller)) continue;
      CAPTURE(std::string(callToneName(tone.kind)));
      const int cycle = cycleMs(tone);
      const double length = std::max(3.5 * cycle, 3500.0);
      for (const double phase : phases()) {
        CAPTURE(phase);
        CHECK(listen(country, toneOf(tone, length, phase * cycle)) == callToneName(tone.kind));
      }
    }
  }
}

TEST_CASE("each country's special dial tone is taken for dial tone, and its call waiting tone says nothing") {
  for (const Country& country : countries()) {
    CAPTURE(std::string(country.name));
    for (const CountryTone& tone : country.tones) {
      CAPTURE(std::string(callToneName(tone.kind)));
      if (tone.kind == CallTone::specialDial) CHECK(listen(country, toneOf(tone, 6000)).starts_with("dial"));
      if (tone.kind == CallTone::callWaiting) CHECK(listen(country, toneOf(tone, 6000)).empty());
    }
  }
}
