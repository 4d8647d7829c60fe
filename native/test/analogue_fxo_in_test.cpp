// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

FarEnd caller(std::vector<FarEndStep> script, const std::string& heardFolder = "") { return {"", std::move(script), heardFolder}; }

}  // namespace

TEST_CASE("a caller on an exchange line is offered, answered by going off hook, and heard") {
  AnalogueWorld world;
  const std::vector<std::int16_t> greeting = samplesOf(Signal(8).speech(2));
  writeWav(world.folder.file("greeting.wav"), greeting);
  CHECK(world.card.callIn(2, caller({waitFor(1000), keys("7"), waitFor(2000), hangUp()}, world.folder.path())) == Status::ok);
  const Event incoming = world.await("legIncoming");
  CHECK(text(incoming, "kind") == "analogue");
  CHECK(text(incoming, "to").empty());
  CHECK(number(incoming, "channel") == 2);
  CHECK(world.stateOf(2) == "ringing");
  world.step(4000);
  CHECK(world.log.of("legIncoming").size() == 1);
  CHECK(world.log.of("farEndAnswered").empty());

  CHECK(world.stack->answer(incoming.subject) == Status::ok);
  world.await("legAnswered", incoming.subject);
  world.engine.setDetectors(incoming.subject, {.dtmf = true});
  world.engine.play(incoming.subject, {.files = {world.folder.file("greeting.wav")}});
  CHECK(text(world.await("digit", incoming.subject), "digit") == "7");
  const Event ended = world.await("legEnded", incoming.subject);
  CHECK(number(ended, "q850") == 16);
  CHECK(text(ended, "by") == "peer");
  const Event farEnded = world.await("farEndEnded");
  CHECK(number(farEnded, "channel") == 2);
  CHECK(likeness(readWavFile(text(farEnded, "heardFile")), greeting) > 0.98);
  world.step(1000);
  CHECK(world.stateOf(2) == "idle");
}

TEST_CASE("a caller who gives up before answer ends the leg six seconds after the last ring") {
  AnalogueWorld world;
  world.card.callIn(1, caller({}));
  const Handle leg = world.await("legIncoming").subject;
  world.step(7000);
  CHECK(world.log.of("legEnded").empty());
  CHECK(world.card.hangUp(1) == Status::ok);
  const std::int64_t gaveUpAt = world.engine.clock().nowNs();
  const Event ended = world.await("legEnded", leg);
  CHECK(text(ended, "by") == "peer");
  CHECK(truth(ended, "inferred"));
  CHECK(ended.atNs - gaveUpAt >= 4'000'000'000);
  CHECK(ended.atNs - gaveUpAt <= 6'100'000'000);
  CHECK(world.stateOf(1) == "idle");
  CHECK(world.stack->answer(leg) == Status::staleHandle);
}

TEST_CASE("an incoming call that is cleared before answer ends at once, and the line is idle when it no longer rings") {
  AnalogueWorld world;
  world.card.callIn(1, caller({}));
  const Handle leg = world.await("legIncoming").subject;
  world.stack->clear(leg, {.q850 = 21});
  world.step(20);
  CHECK(number(world.await("legEnded", leg), "q850") == 21);
  world.step(10000);
  CHECK(world.log.of("legIncoming").size() == 1);
  CHECK(world.stateOf(1) == "ringing");
  world.card.hangUp(1);
  world.step(6100);
  CHECK(world.stateOf(1) == "idle");
}

TEST_CASE("our own hanging up ends an answered incoming call at the far end") {
  AnalogueWorld world;
  world.card.callIn(1, caller({speakTone(1004)}));
  const Handle leg = world.await("legIncoming").subject;
  world.stack->answer(leg);
  world.await("farEndAnswered");
  world.step(2000);
  CHECK(world.engine.levels(leg).receivedDbm0 > -12);
  world.stack->clear(leg, {});
  world.await("legEnded", leg);
  CHECK(number(world.await("farEndEnded"), "heardMs") >= 1900);
}

TEST_CASE("the far end clears an incoming call on command, told by battery drop") {
  AnalogueWorld world;
  world.card.callIn(3, caller({}));
  const Handle leg = world.await("legIncoming").subject;
  world.stack->answer(leg);
  world.await("legAnswered", leg);
  world.card.hangUp(3);
  CHECK(text(world.await("legEnded", leg, 1, 100), "detail") == "battery drop");
}

TEST_CASE("an answered caller who leaves only busy tone behind is cleared by the tone") {
  AnalogueWorld world;
  FarEndStep busy{.action = FarEndStep::Action::tone, .tone = {.segments = {{{400, 0, 0, 0}, -15, 375}, {{0, 0, 0, 0}, -15, 375}}, .loop = true}};
  world.card.callIn(1, caller({waitFor(2000), busy}));
  const Handle leg = world.await("legIncoming").subject;
  world.stack->answer(leg);
  const std::int64_t answeredAt = world.await("legAnswered", leg).atNs;
  const Event ended = world.await("legEnded", leg);
  CHECK(number(ended, "q850") == 16);
  CHECK(truth(ended, "inferred"));
  CHECK(text(ended, "detail") == "busy tone");
  CHECK(ended.atNs - answeredAt >= 3'500'000'000);
}

TEST_CASE("glare: a call that comes while the line is seized takes it, and our own call ends with cause 44") {
  AnalogueWorld world;
  world.card.setFarEnds({{"100", {answer()}, ""}});
  world.card.callIn(1, caller({speakTone(1004)}));
  const Handle own = world.dial(1, "100");
  const Event ended = world.await("legEnded", own);
  CHECK(number(ended, "q850") == 44);
  CHECK_FALSE(truth(ended, "sent"));
  const Handle incoming = world.await("legIncoming").subject;
  CHECK(world.log.of("legEnded").size() == 1);
  world.step(8000);
  CHECK(world.log.of("legEnded").size() == 1);
  world.stack->answer(incoming);
  world.await("legAnswered", incoming);
  world.step(500);
  CHECK(world.engine.levels(incoming).receivedDbm0 > -12);
  world.stack->clear(incoming, {});
  world.step(1000);
  CHECK(world.stateOf(1) == "idle");
  world.await("legAnswered", world.dial(1, "100"));
}

TEST_CASE("a line in use can't be called, nor one that is not an exchange line") {
  AnalogueWorld world;
  world.card.callIn(1, caller({}));
  world.step(200);
  CHECK(world.card.callIn(1, caller({})) == Status::wrongState);
  CHECK(world.card.callIn(5, caller({})) == Status::invalidArgument);
  CHECK(world.card.callIn(0, caller({})) == Status::invalidArgument);
  CHECK(world.stack->dial(1, "100").status == Status::wrongState);
  CHECK(world.card.hangUp(2) == Status::wrongState);
}

TEST_CASE("ringing and answering are for incoming legs only") {
  AnalogueWorld world;
  const Handle leg = world.dial(1, "100");
  CHECK(world.stack->ring(leg, false) == Status::wrongState);
  CHECK(world.stack->answer(leg) == Status::wrongState);
  CHECK(world.stack->sendDigits(leg, "1", 80, 80, DigitMethod::automatic) == Status::unavailable);
}
