// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include "echo_world.hpp"
#include "realtime/realtime_scope.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("cancelling keeps the audio thread's rules: while it learns, over tones, after a change of the path and over a reset") {
  Samples far = compositeSource(1.4, -15);
  const Samples tones = samplesOf(Signal(1).tone({350, 440}, -15, 700));
  far.insert(far.end(), tones.begin(), tones.end());
  far = far + Samples(far.size() + at(0.5));
  const Samples more = compositeSource(1.4, -15);
  far.insert(far.end(), more.begin(), more.end());
  const Pcm sent = coded(far);
  Samples echo = EchoPath{kLineModels[0], 6}.echoOf(sent);
  for (std::size_t i = at(2.6); i < echo.size(); i++) echo[i] = -echo[i];
  const Pcm near = coded(echo + during(speech(4, -20, 2), 1, 2));
  EchoCanceller canceller(64);
  Pcm out(near.size());
  bool accepted = false;
  {
    const RealtimeScope realtime;
    accepted = canceller.process(std::span(sent).first(sent.size() / 32 * 32), std::span(near).first(sent.size() / 32 * 32),
                                 std::span(out).first(sent.size() / 32 * 32));
    canceller.reset();
    accepted = accepted && canceller.process(std::span(sent).first(8000), std::span(near).first(8000), std::span(out).first(8000));
  }
  CHECK(accepted);
}
