// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <string>

#include "audio/detect/answer_detector.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

struct Outcome {
  int decisions = 0;
  std::string by;
  std::string reason;
  int decidedMs = 0;
  int beeps = 0;
  int lastBeepMs = 0;
};

Outcome outcomeOf(const Signal& signal) {
  AnswerDetector detector;
  Outcome outcome;
  int atMs = 0;
  signal.feed([&](const Frame& frame) {
    const AnswerDetector::Heard heard = detector.process(frame);
    atMs += 20;
    if (heard.beep) {
      ++outcome.beeps;
      outcome.lastBeepMs = atMs;
    }
    if (!heard.decided) return;
    ++outcome.decisions;
    outcome.by = answeredByName(heard.by);
    outcome.reason = answerReasonName(heard.reason);
    outcome.decidedMs = heard.decidedMs;
  });
  return outcome;
}

// Two tones are as far from a beep as speech is, and are of a known length.
Signal& say(Signal& signal, double ms, double dbm0 = -20) { return signal.tone({310, 1230, 2170}, dbm0, ms); }

}  // namespace

TEST_CASE("a short greeting and a pause are a human, whom we answer 700 ms after the last word") {
  for (const double greetingMs : {200.0, 600.0, 1200.0, 1650.0}) {
    CAPTURE(greetingMs);
    Signal signal;
    say(signal.silence(500), greetingMs).silence(5000).addNoise(-60);
    const Outcome outcome = outcomeOf(signal);
    CHECK(outcome.decisions == 1);
    CHECK(outcome.by == "human");
    CHECK(outcome.reason == "shortGreeting");
    CHECK(outcome.decidedMs >= 500 + greetingMs + 690);
    CHECK(outcome.decidedMs <= 500 + greetingMs + 730);
  }
}

TEST_CASE("words with short pauses between them are one greeting") {
  Signal signal;
  say(say(signal.silence(300), 400).silence(400), 400).silence(3000).addNoise(-60);
  const Outcome outcome = outcomeOf(signal);
  CHECK(outcome.by == "human");
  CHECK(outcome.decidedMs >= 1500 + 690);
}

TEST_CASE("a long breath is a machine before it has ended, and so is a long greeting with pauses") {
  Signal breath;
  say(breath.silence(400), 6000);
  CHECK(outcomeOf(breath).by == "machine");
  CHECK(outcomeOf(breath).reason == "longUtterance");
  CHECK(outcomeOf(breath).decidedMs <= 400 + 1750);

  Signal greeting;
  greeting.silence(400);
  for (int i = 0; i < 6; ++i) say(greeting, 600).silence(250);
  greeting.addNoise(-60);
  CHECK(outcomeOf(greeting).by == "machine");
  CHECK(outcomeOf(greeting).reason == "longGreeting");
  CHECK(outcomeOf(greeting).decidedMs <= 400 + 1950);
}

TEST_CASE("nothing, noise and clicks alone are unsure at four seconds") {
  for (const double noiseDbm0 : {-90.0, -60.0, -45.0, -35.0}) {
    CAPTURE(noiseDbm0);
    Signal signal;
    signal.silence(6000).addNoise(noiseDbm0);
    const Outcome outcome = outcomeOf(signal);
    CHECK(outcome.by == "unsure");
    CHECK(outcome.reason == "silence");
    CHECK(outcome.decidedMs == 4000);
  }
  Signal clicks;
  for (int i = 0; i < 5; ++i) say(clicks, 30).silence(1000);
  CHECK(outcomeOf(clicks).reason == "silence");
}

TEST_CASE("speech that begins too late to be judged is unsure") {
  Signal signal;
  say(signal.silence(3000), 500).silence(3000);
  CHECK(outcomeOf(signal).by == "unsure");
  CHECK(outcomeOf(signal).reason == "timeOver");
}

TEST_CASE("a person is heard over noise 15 dB below") {
  Signal signal;
  say(signal.silence(500), 800).silence(3000).addNoise(-35);
  CHECK(outcomeOf(signal).by == "human");
}

TEST_CASE("every decision comes once, within four seconds") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Signal signal(seed);
    signal.silence(seed * 50).speech(8);
    const Outcome outcome = outcomeOf(signal);
    CHECK(outcome.decisions == 1);
    CHECK(outcome.decidedMs <= 4000);
  }
}

TEST_CASE("a beep of a mailbox is told when it has ended, at any of its frequencies, lengths and levels") {
  for (const double hz : {400.0, 425.0, 800.0, 1000.0, 1400.0, 1800.0}) {
    for (const double ms : {200.0, 500.0, 2000.0}) {
      for (const double dbm0 : {-6.0, -20.0, -32.0}) {
        CAPTURE(hz);
        CAPTURE(ms);
        CAPTURE(dbm0);
        Signal signal;
        say(signal, 3000).silence(500).tone({hz}, dbm0, ms).silence(1000).addNoise(dbm0 - 20);
        const Outcome outcome = outcomeOf(signal);
        CHECK(outcome.beeps == 1);
        CHECK(outcome.lastBeepMs <= 3500 + ms + 80);
      }
    }
  }
}

TEST_CASE("a beep within the first four seconds is a machine") {
  Signal signal;
  say(signal.silence(300), 900).silence(300).tone({1000}, -15, 300).silence(1000);
  CHECK(outcomeOf(signal).by == "machine");
  CHECK(outcomeOf(signal).reason == "beep");
}

TEST_CASE("an hour of speech and music has no beep") {
  int beeps = 0;
  for (unsigned seed = 1; seed <= 30; ++seed) {
    beeps += outcomeOf(Signal(seed).speech(60)).beeps;
    beeps += outcomeOf(Signal(seed).music(60)).beeps;
  }
  CHECK(beeps == 0);
}

TEST_CASE("keys and ringing are no beep") {
  Signal signal;
  for (const char digit : std::string("0123456789*#")) signal.silence(300).key(digit, 200);
  for (int i = 0; i < 3; ++i) signal.silence(400).tone({400, 450}, -18, 400);
  signal.silence(500);
  CHECK(outcomeOf(signal).beeps == 0);
}

TEST_CASE("after a reset it decides anew") {
  AnswerDetector detector;
  int decisions = 0;
  for (int call = 0; call < 2; ++call) {
    detector.reset();
    Signal signal;
    signal.silence(5000).feed([&](const Frame& frame) { decisions += detector.process(frame).decided ? 1 : 0; });
  }
  CHECK(decisions == 2);
}
