// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue_world.hpp"
#include "realtime/realtime_scope.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("the card's frame keeps the audio thread's rules, whatever its far ends do") {
  TemporaryFolder folder;
  EventLog log;
  SteppedClock clock;
  writeWav(folder.file("a.wav"), samplesOf(Signal(1).speech(1)));
  VirtualCard card({.fxo = 2, .fxs = 2}, clock, log);
  for (int channel = 1; channel <= 4; ++channel) card.open(channel);
  const std::vector<FarEndStep> everything = {ringFor(500), answer(), play(folder.file("a.wav")), keys("12"), speakTone(1004)};
  card.setFarEnds({{"12", everything, folder.path()}, {"3", {ringFor(200), answer(), waitFor(500), hangUp()}, folder.path()}});
  const auto run = [&](int milliseconds) {
    for (int ms = 0; ms < milliseconds; ms += kFrameMilliseconds) {
      clock.advanceTo(clock.nowNs() + kFrameNs);
      {
        const RealtimeScope realtime;
        card.frame();
        for (int channel = 1; channel <= 4; ++channel) {
          Frame frame;
          card.read(channel, frame);
          card.write(channel, frame);
        }
      }
      card.runDue(clock.nowNs());
    }
  };
  card.setHook(1, Hook::offHook);
  card.callIn(2, {"", {waitFor(100)}, folder.path()});
  card.setHook(3, Hook::ring);
  card.phoneDials(4, "99", {"4", {speakTone(700)}, ""});
  run(1000);
  card.dial(1, "12", DialMethod::dtmf);
  card.setHook(2, Hook::offHook);
  card.setPolarity(4, true);
  run(4000);
  card.setFarEnds({});
  card.hangUp(1);
  card.hangUp(4);
  run(4000);
  CHECK(log.of("farEndEnded").size() == 3);
}
