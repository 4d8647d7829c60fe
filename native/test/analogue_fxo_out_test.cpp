// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

/// The far ends that the product promises (200 … 209), as an analogue line can be them.
std::vector<FarEnd> promisedFarEnds(const TemporaryFolder& folder) {
  writeWav(folder.file("greeting.wav"), samplesOf(Signal(5).speech(2).tone({1000}, -10, 400)));
  const auto number = [](int last) { return "01632960" + std::to_string(last); };
  return {{number(200), {ringFor(1000), answer()}, folder.path()},
          {number(201), {refuse(CallTone::busy)}, ""},
          {number(202), {ringFor(1000)}, ""},
          {number(203), {refuse(CallTone::busy)}, ""},
          {number(204), {refuse(CallTone::unobtainable)}, ""},
          {number(205), {ringFor(1000), answer(), waitFor(3000), keys("1")}, ""},
          {number(206), {ringFor(1000), answer(), waitFor(5000), hangUp()}, folder.path()},
          {number(207), {ringFor(1000), answer(), waitFor(500), play(folder.file("greeting.wav"))}, ""},
          {number(208), {ringFor(1000), answer(), speakTone(1004)}, ""},
          {number(209), {refuse(CallTone::congestion)}, ""}};
}

struct OutWorld : AnalogueWorld {
  OutWorld() { card.setFarEnds(promisedFarEnds(folder)); }
  Event endOf(Handle leg) {
    const Event ended = await("legEnded", leg);
    step(3000);
    CHECK(log.of("legEnded", leg).size() == 1);
    return ended;
  }
};

}  // namespace

TEST_CASE("a far end that answers is heard ringing, answers by polarity reversal, and keeps what it heard") {
  OutWorld world;
  const std::vector<std::int16_t> prompt = samplesOf(Signal(3).speech(3));
  writeWav(world.folder.file("prompt.wav"), prompt);
  const std::int64_t dialledAt = world.engine.clock().nowNs();
  const Handle leg = world.dial(1, "01632960200");
  CHECK(world.await("legSeized", leg).atNs - dialledAt <= kFrameNs);
  const Event progress = world.await("legProgress", leg);
  CHECK(truth(progress, "earlyMedia"));
  CHECK(number(progress, "sipStatus") == 180);
  world.await("legAnswered", leg);
  CHECK(world.stateOf(1) == "talking");
  const Event answered = world.await("farEndAnswered");
  CHECK(text(answered, "number") == "01632960200");
  CHECK(number(answered, "channel") == 1);

  world.engine.play(leg, {.files = {world.folder.file("prompt.wav")}});
  world.step(4000);
  CHECK(world.stack->clear(leg, {.q850 = 16}) == Status::ok);
  const Event ended = world.endOf(leg);
  CHECK(number(ended, "q850") == 16);
  CHECK(text(ended, "by") == "us");
  CHECK(truth(ended, "sent"));

  const Event farEnded = world.await("farEndEnded");
  CHECK(text(farEnded, "call") == text(answered, "call"));
  CHECK(number(farEnded, "heardMs") >= 3900);
  CHECK(number(farEnded, "heardMs") <= 4200);
  const std::vector<std::int16_t> heard = readWavFile(text(farEnded, "heardFile"));
  CHECK(heard.size() == static_cast<std::size_t>(number(farEnded, "heardMs")) * 8);
  CHECK(likeness(heard, prompt) > 0.98);
  CHECK(likeness(heard, samplesOf(Signal(4).speech(3))) < 0.85);
}

TEST_CASE("tones before answer end the leg with the cause they stand for, marked inferred") {
  struct Row {
    int last;
    std::int64_t q850;
    const char* detail;
  };
  for (const Row& row : {Row{201, 17, "busy tone"}, Row{203, 17, "busy tone"}, Row{204, 1, "unobtainable tone"}, Row{209, 34, "congestion tone"}}) {
    CAPTURE(row.last);
    OutWorld world;
    const Handle leg = world.dial(1, "01632960" + std::to_string(row.last));
    const Event ended = world.endOf(leg);
    CHECK(number(ended, "q850") == row.q850);
    CHECK(truth(ended, "inferred"));
    CHECK(truth(ended, "sent"));
    CHECK(text(ended, "by") == "peer");
    CHECK(text(ended, "detail") == row.detail);
    CHECK(world.log.of("legAnswered").empty());
    CHECK(world.log.of("farEndAnswered").empty());
    CHECK(world.stateOf(1) == "idle");
  }
}

TEST_CASE("a number that nobody has ends with unobtainable tone") {
  OutWorld world;
  const Event ended = world.endOf(world.dial(1, "01632960999"));
  CHECK(number(ended, "q850") == 1);
  CHECK(truth(ended, "inferred"));
}

TEST_CASE("a far end that never answers rings until the caller leaves") {
  OutWorld world;
  const Handle leg = world.dial(2, "01632960202");
  world.await("legProgress", leg);
  world.step(60000);
  CHECK(world.log.of("legProgress", leg).size() == 1);
  CHECK(world.log.of("legEnded").empty());
  CHECK(world.engine.levels(leg).receivedDbm0 > -40);
  world.stack->clear(leg, {.q850 = 19});
  const Event ended = world.endOf(leg);
  CHECK(number(ended, "q850") == 19);
  CHECK(truth(ended, "responded"));
}

TEST_CASE("a far end keys a digit that the leg's own receiver tells") {
  OutWorld world;
  const Handle leg = world.dial(1, "01632960205");
  const std::int64_t answeredAt = world.await("legAnswered", leg).atNs;
  world.engine.setDetectors(leg, {.dtmf = true});
  const Event digit = world.await("digit", leg);
  CHECK(text(digit, "digit") == "1");
  CHECK(digit.atNs - answeredAt >= 3'000'000'000);
  CHECK(digit.atNs - answeredAt <= 3'300'000'000);
  world.step(3000);
  CHECK(world.log.of("digit").size() == 1);
}

TEST_CASE("a far end that hangs up ends the leg by battery drop") {
  OutWorld world;
  const Handle leg = world.dial(1, "01632960206");
  const std::int64_t answeredAt = world.await("legAnswered", leg).atNs;
  const Event ended = world.endOf(leg);
  CHECK(number(ended, "q850") == 16);
  CHECK(text(ended, "by") == "peer");
  CHECK_FALSE(truth(ended, "inferred"));
  CHECK(ended.atNs - answeredAt >= 5'000'000'000);
  CHECK(ended.atNs - answeredAt <= 5'100'000'000);
  CHECK(number(world.await("farEndEnded"), "heardMs") == 5000);
  CHECK(world.stateOf(1) == "idle");
}

TEST_CASE("a far end's greeting and its tone are heard on the leg") {
  OutWorld world;
  const Handle greeted = world.dial(1, "01632960207");
  const Handle toned = world.dial(2, "01632960208");
  world.await("legAnswered", greeted);
  world.await("legAnswered", toned);
  world.engine.record(greeted, {.file = world.folder.file("recorded.wav")});
  world.step(1000);
  CHECK(world.engine.levels(toned).receivedDbm0 == doctest::Approx(-10).epsilon(0.05));
  world.step(3000);
  world.stack->clear(greeted, {});
  world.await("recorderEnded");
  CHECK(likeness(readWavFile(world.folder.file("recorded.wav")), readWavFile(world.folder.file("greeting.wav"))) > 0.98);
}

TEST_CASE("a call that is cleared while it is dialled leaves the line ready for the next one after the guard time") {
  OutWorld world;
  const Handle first = world.dial(1, "01632960200");
  world.step(1200);
  world.stack->clear(first, {.q850 = 16});
  world.step(20);
  CHECK_FALSE(truth(world.await("legEnded", first), "sent"));
  world.step(600);
  CHECK(world.stack->dial(1, "01632960200").status == Status::wrongState);
  world.step(200);
  CHECK(world.stateOf(1) == "idle");
  world.await("legAnswered", world.dial(1, "01632960200"));
}

TEST_CASE("a busy line, an unknown channel and digits that can't be keyed are refused at once") {
  OutWorld world;
  world.dial(1, "01632960202");
  CHECK(world.stack->dial(1, "01632960200").status == Status::wrongState);
  CHECK(world.stack->dial(9, "01632960200").status == Status::invalidArgument);
  CHECK(world.stack->dial(2, "0163T").status == Status::invalidArgument);
  CHECK(world.stack->dial(5, "0163").status == Status::invalidArgument);
}

TEST_CASE("a line without battery is told as an alarm and not dialled until it is back") {
  OutWorld world;
  world.cut(1, true);
  world.step(900);
  CHECK(world.stateOf(1) == "idle");
  world.step(200);
  CHECK(world.stateOf(1) == "alarm");
  CHECK(world.stack->dial(1, "01632960200").status == Status::unavailable);
  world.cut(1, false);
  world.step(20);
  CHECK(world.stateOf(1) == "idle");
  const Handle leg = world.dial(1, "01632960200");
  world.await("legAnswered", leg);
  world.cut(1, true);
  const Event ended = world.endOf(leg);
  CHECK(number(ended, "q850") == 16);  // Nobody can tell it from the exchange's clearing signal so soon.
  CHECK(text(ended, "by") == "peer");
  CHECK(world.stateOf(1) == "alarm");
}

TEST_CASE("a line that gives no dial tone is left after three seconds, with the cause of a network out of order") {
  EventLog log;
  Engine engine({.stepped = true, .maxHandles = 64, .realtimePriority = false}, log);
  VirtualCard card({.fxo = 1, .fxs = 0}, engine.clock(), log);
  card.callIn(1, {"", {}, ""});
  engine.addFrameHook([](void* context) noexcept { static_cast<VirtualCard*>(context)->frame(); }, &card);
  engine.step(1200);  // Until the pause of its cadence: who goes off hook then has answered a silent caller unawares.
  engine.removeFrameHook(&card);
  CardLines lines(engine, log, card);
  AnalogueStack stack(engine, log, lines);
  const Engine::Created created = stack.dial(1, "01632960200");
  REQUIRE(created.status == Status::ok);
  engine.step(2900);
  CHECK(log.of("legEnded").empty());
  engine.step(200);
  REQUIRE(log.of("legEnded", created.handle).size() == 1);
  const Event ended = log.of("legEnded")[0];
  CHECK(number(ended, "q850") == 38);
  CHECK(text(ended, "by") == "line");
  CHECK(text(ended, "detail") == "no dial tone");
  CHECK_FALSE(truth(ended, "sent"));
}

TEST_CASE("a line that drops its battery before answer ends the leg by the line") {
  AnalogueWorld world;
  world.card.setFarEnds({{"100", {ringFor(3000), hangUp()}, ""}});
  const Handle leg = world.dial(1, "100");
  const Event ended = world.await("legEnded", leg);
  CHECK(number(ended, "q850") == 31);
  CHECK(text(ended, "by") == "line");
  CHECK(truth(ended, "sent"));
}

TEST_CASE("four lines call at once, two of them the same far end, and each hears and is heard apart") {
  OutWorld world;
  std::vector<Handle> legs;
  std::vector<std::vector<std::int16_t>> prompts;
  for (int channel = 1; channel <= 4; ++channel) {
    prompts.push_back(samplesOf(Signal(100 + static_cast<unsigned>(channel)).speech(2)));
    writeWav(world.folder.file(std::to_string(channel) + ".wav"), prompts.back());
    legs.push_back(world.dial(channel, channel < 4 ? "01632960200" : "01632960206"));
  }
  world.await("legAnswered", kNoHandle, 4);
  for (std::size_t i = 0; i < 4; ++i) world.engine.play(legs[i], {.files = {world.folder.file(std::to_string(i + 1) + ".wav")}});
  world.step(3000);
  for (const Handle leg : legs) world.stack->clear(leg, {});
  world.await("farEndEnded", kNoHandle, 4);
  for (const Event& ended : world.log.of("farEndEnded")) {
    const auto channel = static_cast<std::size_t>(number(ended, "channel"));
    const std::vector<std::int16_t> heard = readWavFile(text(ended, "heardFile"));
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(channel);
      CAPTURE(i);
      if (i + 1 == channel)
        CHECK(likeness(heard, prompts[i]) > 0.98);
      else
        CHECK(likeness(heard, prompts[i]) < 0.85);
    }
  }
  CHECK(world.log.of("legEnded").size() == 4);
}

TEST_CASE("every leg ends though the stack is closed in the middle of calls") {
  EventLog log;
  TemporaryFolder folder;
  Engine engine({.stepped = true, .maxHandles = 64, .realtimePriority = false}, log);
  VirtualCard card({.fxo = 2, .fxs = 1}, engine.clock(), log);
  {
    CardLines lines(engine, log, card);
    AnalogueStack stack(engine, log, lines);
    card.setFarEnds(promisedFarEnds(folder));
    CHECK(stack.dial(1, "01632960200").status == Status::ok);
    engine.step(5000);
    CHECK(stack.dial(2, "01632960202").status == Status::ok);
    CHECK(stack.dial(3, "").status == Status::ok);
  }
  engine.step(20);
  CHECK(log.of("legAnswered").size() == 1);
  CHECK(log.of("legEnded").size() == 3);
}

TEST_CASE("of two numbers one of which begins with the other, the one that is keyed is reached") {
  AnalogueWorld world;
  world.card.setFarEnds({{"0163296", {answer()}, ""}, {"01632960", {refuse(CallTone::congestion)}, ""}});
  const Handle longer = world.dial(1, "01632960");
  CHECK(number(world.await("legEnded", longer), "q850") == 34);
  const Handle shorter = world.dial(2, "0163296");
  world.await("legAnswered", shorter);
  CHECK(text(world.await("farEndAnswered"), "number") == "0163296");
}

TEST_CASE("a line seized without digits hears dial tone, keys nothing, and is free again when it is cleared") {
  OutWorld world;
  const Handle leg = world.dial(1, "");
  world.await("legSeized", leg);
  world.engine.setDetectors(leg, {.dtmf = false, .tones = true});
  CHECK(text(world.await("tone", leg), "tone") == "dial");
  world.step(2000);
  CHECK(world.log.of("legEnded", leg).empty());
  CHECK(world.log.of("farEndAnswered", 0).empty());
  CHECK(world.stack->clear(leg, {.q850 = 16}) == Status::ok);
  CHECK(number(world.endOf(leg), "q850") == 16);
  CHECK(world.stateOf(1) == "idle");
}
