// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kPlaySeconds = 6;

/// A call over an FXO line that sends back a part of what it is sent, to a far end that answers and says `steps` then.
struct EchoWorld : AnalogueWorld {
  Handle leg = kNoHandle;

  explicit EchoWorld(EchoSettings settings, std::vector<FarEndStep> steps = {answer()}) {
    CHECK(stack->setEcho(settings) == Status::ok);
    card.setFarEnds({{"01632960200", std::move(steps), ""}});
    CHECK(card.impair(1, {.echo = {.delayMs = 9, .returnLossDb = 9}}) == Status::ok);
    leg = dial(1, "01632960200");
    await("legAnswered", leg);
    writeWav(folder.file("prompt.wav"), samplesOf(Signal(3).speech(kPlaySeconds)));
  }

  /// What comes from the line in the last three seconds of a prompt, as the engine hears it.
  std::vector<std::int16_t> heardWhilePrompted() {
    const std::string file = folder.file("received.wav");
    const Engine::Created recorder = engine.record(leg, {.file = file});
    engine.play(leg, {.files = {folder.file("prompt.wav")}});
    step(kPlaySeconds * 1000);
    engine.stopRecorder(recorder.handle);
    step(100);
    std::vector<std::int16_t> samples = readWavFile(file);
    samples.erase(samples.begin(), samples.begin() + 3 * 8000);
    return samples;
  }
};

double levelOf(const std::vector<std::int16_t>& samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
  return 10 * std::log10(sum / static_cast<double>(samples.size()) + 1e-3);
}

}  // namespace

TEST_CASE("the echo of a prompt is cancelled by the engine where the card has no canceller") {
  EchoWorld without({.policy = EchoPolicy::off});
  CHECK(without.stack->echoBy(1) == EchoBy::nobody);
  const double echo = levelOf(without.heardWhilePrompted());
  EchoWorld with({});
  CHECK(with.stack->echoBy(1) == EchoBy::engine);
  const double left = levelOf(with.heardWhilePrompted());
  CHECK(echo - left > 25);
}

TEST_CASE("a card that has no canceller is not made up for where only the card's is wanted") {
  EchoWorld world({.policy = EchoPolicy::card});
  CHECK(world.stack->echoBy(1) == EchoBy::nobody);
}

TEST_CASE("whoever cancels echo lets go of the line with the call") {
  EchoWorld world({.policy = EchoPolicy::engine, .tailMs = 32});
  CHECK(world.stack->echoBy(1) == EchoBy::engine);
  CHECK(world.stack->echoBy(2) == EchoBy::nobody);
  CHECK(world.stack->clear(world.leg, {.q850 = 16}) == Status::ok);
  world.await("legEnded", world.leg);
  CHECK(world.stack->echoBy(1) == EchoBy::nobody);
  CHECK(world.stack->setEcho({.policy = EchoPolicy::off}) == Status::ok);
  world.step(3000);
  const Handle next = world.dial(1, "01632960200");
  world.await("legAnswered", next);
  CHECK(world.stack->echoBy(1) == EchoBy::nobody);
}

TEST_CASE("keys that are pressed during a prompt are understood through its echo") {
  EchoWorld world({}, {answer(), waitFor(2500), keys("1739")});
  CHECK(world.engine.setDetectors(world.leg, {.dtmf = true}) == Status::ok);
  (void)world.heardWhilePrompted();
  std::string keyed;
  for (const Event& event : world.log.of("digit", world.leg)) keyed += text(event, "digit");
  CHECK(keyed == "1739");
}

TEST_CASE("a tail that no canceller has is refused") {
  AnalogueWorld world;
  CHECK(world.stack->setEcho({.tailMs = 128}) == Status::invalidArgument);
}
