// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "audio/detect/tone_detector.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using branchline::test::Signal;

namespace {

struct Told {
  std::string tone;
  double atMs;
};

std::vector<Told> listen(const Signal& signal) {
  ToneDetector detector;
  std::vector<Told> told;
  double ms = 0;
  signal.feed([&](const Frame& frame) {
    ms += kFrameMilliseconds;
    const CallTone tone = detector.process(frame);
    if (tone != CallTone::none) told.push_back({callToneName(tone), ms});
  });
  return told;
}

/// How a line may deform a tone, within BT SIN 350.
struct Line {
  double level = -10;
  double frequency = 1;
  double cadence = 1;
};

const std::vector<Line> kLines = {{-10, 1, 1},   {0, 1, 1},     {-27, 1, 1},       {-33, 1, 1},       {-10, 0.95, 1},   {-10, 1.05, 1},
                                  {-10, 1, 0.9}, {-10, 1, 1.1}, {-20, 0.97, 0.95}, {-20, 1.03, 1.05}, {-20, 0.985, 1.1}};

Signal busy(const Line& line, int cycles) {
  Signal signal;
  signal.silence(111);
  for (int i = 0; i < cycles; ++i) signal.tone({400 * line.frequency}, line.level, 375 * line.cadence).silence(375 * line.cadence);
  return signal;
}

Signal congestion(const Line& line, int cycles) {
  Signal signal;
  signal.silence(111);
  for (int i = 0; i < cycles; ++i) {
    signal.tone({400 * line.frequency}, line.level, 400 * line.cadence).silence(350 * line.cadence);
    signal.tone({400 * line.frequency}, line.level, 225 * line.cadence).silence(525 * line.cadence);
  }
  return signal;
}

Signal ringing(const Line& line, int cycles) {
  Signal signal;
  signal.silence(111);
  for (int i = 0; i < cycles; ++i) {
    for (double off : {200.0, 2000.0}) {
      signal.tone({400 * line.frequency, 450 * line.frequency}, line.level, 400 * line.cadence).silence(off * line.cadence);
    }
  }
  return signal;
}

void checkOnce(const Signal& signal, const std::string& tone, double from, double to) {
  const std::vector<Told> told = listen(signal);
  REQUIRE(told.size() == 1);
  CHECK(told[0].tone == tone);
  CHECK(told[0].atMs >= from);
  CHECK(told[0].atMs <= to);
}

}  // namespace

TEST_CASE("the tone detector tells busy once, after two whole cycles") {
  for (const Line& line : kLines) {
    CAPTURE(line.level);
    CAPTURE(line.frequency);
    CAPTURE(line.cadence);
    checkOnce(busy(line, 8), "busy", 111 + 1500 * line.cadence, 111 + 1500 * line.cadence + 100);
    CHECK(listen(busy(line, 2)).empty());
  }
}

TEST_CASE("the tone detector tells congestion once, after two whole cycles, and never takes it for busy") {
  for (const Line& line : kLines) {
    CAPTURE(line.level);
    CAPTURE(line.frequency);
    CAPTURE(line.cadence);
    checkOnce(congestion(line, 5), "congestion", 111 + 3000 * line.cadence, 111 + 3000 * line.cadence + 100);
    CHECK(listen(congestion(line, 2)).empty());
  }
}

TEST_CASE("the tone detector tells number unobtainable after 2 s of the tone") {
  for (const Line& line : kLines) {
    CAPTURE(line.level);
    CAPTURE(line.frequency);
    checkOnce(Signal().silence(111).tone({400 * line.frequency}, line.level, 5000), "unobtainable", 2111, 2211);
    CHECK(listen(Signal().silence(111).tone({400 * line.frequency}, line.level, 1900).silence(500)).empty());
  }
}

TEST_CASE("the tone detector tells dial tone after 500 ms of it") {
  for (const Line& line : kLines) {
    CAPTURE(line.level);
    CAPTURE(line.frequency);
    checkOnce(Signal().silence(200).tone({350 * line.frequency, 440 * line.frequency}, line.level, 3000), "dial", 700, 800);
  }
}

TEST_CASE("the tone detector tells ringing tone in its second burst, once for as long as it goes on") {
  for (const Line& line : kLines) {
    CAPTURE(line.level);
    CAPTURE(line.frequency);
    CAPTURE(line.cadence);
    checkOnce(ringing(line, 5), "ringing", 111 + 850 * line.cadence, 111 + 1000 * line.cadence + 40);
  }
}

TEST_CASE("the tone detector tells one tone after the other") {
  Signal signal = ringing({}, 2);
  signal.silence(1000);
  for (int i = 0; i < 4; ++i) signal.tone({400}, -10, 375).silence(375);
  signal.silence(1000).tone({350, 440}, -13, 1000).tone({400}, -10, 3000);
  const std::vector<Told> told = listen(signal);
  REQUIRE(told.size() == 4);
  CHECK(told[0].tone == "ringing");
  CHECK(told[1].tone == "busy");
  CHECK(told[2].tone == "dial");
  CHECK(told[3].tone == "unobtainable");
}

TEST_CASE("the tone detector tells a tone again after it had ceased") {
  Signal signal = busy({}, 4);
  signal.silence(3000);
  for (int i = 0; i < 4; ++i) signal.tone({400}, -10, 375).silence(375);
  CHECK(listen(signal).size() == 2);
}

TEST_CASE("the tone detector hears the tones through white noise 20 dB below them") {
  CHECK(listen(busy({}, 5).addNoise(-30)).size() == 1);
  CHECK(listen(congestion({}, 4).addNoise(-30)).size() == 1);
  CHECK(listen(ringing({}, 3).addNoise(-30)).size() == 1);
}

TEST_CASE("tones of other kinds are none of the United Kingdom's") {
  CHECK(listen(Signal().tone({425}, -10, 5000)).empty());
  CHECK(listen(Signal().tone({440}, -10, 5000)).empty());
  CHECK(listen(Signal().tone({1004}, -10, 5000)).empty());
  Signal other;
  for (int i = 0; i < 6; ++i) other.tone({480, 620}, -13, 500).silence(500);  // North American busy.
  for (int i = 0; i < 6; ++i) other.tone({425}, -13, 500).silence(500);       // European busy.
  for (int i = 0; i < 10; ++i) other.tone({400}, -13, 250).silence(250);      // Too fast.
  for (int i = 0; i < 6; ++i) other.tone({400}, -13, 750).silence(750);
  CHECK(listen(other).empty());
}

TEST_CASE("ten minutes of speech and music are no tone for the tone detector") {
  CHECK(listen(Signal(21).speech(330)).empty());
  CHECK(listen(Signal(22).music(330)).empty());
  CHECK(listen(Signal(23).silence(30000).addNoise(-20)).empty());
}
