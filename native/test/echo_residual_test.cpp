// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "audio/detect/dtmf_receiver.hpp"
#include "echo_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

/// The same near signal by both kinds of canceller, the suppressor's delay of 4 ms taken off.
struct Both {
  Pcm linear;
  Pcm suppressed;
};

Both bothOf(const Pcm& far, const Pcm& near) {
  EchoCanceller linear(32, ResidualEcho::kept);
  EchoCanceller whole(32);
  Both both{cancelled(linear, far, near), cancelled(whole, far, near)};
  both.suppressed.erase(both.suppressed.begin(), both.suppressed.begin() + EchoCanceller::kBlockSamples);
  both.suppressed.resize(near.size());
  return both;
}

double levelOf(const Pcm& samples, double from, double to) { return dbm0Of(meanSquare(samples, at(from), at(to))); }

std::string digitsIn(const Pcm& out) {
  DtmfReceiver receiver;
  std::string heard;
  for (std::size_t i = 0; i + kFrameSamples <= out.size(); i += kFrameSamples) {
    Frame frame;
    std::copy_n(&out[i], kFrameSamples, frame.samples.begin());
    for (const DtmfEvent& event : receiver.process(frame)) {
      if (event.type == DtmfEvent::Type::begin) heard += event.digit;
    }
  }
  return heard;
}

}  // namespace

TEST_CASE("on a quiet line what is left of the echo is turned down to the line's own silence") {
  const Pcm far = coded(speech(8, -15, 51));
  const Both both = bothOf(far, coded(EchoPath{kLineModels[0], 6}.echoOf(far)));
  CHECK(levelOf(both.linear, 5, 7.9) > -62);
  CHECK(levelOf(both.suppressed, 5, 7.9) < -66);
}

TEST_CASE("the near end's background is heard at one level, echo or not, and no echo in it") {
  const Pcm far = coded(during(compositeSource(9, -15), 2, 9));
  const Samples echo = EchoPath{kLineModels[3], 6}.echoOf(far);
  for (const double level : {-60.0, -50.0, -40.0}) {
    CAPTURE(level);
    const Samples background = noise(9, level, 52);
    const Both both = bothOf(far, coded(echo + background));
    CHECK(levelOf(both.suppressed, 1, 2) == doctest::Approx(level).epsilon(0.01));
    CHECK(std::abs(levelOf(both.suppressed, 5, 8.9) - level) < (level < -55 ? 3 : 1.5));
    EchoCanceller alone(32, ResidualEcho::kept);
    const Pcm heardAlone = cancelled(alone, Pcm(far.size()), coded(background));
    double residual = 0;
    double common = 0;
    for (std::size_t i = at(5); i < at(8.9); i++) {
      const double left = both.linear[i] - heardAlone[i];
      residual += left * left;
      common += left * both.suppressed[i];
    }
    const double echoLeft = common * common / residual / static_cast<double>(at(3.9));
    CHECK(dbm0Of(echoLeft) < level - (level < -55 ? 6 : 12));
  }
}

TEST_CASE("near speech in double talk is left as it is, loud or faint, in a quiet room or a noisy one") {
  const Pcm far = coded(speech(9, -18, 53));
  const Samples echo = EchoPath{kLineModels[6], 6}.echoOf(far);
  for (const double level : {-18.0, -32.0}) {
    for (const double background : {-70.0, -45.0}) {
      CAPTURE(level);
      CAPTURE(background);
      const Samples near = during(speech(9, level, 54), 4, 8.9);
      const Both both = bothOf(far, coded(echo + near + noise(9, background, 55)));
      double changed = 0;
      double whole = 0;
      for (std::size_t i = at(4); i < at(8.9); i++) {
        const double change = both.suppressed[i] - both.linear[i];
        changed += change * change;
        whole += static_cast<double>(both.linear[i]) * both.linear[i];
      }
      CHECK(decibels(changed / whole) < -20);
      CHECK(std::abs(levelOf(both.suppressed, 4, 8.9) - levelOf(both.linear, 4, 8.9)) < 0.1);
    }
  }
}

TEST_CASE("the first syllable after a long silence of the near end is whole") {
  const Pcm far = coded(speech(7, -18, 56));
  Samples near = samplesOf(Signal(57).silence(6000).tone({300, 900, 2100}, -28, 100));
  near.resize(far.size());
  const Both both = bothOf(far, coded(EchoPath{kLineModels[1], 6}.echoOf(far) + near));
  CHECK(std::abs(levelOf(both.suppressed, 6.0, 6.02) - levelOf(both.linear, 6.0, 6.02)) < 1);
  CHECK(std::abs(levelOf(both.suppressed, 6.0, 6.1) - levelOf(both.linear, 6.0, 6.1)) < 0.5);
}

TEST_CASE("digits pressed while a prompt plays come through whole") {
  const Pcm far = coded(speech(8, -15, 21));
  const Samples echo = EchoPath{kLineModels[6], 6}.echoOf(far);
  const std::string keys = "123A456B789C*0#D";
  Signal pressed(3);
  pressed.silence(500);
  for (const char key : keys) pressed.key(key, 70, -14).silence(330);
  Samples near = samplesOf(pressed);
  near.resize(far.size());
  EchoCanceller canceller(32);
  const Pcm out = cancelled(canceller, far, coded(echo + near));
  CHECK(digitsIn(out) == keys);
}

TEST_CASE("digits pressed into a dial tone come through, the first of a call") {
  const std::string keys = "0123456789";
  Signal dialTone(1);
  dialTone.tone({350, 440}, -13, 3000);
  Signal pressed(2);
  pressed.silence(300);
  for (const char key : keys) pressed.key(key, 60, -12).silence(200);
  const Pcm far = coded(samplesOf(dialTone));
  for (const std::size_t model : {0, 4, 6}) {
    CAPTURE(model);
    EchoCanceller canceller(32);
    CHECK(digitsIn(cancelled(canceller, far, coded(EchoPath{kLineModels[model], 6}.echoOf(far) + samplesOf(pressed)))) == keys);
  }
}
