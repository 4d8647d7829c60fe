// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

// The same parts on their real threads, mostly for the thread sanitizer: audio clock, line events, heard writer, and this thread as JavaScript's.
TEST_CASE("calls in and out over a card that runs in real time, on four threads") {
  TemporaryFolder folder;
  EventLog log;
  Engine engine({.stepped = false, .maxHandles = 64, .realtimePriority = false}, log);
  VirtualCard card({.fxo = 3, .fxs = 2}, engine.clock(), log);
  CardLines lines(engine, log, card);
  AnalogueStack stack(engine, log, lines);
  writeWav(folder.file("prompt.wav"), samplesOf(Signal(2).speech(1)));
  const auto await = [&](const std::string& type, std::size_t count) {
    for (int i = 0; i < 2000 && log.of(type).size() < count; ++i) {
      engine.drainEvents();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(log.of(type).size() == count);
  };
  const std::vector<FarEnd> farEnds = {{"12", {answer(), play(folder.file("prompt.wav"))}, folder.path()},
                                       {"4", {ringFor(200), answer()}, folder.path()}};

  card.setFarEnds(farEnds);
  std::vector<Handle> legs;
  for (int channel : {1, 2}) legs.push_back(stack.dial(channel, "12").handle);
  legs.push_back(stack.dial(4, "").handle);
  CHECK(card.callIn(3, {"", {speakTone(1004)}, folder.path()}) == Status::ok);
  CHECK(card.phoneDials(5, "7#", {"", {}, folder.path()}) == Status::ok);
  await("legIncoming", 2);
  for (const Event& incoming : log.of("legIncoming")) {
    legs.push_back(incoming.subject);
    CHECK(stack.answer(incoming.subject) == Status::ok);
  }
  await("legAnswered", 5);
  for (int i = 0; i < 10; ++i) {
    card.setFarEnds(farEnds);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (const Handle leg : legs) CHECK(stack.clear(leg, {}) == Status::ok);
  await("legEnded", 5);
  await("farEndEnded", 5);
  for (const Event& ended : log.of("farEndEnded")) CHECK(std::filesystem::exists(text(ended, "heardFile")));
}
