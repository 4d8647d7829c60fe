// SPDX-License-Identifier: GPL-3.0-or-later
#include <thread>

#include "detect_signals.hpp"
#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::int16_t> spoken(const Signal& signal) {
  std::vector<std::int16_t> samples;
  signal.feed([&](const Frame& frame) { samples.insert(samples.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples); });
  return samples;
}

}  // namespace

TEST_CASE("the audio thread keeps its rules, whatever legs play, record, send and hear, and however they end") {
  const Folder folder;
  KeptEvents events;
  QuietOwner owner;
  Party parties[7] = {Party(spoken(Signal(1).key('5', 80).silence(80).key('#', 80).silence(200))),
                      Party(spoken(Signal(2).speech(4))),
                      Party(spoken(Signal(3).tone({350, 440}, -12, 3000))),
                      Party(),
                      Party(),
                      Party(spoken(Signal(4).speech(4))),
                      Party(spoken(Signal(5).speech(4)))};
  {
    Engine engine({.stepped = false, .maxHandles = 64, .realtimePriority = false}, events);
    Handle legs[7];
    for (int i = 0; i < 7; i++) {
      legs[i] = engine.createLeg(owner);
      REQUIRE(legs[i] != kNoHandle);
      engine.setDetectors(legs[i], {.dtmf = true, .tones = true, .special = true, .answer = true});
      engine.attach(legs[i], parties[i]);
    }
    const std::string prompt = writeWav(folder / "prompt.wav", counted(1, 3000));
    const Engine::Created bridge = engine.bridge(legs[0], legs[1]);
    engine.play(legs[0], {.files = {prompt, prompt}, .loop = true, .stopKeys = "#"});
    engine.play(legs[1], {.files = {prompt}});
    engine.play(legs[1], {.files = {prompt, "/nowhere.wav"}, .queued = true});
    const Engine::Created tone = engine.playTone(legs[2], {.segments = {{{400, 450, 0, 0}, -13, 200}, {{}, -13, 100}}, .loop = true});
    const Engine::Created recorder = engine.record(legs[0], {.file = folder / "a.wav", .direction = RecordDirection::both});
    engine.record(legs[2], {.file = folder / "b.wav", .format = RecordFormat::alaw, .maxSeconds = 1});
    engine.record(legs[3], {.file = "/nowhere/c.wav"});
    const Handle conference = engine.createConference().handle;
    const Handle talker = engine.joinConference(conference, legs[5], {}).handle;
    const Handle coach = engine.joinConference(conference, legs[6], {.role = MemberRole::coach, .coached = talker}).handle;
    engine.play(conference, {.files = {prompt}});
    engine.record(conference, {.file = folder / "mix.wav"});
    engine.sendInBandDigits(legs[3], "0123456789*#ABCD", 40, 40);
    for (int n = 0; n < 20; n++) {
      std::this_thread::sleep_for(100ms);
      engine.digitReceived(legs[3], '1', 100, "rfc4733");
      CHECK(engine.levels(legs[2]).status == Status::ok);
      CHECK(engine.counters().legs == 8);
      engine.drainEvents();
    }
    engine.stopPlayer(tone.handle);
    engine.stopRecorder(recorder.handle);
    engine.unbridge(bridge.handle);
    engine.bridge(legs[3], legs[4]);
    engine.detach(legs[4]);
    std::this_thread::sleep_for(300ms);
    engine.setMember(coach, {.role = MemberRole::muted});
    engine.leaveConference(talker);
    for (const Handle leg : {legs[0], legs[3], legs[4], conference, legs[6]}) engine.endLeg(leg, {});
    std::this_thread::sleep_for(100ms);
  }
  CHECK(events.of("digit").size() >= 22);
  CHECK(events.of("tone").size() >= 1);
  CHECK(events.of("digitsSent").size() == 1);
  CHECK(events.of("playerEnded").size() == 5);
  CHECK(events.of("recorderEnded").size() == 4);
  CHECK(events.of("bridgeEnded").size() == 2);
  CHECK(events.of("memberTalks").size() >= 1);
  CHECK(events.of("memberEnded").size() == 2);
  CHECK(events.of("legEnded").size() == 8);
}
