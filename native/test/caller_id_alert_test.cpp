// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include "audio/caller_id/alert_tone.hpp"
#include "caller_id_support.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

int alertsIn(const Signal& signal) {
  AlertToneDetector detector;
  int alerts = 0;
  signal.feed([&](const Frame& frame) { alerts += detector.process(frame) ? 1 : 0; });
  return alerts;
}

/// Both tones side by side for `ms`, amid silence.
std::vector<std::int16_t> alert(double ms, double lowDbm0, double highDbm0, double offset = 0, double noiseDbm0 = -80) {
  Oscillator low(kAlertLowHz * (1 + offset), lowDbm0);
  Oscillator high(kAlertHighHz * (1 + offset), highDbm0);
  BandNoise noise(31, noiseDbm0);
  std::vector<std::int16_t> samples;
  const auto add = [&](double forMs, bool tones) {
    for (int i = 0; i < static_cast<int>(forMs * 8); ++i)
      samples.push_back(static_cast<std::int16_t>(std::clamp(noise.next() + (tones ? low.next() + high.next() : 0), -32768.0, 32767.0)));
  };
  add(333, false);
  add(ms, true);
  add(300, false);
  return samples;
}

int alertsIn(const std::vector<std::int16_t>& samples) {
  AlertToneDetector detector;
  int alerts = 0;
  for (std::size_t at = 0; at + kFrameSamples <= samples.size(); at += kFrameSamples) {
    Frame frame;
    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at), kFrameSamples, frame.samples.begin());
    alerts += detector.process(frame) ? 1 : 0;
  }
  return alerts;
}

}  // namespace

TEST_CASE("the alert tone is heard from 75 to 110 ms, from −40 to −2 dBm0, 1.1 % off and 6 dB apart") {
  for (double ms : {75.0, 80.0, 88.0, 100.0, 110.0}) CHECK(alertsIn(alert(ms, -20, -20)) == 1);
  for (double dbm0 : {-2.0, -20.0, -40.0}) CHECK(alertsIn(alert(100, dbm0, dbm0)) == 1);
  for (double offset : {-0.011, 0.011}) CHECK(alertsIn(alert(100, -20, -20, offset)) == 1);
  CHECK(alertsIn(alert(100, -20, -26)) == 1);
  CHECK(alertsIn(alert(100, -26, -20)) == 1);
  CHECK(alertsIn(alert(100, -25, -25, 0, -32)) == 1);
}

TEST_CASE("one tone alone, a short pair, a long pair and a pair that is 3 % off are no alert") {
  CHECK(alertsIn(alert(100, -20, -50)) == 0);
  CHECK(alertsIn(alert(40, -20, -20)) == 0);
  CHECK(alertsIn(alert(200, -20, -20)) == 0);
  CHECK(alertsIn(alert(100, -20, -20, 0.03)) == 0);
}

TEST_CASE("speech, music and noise are no alert") {
  CHECK(alertsIn(Signal(41).speech(120)) == 0);
  CHECK(alertsIn(Signal(42).music(120)) == 0);
  CHECK(alertsIn(Signal(43).silence(60000).addNoise(-20)) == 0);
}

TEST_CASE("the sender's alert is heard, once, and not the data after it") {
  CallerIdMessage display;
  display.number = {"1234"};
  CHECK(alertsIn(onLine(encoded(display), kSin227Format, {})) == 1);
}
