// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "echo_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

/// What the linear part makes of a near signal when nothing is sent: what it should leave of it when there is echo too.
Pcm untouched(const Pcm& near) {
  EchoCanceller canceller(32, ResidualEcho::kept);
  return cancelled(canceller, Pcm(near.size()), near);
}

}  // namespace

TEST_CASE("a canceller is made for 32 or 64 ms of tail and says so otherwise") {
  CHECK_NOTHROW(EchoCanceller(64));
  CHECK_THROWS_WITH_AS(EchoCanceller(48), "an echo canceller's tail is 32 or 64 ms, not 48", std::invalid_argument);
}

TEST_CASE("blocks that do not fit together or are no multiple of 4 ms are refused, and nothing is written") {
  EchoCanceller canceller(32);
  const Pcm samples(160, 100);
  Pcm out(160, 7);
  CHECK_FALSE(canceller.process(std::span(samples).first(64), samples, out));
  CHECK_FALSE(canceller.process(samples, samples, std::span(out).first(64)));
  CHECK_FALSE(canceller.process(std::span(samples).first(40), std::span(samples).first(40), std::span(out).first(40)));
  CHECK(out == Pcm(160, 7));
  CHECK(canceller.process(samples, samples, out));
}

TEST_CASE("the echo of a composite source signal is down by 25 dB after half a second and 30 dB after one, on every line model") {
  const Pcm far = coded(compositeSource(2.8, -15));
  for (const LineModel& model : kLineModels) {
    for (const int tailMs : {32, 64}) {
      CAPTURE(model.name);
      CAPTURE(tailMs);
      EchoCanceller canceller(tailMs, ResidualEcho::kept);
      const Samples echo = EchoPath{model, 6}.echoOf(far);
      const Pcm out = cancelled(canceller, far, coded(echo));
      CHECK(erle(echo, out, 0.5, 0.85) >= 25);
      CHECK(erle(echo, out, 1, 1.35) >= 30);
      CHECK(erle(echo, out, 2.1, 2.8) >= 33);
    }
  }
}

TEST_CASE("a bulk delay within the tail is part of the path") {
  const Pcm far = coded(compositeSource(3, -15));
  const auto left = [&](int tailMs, double delayMs) {
    EchoCanceller canceller(tailMs, ResidualEcho::kept);
    const Samples echo = EchoPath{kLineModels[0], 6, delayMs}.echoOf(far);
    return erle(echo, cancelled(canceller, far, coded(echo)), 2, 2.7);
  };
  CHECK(left(32, 20) >= 28);
  CHECK(left(64, 50) >= 28);
  CHECK(left(32, 50) < 3);
}

TEST_CASE("speech is cancelled too") {
  const Pcm far = coded(speech(6, -18, 5));
  const Samples echo = EchoPath{kLineModels[2], 6}.echoOf(far);
  EchoCanceller canceller(32, ResidualEcho::kept);
  CHECK(erle(echo, cancelled(canceller, far, coded(echo)), 4, 6) >= 28);
}

TEST_CASE("speech from both ends spoils neither the near speech nor what was learnt") {
  const Pcm far = coded(speech(9, -18, 11));
  const Samples echo = EchoPath{kLineModels[1], 6}.echoOf(far);
  const Samples near = during(speech(9, -18, 12), 4, 8);
  EchoCanceller canceller(32, ResidualEcho::kept);
  const Pcm out = cancelled(canceller, far, coded(echo + near));
  const Pcm alone = untouched(coded(near));
  CHECK(erle(echo, out, 4.5, 8, alone) >= 27);  // The Kalman filter alone keeps 26.5: what is heard waits until it is proven.
  CHECK(erle(echo, out, 8, 8.9, alone) >= 30);
}

TEST_CASE("two voices that share their pitch for a while mislead the filters, but nothing louder comes out than came in") {
  const Pcm far = coded(speech(9, -18, 15));
  const Samples near = during(speech(9, -18, 16), 4, 8);
  for (const std::size_t model : {1, 4, 6}) {
    CAPTURE(model);
    EchoCanceller canceller(32, ResidualEcho::kept);
    const Pcm received = coded(EchoPath{kLineModels[model], 6}.echoOf(far) + near);
    const Pcm out = cancelled(canceller, far, received);
    for (double time = 4; time < 8; time += 0.125) {
      CAPTURE(time);
      CHECK(dbm0Of(meanSquare(out, at(time), at(time + 0.125))) < dbm0Of(meanSquare(received, at(time), at(time + 0.125))) + 4);
    }
  }
}

TEST_CASE("the echo of a tone is cancelled, and what was learnt of speech outlives a minute of tones") {
  Samples far = compositeSource(2.1, -15);
  Signal tones(1);
  while (tones.size() < at(60)) tones.tone({350, 440}, -15, 3000).silence(350).tone({400}, -12, 375).silence(375).key('5', 100, -12).silence(100);
  const Samples sounded = samplesOf(tones);
  far.insert(far.end(), sounded.begin(), sounded.end());
  const double end = static_cast<double>(far.size()) / 8000;
  const Samples again = compositeSource(0.7, -15);
  far.insert(far.end(), again.begin(), again.end());
  const Pcm sent = coded(far);
  for (const std::size_t model : {0, 4, 7}) {
    CAPTURE(model);
    const Samples echo = EchoPath{kLineModels[model], 6}.echoOf(sent);
    EchoCanceller canceller(32, ResidualEcho::kept);
    const Pcm out = cancelled(canceller, sent, coded(echo));
    CHECK(erle(echo, out, 20, end) >= 30);
    CHECK(erle(echo, out, end, end + 0.35) >= 30);
  }
}

TEST_CASE("a tone that comes before anything else is cancelled all the same") {
  const Pcm sent = coded(samplesOf(Signal(1).tone({400, 450}, -15, 2000)));
  const Samples echo = EchoPath{kLineModels[3], 6}.echoOf(sent);
  EchoCanceller canceller(32, ResidualEcho::kept);
  CHECK(erle(echo, cancelled(canceller, sent, coded(echo)), 1, 2) >= 20);
}

TEST_CASE("another path is learnt within 0.6 s of the change") {
  const Pcm far = coded(compositeSource(4.9, -15));
  Samples echo = EchoPath{kLineModels[0], 6}.echoOf(far);
  const Samples changed = EchoPath{kLineModels[5], 6}.echoOf(far);
  std::copy(changed.begin() + static_cast<std::ptrdiff_t>(at(3)), changed.end(), echo.begin() + static_cast<std::ptrdiff_t>(at(3)));
  EchoCanceller canceller(32, ResidualEcho::kept);
  CHECK(erle(echo, cancelled(canceller, far, coded(echo)), 3.6, 3.95) >= 25);
}

TEST_CASE("an echo that grows by 3 dB is followed within 0.35 s") {
  const Pcm far = coded(compositeSource(7, -15));
  for (const std::size_t model : {0, 4}) {
    CAPTURE(model);
    Samples echo = EchoPath{kLineModels[model], 6}.echoOf(far);
    for (std::size_t i = at(6); i < echo.size(); i++) echo[i] *= std::pow(10.0, 3.0 / 20);
    EchoCanceller canceller(32, ResidualEcho::kept);
    CHECK(erle(echo, cancelled(canceller, far, coded(echo)), 6.35, 6.7) >= 27);
  }
}

TEST_CASE("with nothing sent the near end goes through as it is, without its direct current") {
  const Samples near = speech(2, -20, 31);
  Samples shifted = near;
  for (double& sample : shifted) sample += 200;
  for (const std::int16_t idle : {0, 8}) {  // A-law has no 0: 8 is its idle code.
    CAPTURE(idle);
    EchoCanceller canceller(32, ResidualEcho::kept);
    const Pcm out = cancelled(canceller, Pcm(near.size(), idle), coded(shifted));
    CHECK(std::abs(dbm0Of(meanSquare(out, at(0.5), at(2))) - dbm0Of(meanSquare(near, at(0.5), at(2)))) < 0.2);
    CHECK(erle(near, out, 0.5, 2, untouched(coded(near))) > 25);  // But for the steps of A-law, which lie elsewhere.
  }
}

TEST_CASE("a near end at its limits neither breaks anything nor spoils what was learnt") {
  const Pcm far = coded(compositeSource(4.2, -15));
  const Samples echo = EchoPath{kLineModels[0], 6}.echoOf(far);
  const Samples loud = during(noise(4.2, 6, 41), 2.1, 2.8);
  EchoCanceller canceller(32, ResidualEcho::kept);
  const Pcm out = cancelled(canceller, far, coded(echo + loud));
  CHECK(erle(echo, out, 2.85, 3.15) >= 28);
}

TEST_CASE("reset() forgets the path: the same samples in give the same samples out again") {
  const Pcm far = coded(compositeSource(1.4, -15));
  const Pcm near = coded(EchoPath{kLineModels[0], 6}.echoOf(far));
  EchoCanceller canceller(64);
  const Pcm first = cancelled(canceller, far, near);
  CHECK(first != cancelled(canceller, far, near));
  canceller.reset();
  CHECK(first == cancelled(canceller, far, near));
  EchoCanceller other(64);
  CHECK(first == cancelled(other, far, near));
}
