// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange line's settings and a call's options change, and that they change nothing else.
#include "analogue/ring_watch.hpp"
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

struct RulesWorld : AnalogueWorld {
  RulesWorld() {
    writeWav(folder.file("hello.wav"), samplesOf(Signal(12).speech(4)));
    // An exchange that tells nothing by polarity: ringing tone, then a voice.
    card.setFarEnds({{"100", {ringFor(3500), answer(), waitFor(1500), play(folder.file("hello.wav"))}, ""}, {"101", {refuse(CallTone::busy)}, ""}});
  }
  void impair(int channel, const SignallingFaults& faults) {
    LineImpairments impairments;
    impairments.signalling = faults;
    REQUIRE(card.impair(channel, impairments) == Status::ok);
  }
  Handle dialWith(const CallOptions& options, const std::string& digits = "100") {
    const Engine::Created created = stack->dial(1, digits, options);
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  /// Seconds from ringing tone to the answer.
  double secondsToAnswer(Handle leg) {
    const Event progress = await("legProgress", leg);
    return static_cast<double>(await("legAnswered", leg).atNs - progress.atNs) / 1e9;
  }
  void clear(Handle leg) {
    stack->clear(leg, {});
    step(2000);
  }
};

constexpr std::int64_t kMs = 1'000'000;

}  // namespace

TEST_CASE("where the exchange does not tell an answer, ringing tone alone is none") {
  RulesWorld world;
  world.impair(1, {.noReversal = true});
  const Handle leg = world.dialWith({});
  world.await("legProgress", leg);
  world.step(20000);
  CHECK(world.log.of("legAnswered", leg).empty());
  CHECK(world.log.of("legEnded", leg).empty());
}

TEST_CASE("an answer is taken from the first voice, from the end of ringing tone, or from a timer, as the line says") {
  struct Row {
    AnswerRule rule;
    double from;
    double to;
  };
  // Ringing tone is told 0.9 s after it began and lasts 3.5 s; 1.5 s of silence follow, then the voice.
  for (const Row& row : {Row{AnswerRule::voice, 4.0, 5.5}, Row{AnswerRule::ringbackEnd, 2.0, 5.5}, Row{AnswerRule::timer, 6.0, 9.0}}) {
    CAPTURE(static_cast<int>(row.rule));
    RulesWorld world;
    world.impair(1, {.noReversal = true});
    CHECK(world.stack->configure(1, {.fxo = {.answer = row.rule, .answerTimerMs = 8000}}) == Status::ok);
    const double seconds = world.secondsToAnswer(world.dialWith({}));
    CHECK(seconds >= row.from);
    CHECK(seconds <= row.to);
  }
}

TEST_CASE("busy tone is no answer, whatever the rule") {
  for (const AnswerRule rule : {AnswerRule::voice, AnswerRule::ringbackEnd}) {
    RulesWorld world;
    const Handle leg = world.dialWith({.answer = rule}, "101");
    CHECK(number(world.await("legEnded", leg), "q850") == 17);
    CHECK(world.log.of("legAnswered", leg).empty());
  }
}

TEST_CASE("a call's own options are gone with the call, and a change of the line's settings waits for the next one") {
  RulesWorld world;
  world.impair(1, {.noReversal = true});
  const Handle first = world.dialWith({.answer = AnswerRule::voice, .absoluteLimitMs = 60000});
  world.await("legAnswered", first);
  world.clear(first);

  const Handle second = world.dialWith({});  // The line's rule again: polarity alone.
  world.step(1000);
  CHECK(world.stack->configure(1, {.fxo = {.answer = AnswerRule::voice}}) == Status::ok);
  world.step(20000);
  CHECK(world.log.of("legAnswered", second).empty());
  world.step(60000);
  CHECK(world.log.of("legEnded", second).empty());
  world.clear(second);

  const Handle third = world.dialWith({});
  world.await("legAnswered", third);
  CHECK(world.log.of("legAnswered", third).size() == 1);
}

TEST_CASE("settings that can't be are refused with what to change") {
  RulesWorld world;
  CHECK(world.stack->configure(99, {}) == Status::invalidArgument);
  CHECK_THROWS_WITH(static_cast<void>(world.stack->configure(1, {.fxo = {.dialToneMs = 1}})), "dialToneMs must be 500 … 60000");
  CHECK_THROWS_AS(static_cast<void>(world.stack->configure(5, {.fxs = {.completeNumbers = {"2XY"}}})), std::invalid_argument);
}

TEST_CASE("without dial tone a line is left with a cause, or dialled all the same, as it says") {
  RulesWorld world;
  world.impair(1, {.noDialTone = true});
  const Handle failed = world.dialWith({});
  const Event ended = world.await("legEnded", failed);
  CHECK(number(ended, "q850") == 38);
  CHECK(text(ended, "detail") == "no dial tone");
  world.step(2000);
  CHECK(world.stack->configure(1, {.fxo = {.dialToneMs = 1500, .withoutDialTone = WithoutDialTone::dial}}) == Status::ok);
  world.await("legAnswered", world.dialWith({}));
}

TEST_CASE("a line is dialled by pulses where it says so, or the call does") {
  RulesWorld world;
  const Handle own = world.dialWith({.dialling = DialMethod::pulse});
  world.await("legAnswered", own);
  world.clear(own);
  CHECK(world.stack->configure(1, {.fxo = {.dialling = DialMethod::pulse}}) == Status::ok);
  world.await("legAnswered", world.dialWith({}));
}

TEST_CASE("a flash asks the exchange for dial tone, which ends nothing, and the next one takes the call up again") {
  RulesWorld world;
  const Handle leg = world.dialWith({});
  world.await("legAnswered", leg);
  CHECK(world.stack->flash(leg) == Status::ok);
  world.step(8000);
  CHECK(world.log.of("legEnded", leg).empty());
  CHECK(world.engine.levels(leg).receivedDbm0 > -20);  // Dial tone.
  CHECK(world.stack->flash(leg) == Status::ok);
  world.step(3000);
  CHECK(world.log.of("legEnded", leg).empty());
}

TEST_CASE("a stray burst of ringing is no call") {
  RulesWorld world;
  CHECK(world.stack->configure(1, {.fxo = {.shortestRingMs = 200}}) == Status::ok);
  world.impair(1, {.longestRingMs = 100});
  CHECK(world.card.callIn(1, {"", {}, ""}) == Status::ok);
  world.step(10000);
  CHECK(world.log.of("legIncoming").empty());
  CHECK(world.stateOf(1) == "idle");
  world.impair(1, {});
  world.await("legIncoming");
}

TEST_CASE("ringing is told from stray bursts, and its end from its pauses") {
  RingWatch rings(150 * kMs, 6000 * kMs);
  CHECK(rings.hasGone(0));
  rings.burstBegins(1000 * kMs);
  CHECK(rings.isBursting());
  CHECK_FALSE(rings.isRinging(1140 * kMs));
  rings.burstEnds(1140 * kMs);
  CHECK(rings.hasGone(1150 * kMs));
  rings.burstBegins(2000 * kMs);
  CHECK(rings.isRinging(2160 * kMs));
  CHECK_FALSE(rings.hasGone(99000 * kMs));
  rings.burstEnds(2400 * kMs);
  CHECK_FALSE(rings.hasGone(8300 * kMs));
  CHECK(rings.hasGone(8400 * kMs));
}
