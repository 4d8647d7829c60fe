// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

FarEnd person(std::vector<FarEndStep> script, const std::string& heardFolder = "") { return {"5", std::move(script), heardFolder}; }

}  // namespace

TEST_CASE("a telephone is rung until its script lifts it, talks, and is hung up by it") {
  AnalogueWorld world;
  world.card.setFarEnds({{"5", {ringFor(3000), answer(), keys("42"), waitFor(1000), hangUp()}, world.folder.path()}});
  const Handle leg = world.dial(5, "");
  const Event progress = world.await("legProgress", leg);
  CHECK_FALSE(truth(progress, "earlyMedia"));
  CHECK(world.stateOf(5) == "ringing");
  const Event answered = world.await("legAnswered", leg);
  CHECK(answered.atNs - progress.atNs >= 3'000'000'000);
  CHECK(answered.atNs - progress.atNs <= 3'100'000'000);
  world.engine.setDetectors(leg, {.dtmf = true});
  CHECK(text(world.await("digit", leg, 2), "digit") == "2");
  const Event ended = world.await("legEnded", leg);
  CHECK(number(ended, "q850") == 16);
  CHECK(text(ended, "by") == "peer");
  CHECK(world.stateOf(5) == "idle");
  CHECK(text(world.await("farEndEnded"), "number") == "5");
}

TEST_CASE("a telephone without a script rings and is never answered") {
  AnalogueWorld world;
  const Handle leg = world.dial(6, "");
  world.step(30000);
  CHECK(world.log.of("legAnswered").empty());
  world.stack->clear(leg, {.q850 = 19});
  CHECK(number(world.await("legEnded", leg), "q850") == 19);
  CHECK(world.stateOf(6) == "idle");
  world.await("legProgress", world.dial(6, ""));
}

TEST_CASE("a telephone that keys a number after dial tone is offered with it, rung back, answered and heard") {
  AnalogueWorld world;
  const std::vector<std::int16_t> prompt = samplesOf(Signal(9).speech(2));
  writeWav(world.folder.file("prompt.wav"), prompt);
  CHECK(world.card.phoneDials(5, "201", person({waitFor(500), keys("9")}, world.folder.path())) == Status::ok);
  const Event incoming = world.await("legIncoming");
  CHECK(text(incoming, "to") == "201");
  CHECK(number(incoming, "channel") == 5);
  CHECK(world.stateOf(5) == "dialling");
  const Handle leg = incoming.subject;
  world.stack->ring(leg, false);
  world.step(2000);
  CHECK(world.log.of("farEndAnswered").empty());
  world.stack->answer(leg);
  world.await("legAnswered", leg);
  world.engine.setDetectors(leg, {.dtmf = true});
  world.engine.play(leg, {.files = {world.folder.file("prompt.wav")}});
  CHECK(text(world.await("digit", leg), "digit") == "9");
  world.step(2500);
  CHECK(world.card.hangUp(5) == Status::ok);
  CHECK(text(world.await("legEnded", leg), "detail") == "the telephone was hung up");
  CHECK(likeness(readWavFile(text(world.await("farEndEnded"), "heardFile")), prompt) > 0.98);
  CHECK(world.stateOf(5) == "idle");
}

TEST_CASE("# ends a telephone's number at once") {
  AnalogueWorld world;
  world.card.phoneDials(5, "201#", person({}));
  const Event incoming = world.await("legIncoming");
  CHECK(text(incoming, "to") == "201");
  CHECK(incoming.atNs - world.log.of("channelState").front().atNs < 2'000'000'000);
}

TEST_CASE("a telephone that is answered while it still keys is in the call all the same") {
  AnalogueWorld world;
  world.card.phoneDials(5, "7#", person({}));
  world.stack->answer(world.await("legIncoming").subject);
  CHECK(number(world.await("farEndAnswered", kNoHandle, 1, 500), "channel") == 5);
}

TEST_CASE("a telephone hears why its call was not put through, and is offered again once it was put down") {
  struct Row {
    int q850;
    const char* tone;
  };
  for (const Row& row : {Row{17, "busy"}, Row{34, "congestion"}, Row{1, "unobtainable"}}) {
    CAPTURE(row.q850);
    AnalogueWorld world;
    world.card.phoneDials(5, "999#", person({}));
    const Handle leg = world.await("legIncoming").subject;
    world.stack->clear(leg, {.q850 = row.q850});
    CHECK(number(world.await("legEnded", leg), "q850") == row.q850);
    const std::int64_t endedAt = world.engine.clock().nowNs();
    CHECK(world.stack->dial(5, "").status == Status::wrongState);
    world.step(8000);  // The telephone hangs up on the tone: congestion takes two cycles of 1.5 s, the others 1.5 and 2 s.
    REQUIRE(world.stateOf(5) == "idle");
    const double idleSeconds = static_cast<double>(world.log.of("channelState").back().atNs - endedAt) / 1e9;
    const double toneSeconds =
        idleSeconds - 0.27;  // Hanging up is told after the longest opening that the country takes for a recall, 250 ms at least.
    CHECK(toneSeconds == doctest::Approx(row.q850 == 34 ? 3.0 : row.q850 == 17 ? 1.5 : 2.0).epsilon(0.1));
  }
}

TEST_CASE("a telephone that keys an empty number is released with number unobtainable, which makes its holder hang up") {
  AnalogueWorld world;
  world.card.phoneDials(5, "#", person({}));
  world.step(2000);
  CHECK(text(world.log.of("channelState").back(), "detail").find("nothing was dialled") == 0);
  world.step(2000);
  CHECK(world.stateOf(5) == "idle");
  CHECK(world.log.of("legIncoming").empty());
}

TEST_CASE("a telephone that is put down before it keyed anything leaves no call") {
  AnalogueWorld world;
  world.card.phoneDials(5, "1", person({}));
  world.step(400);
  world.card.hangUp(5);
  world.step(1300);
  CHECK(world.stateOf(5) == "idle");
  CHECK(world.log.of("legIncoming").empty());
}

TEST_CASE("a telephone call is cleared by us: busy tone until it is put down") {
  AnalogueWorld world;
  world.card.setFarEnds({{"5", {answer()}, ""}});
  const Handle leg = world.dial(5, "");
  world.await("legAnswered", leg);
  world.stack->clear(leg, {});
  world.await("legEnded", leg);
  CHECK(world.stateOf(5) == "talking");
  world.step(3000);
  CHECK(world.stateOf(5) == "idle");
}

TEST_CASE("a telephone and an exchange line talk to each other over a bridge") {
  AnalogueWorld world;
  world.card.setFarEnds({{"5", {ringFor(1000), answer(), speakTone(700)}, ""}, {"01632960208", {answer(), speakTone(1004)}, world.folder.path()}});
  const Handle out = world.dial(1, "01632960208");
  const Handle telephone = world.dial(5, "");
  world.await("legAnswered", out);
  world.await("legAnswered", telephone);
  CHECK(world.engine.bridge(out, telephone).status == Status::ok);
  world.step(2000);
  CHECK(world.engine.levels(telephone).sentDbm0 == doctest::Approx(-10).epsilon(0.05));
  world.stack->clear(out, {});
  const std::vector<std::int16_t> heard = readWavFile(text(world.await("farEndEnded"), "heardFile"));
  CHECK(likeness(heard, samplesOf(Signal().tone({700}, -10, 500))) > 0.98);
}
