// SPDX-License-Identifier: GPL-3.0-or-later
// How soon an answered call ends when the far end has cleared, and that nothing else ends it. Times count from the moment the exchange clears, on the
// virtual clock, with white noise of −30 dBm0 on the line.
#include <cstdlib>

#include "analogue_world.hpp"
#include "hard_audio.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr double kNoiseDbm0 = -30;
using Disconnect = SignallingFaults::Disconnect;

bool isFullDepth() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string(depth) == "full";
}

struct ClearingWorld : AnalogueWorld {
  /// The exchange's line 1, noisy, and how it tells that the far end has cleared.
  void line(Disconnect disconnect, CallTone tone = CallTone::none) {
    LineImpairments impairments;
    impairments.received.noiseDbm0 = kNoiseDbm0;
    impairments.signalling.disconnect = disconnect;
    impairments.signalling.disconnectTone = tone;
    REQUIRE(card.impair(1, impairments) == Status::ok);
  }
  Handle talk(std::vector<FarEndStep> afterAnswer) {
    afterAnswer.insert(afterAnswer.begin(), answer());
    card.setFarEnds({{"100", std::move(afterAnswer), folder.path()}});
    const Handle leg = dial(1, "100");
    await("legAnswered", leg);
    return leg;
  }
  /// Seconds from the far end's clearing to the leg's end.
  double secondsToEnd(Handle leg, int limitMs = 10000) {
    const Event cleared = await("farEndEnded", kNoHandle, 1, 60000);
    const Event ended = await("legEnded", leg, 1, limitMs);
    CHECK(number(ended, "q850") == 16);
    CHECK(text(ended, "by") == "peer");
    reason = text(ended, "detail");
    return static_cast<double>(ended.atNs - clearedNs(cleared)) / 1e9;
  }
  static std::int64_t clearedNs(const Event& cleared) { return cleared.atNs; }
  std::string reason;
};

}  // namespace

TEST_CASE("battery drop and polarity reversal end an answered call within 0.5 s") {
  for (const Disconnect disconnect : {Disconnect::batteryDrop, Disconnect::reversal}) {
    ClearingWorld world;
    world.line(disconnect);
    const Handle leg = world.talk({waitFor(3000), hangUp()});
    const double seconds = world.secondsToEnd(leg);
    MESSAGE(world.reason << " ends the call after " << seconds << " s");
    CHECK(seconds <= 0.5);
    CHECK(world.reason == (disconnect == Disconnect::batteryDrop ? "battery drop" : "polarity reversal"));
  }
}

TEST_CASE("busy tone ends an answered call within 2.0 s, number unobtainable within 2.5 s, congestion within 3.5 s") {
  struct Row {
    CallTone tone;
    double limit;
  };
  for (const Row& row : {Row{CallTone::busy, 2.0}, Row{CallTone::unobtainable, 2.5}, Row{CallTone::congestion, 3.5}}) {
    ClearingWorld world;
    world.line(Disconnect::tone, row.tone);
    const Handle leg = world.talk({waitFor(3000), hangUp()});
    const double seconds = world.secondsToEnd(leg);
    MESSAGE(world.reason << " ends the call after " << seconds << " s");
    CHECK(seconds <= row.limit);
    CHECK(world.reason == std::string(callToneName(row.tone)) + " tone");
  }
}

TEST_CASE("dial tone during a call ends it, for the exchange offers the next one") {
  ClearingWorld world;
  world.line(Disconnect::tone, CallTone::dial);
  const Handle leg = world.talk({waitFor(3000), hangUp()});
  const double seconds = world.secondsToEnd(leg);
  MESSAGE(world.reason << " ends the call after " << seconds << " s");
  CHECK(seconds <= 3.0);
  CHECK(world.reason == "dial tone");
}

TEST_CASE("minutes of speech and music that come near to tones never end a call") {
  const int minutes = isFullDepth() ? 30 : 4;
  constexpr unsigned kSeed = 400;
  ClearingWorld world;
  world.line(Disconnect::batteryDrop);
  writeWav(world.folder.file("hard.wav"), HardAudio(kSeed).make(minutes * 60));
  const Handle leg = world.talk({play(world.folder.file("hard.wav"))});
  world.step(minutes * 60 * 1000);
  MESSAGE(minutes << " minutes of speech and music, seed " << kSeed);
  for (const Event& ended : world.log.of("legEnded", leg))
    FAIL_CHECK("ended by " << text(ended, "detail") << " at " << static_cast<double>(ended.atNs) / 1e9);
}

TEST_CASE("silence and the longest time of a call end it where the line has such limits, and only there") {
  ClearingWorld world;
  world.line(Disconnect::silence);
  const Handle unlimited = world.talk({waitFor(3000), hangUp()});
  world.step(60000);
  CHECK(world.log.of("legEnded", unlimited).empty());
  world.stack->clear(unlimited, {});
  world.step(2000);

  CHECK(world.stack->configure(1, {.fxo = {.silenceLimitMs = 20000}}) == Status::ok);
  const Handle silent = world.talk({waitFor(3000), hangUp()});
  CHECK(text(world.await("legEnded", silent), "detail") == "silence");
  world.step(2000);

  CHECK(world.stack->configure(1, {.fxo = {.absoluteLimitMs = 30000}}) == Status::ok);
  const Handle longest = world.talk({speakTone(1004)});
  const std::int64_t answeredAt = world.log.of("legAnswered", longest).back().atNs;
  const Event ended = world.await("legEnded", longest, 1, 40000);
  CHECK(text(ended, "detail") == "the longest time that a call may last");
  CHECK(ended.atNs - answeredAt == doctest::Approx(30e9).epsilon(0.01));
}

TEST_CASE("what a line is told not to clear by does not clear it") {
  ClearingWorld world;
  CHECK(world.stack->configure(1, {.fxo = {.clearing = {.reversal = false, .tones = false}}}) == Status::ok);
  world.line(Disconnect::reversal, CallTone::busy);
  const Handle leg = world.talk({waitFor(1000), hangUp()});
  world.step(10000);
  CHECK(world.log.of("legEnded", leg).empty());
}
