// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <stdexcept>

#include "channel_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

/// A call to a far end that listens, or speaks, over a line with these impairments.
struct Impaired : CardWorld {
  explicit Impaired(const LineImpairments& impairments, std::vector<FarEndStep> script = {answer()}, std::uint64_t seed = 1) : CardWorld(seed) {
    card.setFarEnds({{"1", std::move(script), folder.path()}});
    call(1, "1");
    CHECK(card.impair(1, impairments) == Status::ok);
    step(20);
    forget();
  }
  std::vector<std::int16_t> heardByFarEnd() {
    card.setHook(1, Hook::onHook);
    step(100);
    return readWavFile(text(log.of("farEndEnded").at(0), "heardFile"));
  }
};

double dbm0Of(const std::vector<std::int16_t>& samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
  return dbm0OfMeanSquare(sum / static_cast<double>(samples.size()));
}

LineImpairments received(const AudioImpairments& audio) { return {.received = audio}; }
LineImpairments signalling(const SignallingFaults& faults) { return {.signalling = faults}; }

}  // namespace

TEST_CASE("noise has the level that was asked for, and is the same from the same seed") {
  std::vector<std::vector<std::int16_t>> runs;
  for (const std::uint64_t seed : {1U, 1U, 2U}) {
    Impaired world(received({.noiseDbm0 = -30}), {answer()}, seed);
    world.step(2000);
    CHECK(world.levelOf(1) == doctest::Approx(-30).epsilon(0.01));
    runs.push_back(world.heard[1]);
  }
  CHECK(runs[0] == runs[1]);
  CHECK(runs[0] != runs[2]);
}

TEST_CASE("hum and gain have the level that was asked for") {
  Impaired hum(received({.humDbm0 = -40}));
  hum.step(2000);
  CHECK(hum.levelOf(1) == doctest::Approx(-39.6).epsilon(0.01));  // With its third harmonic.
  Impaired quiet(received({.gainDb = -20}), {answer(), speakTone(1004)});
  quiet.step(1000);
  CHECK(quiet.levelOf(1) == doctest::Approx(-30).epsilon(0.01));
}

TEST_CASE("each direction has its own noise") {
  Impaired world({.sent = {.noiseDbm0 = -25}});
  world.step(2000);
  CHECK(world.levelOf(1) < -90);
  const std::vector<std::int16_t> heard = world.heardByFarEnd();
  CHECK(dbm0Of({heard.end() - 8000, heard.end() - 1000}) == doctest::Approx(-25).epsilon(0.02));
}

TEST_CASE("what the port sends comes back after the echo's delay, weaker by the return loss") {
  std::vector<std::size_t> beginnings;
  for (const int delayMs : {0, 100}) {
    Impaired world({.echo = {.delayMs = delayMs, .returnLossDb = 12}});
    world.said[1] = samplesOf(Signal().tone({1000}, -10, 2000));
    world.step(3000);
    const auto& heard = world.heard[1];
    beginnings.push_back(static_cast<std::size_t>(std::find_if(heard.begin(), heard.end(), [](int s) { return s > 100; }) - heard.begin()));
    world.forget();
    world.step(1000);
    CHECK(world.levelOf(1) == doctest::Approx(-22).epsilon(0.01));
  }
  CHECK(beginnings[1] - beginnings[0] == 800);
}

TEST_CASE("clicks come about as often as asked for") {
  Impaired world(received({.clicksPerMinute = 120}));
  world.step(60000);
  const auto& heard = world.heard[1];
  int clicks = 0;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (std::abs(heard[i]) < 15000) continue;
    ++clicks;
    i += 16;
  }
  CHECK(clicks > 90);
  CHECK(clicks < 150);
}

TEST_CASE("slips repeat and lose samples by turns, and count at the span") {
  TemporaryFolder folder;
  std::vector<std::int16_t> ramp(8000);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::int16_t>(i);
  writeWav(folder.file("ramp.wav"), ramp);
  Impaired world(received({.slipsPerMinute = 600, .slipSamples = 3}), {answer(), waitFor(2000), play(folder.file("ramp.wav"))});
  world.step(4000);
  const auto& heard = world.heard[1];
  int repeated = 0;
  int lost = 0;
  for (std::size_t i = 1; i < heard.size(); ++i) {
    const int step = heard[i] - heard[i - 1];
    if (step == -2) ++repeated;
    if (step == 4) ++lost;
  }
  CHECK(repeated >= 3);
  CHECK(std::abs(repeated - lost) <= 1);
  CHECK(world.card.spanStatus(1)->slips >= 20);
}

TEST_CASE("rings are lost or cut short, call by call") {
  CardWorld world;
  world.card.impair(1, signalling({.lostRings = 1}));
  world.card.impair(2, signalling({.longestRingMs = 100}));
  world.card.callIn(1, {"", {}, ""});
  world.card.callIn(2, {"", {}, ""});
  world.step(2900);
  CHECK(world.count(1, ChannelEventType::ringBegin) == 1);
  CHECK(world.count(2, ChannelEventType::ringBegin) == 2);
  const auto at = [&](ChannelEventType type) {
    for (const ChannelEvent& event : world.events) {
      if (event.channel == 2 && event.type == type) return event.atNs;
    }
    return std::int64_t{0};
  };
  CHECK(at(ChannelEventType::ringEnd) - at(ChannelEventType::ringBegin) == 100'000'000);
}

TEST_CASE("an exchange without dial tone hears digits all the same") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer()}, ""}});
  world.card.impair(1, signalling({.noDialTone = true}));
  world.call(1, "1");
  CHECK(world.heardTones[1].empty());
  CHECK(world.log.of("farEndAnswered").size() == 1);
}

TEST_CASE("glare: who seizes the line is told a ring and talks to a caller") {
  CardWorld world;
  world.card.impair(1, signalling({.glare = true}));
  world.card.setHook(1, Hook::offHook);
  world.step(3000);
  CHECK(world.count(1, ChannelEventType::ringBegin) == 1);
  CHECK(world.heardTones[1].empty());
  CHECK(world.log.of("farEndAnswered").size() == 1);
  world.card.setHook(1, Hook::onHook);
  world.step(40);
  CHECK(world.log.of("farEndEnded").size() == 1);
}

TEST_CASE("an answer is told late, or not at all; a wrong number is reached") {
  CardWorld world;
  world.card.setFarEnds({{"1", {refuse(CallTone::busy)}, ""}, {"2", {answer()}, ""}});
  SignallingFaults faults{.lateAnswerMs = 3000};
  faults.wrongNumber[0] = '2';
  world.card.impair(1, signalling(faults));
  world.card.impair(2, signalling({.noReversal = true}));
  world.call(1, "1");
  CHECK(text(world.log.of("farEndAnswered").at(0), "number") == "2");
  CHECK(world.count(1, ChannelEventType::polarity) == 0);
  world.step(3000);
  CHECK(world.count(1, ChannelEventType::polarity) == 1);
  world.call(2, "2");
  world.step(3000);
  CHECK(world.log.of("farEndAnswered").size() == 2);
  CHECK(world.count(2, ChannelEventType::polarity) == 0);
}

TEST_CASE("a far end that clears is told by reversal, by a tone alone, or by nothing") {
  struct Row {
    SignallingFaults faults;
    int reversals;
    const char* tones;
  };
  using Disconnect = SignallingFaults::Disconnect;
  for (const Row& row :
       {Row{{.disconnect = Disconnect::reversal, .disconnectTone = CallTone::busy}, 1, "busy "},
        Row{{.disconnect = Disconnect::tone, .disconnectTone = CallTone::congestion}, 0, "congestion "},
        Row{{.disconnect = Disconnect::tone, .disconnectTone = CallTone::dial}, 0, "dial "}, Row{{.disconnect = Disconnect::silence}, 0, ""}}) {
    Impaired world(signalling(row.faults));
    world.card.hangUp(1);
    world.step(5000);
    CHECK(world.count(1, ChannelEventType::onHook) == 0);
    CHECK(world.count(1, ChannelEventType::polarity) == row.reversals);
    CHECK(world.heardTones[1] == row.tones);
    CHECK(world.card.channelState(1)->battery);
    CHECK(world.log.of("farEndEnded").size() == 1);
  }
}

TEST_CASE("impairments out of range are refused with what to change, and nothing changes") {
  CardWorld world;
  CHECK_THROWS_WITH_AS(world.card.impair(1, received({.noiseDbm0 = 3})), "received.noiseDbm0 must be -99 ... 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(world.card.impair(1, {.echo = {.delayMs = 1001}}), "echo.delayMs must be 0 ... 1000", std::invalid_argument);
  CHECK_THROWS_AS(world.card.impair(1, received({.gainDb = std::nan("")})), std::invalid_argument);
  CHECK(world.card.impair(9, {}) == Status::invalidArgument);
  CHECK(world.card.impair(3, received({.noiseDbm0 = -40})) == Status::ok);
}
