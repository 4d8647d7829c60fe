// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "audio/detect/dtmf_receiver.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using branchline::test::Signal;

namespace {

const std::string kAllKeys = "123A456B789C*0#D";

struct Heard {
  std::string begun;
  std::string ended;
  std::vector<int> durationsMs;
  std::vector<int> beginFrames;  // Number of the frame that told each begin.
};

Heard listen(const Signal& signal) {
  DtmfReceiver receiver;
  Heard heard;
  int frameNumber = 0;
  signal.feed([&](const Frame& frame) {
    for (const DtmfEvent& event : receiver.process(frame)) {
      if (event.type == DtmfEvent::Type::begin) {
        heard.begun += event.digit;
        heard.beginFrames.push_back(frameNumber);
      } else {
        heard.ended += event.digit;
        heard.durationsMs.push_back(event.durationMs);
      }
    }
    ++frameNumber;
  });
  return heard;
}

/// All sixteen keys with pauses of an uneven length, so that their edges fall at every place in a frame.
template <typename Press>
Heard listenToAll(Press&& press) {
  Signal signal;
  signal.silence(100);
  for (char key : kAllKeys) {
    press(signal, key);
    signal.silence(73.125);
  }
  signal.silence(100);
  return listen(signal);
}

}  // namespace

TEST_CASE("the DTMF receiver hears every key from −36 to 0 dBm0") {
  for (double level : {-36.0, -25.0, -10.0, -4.0, 0.0}) {
    CAPTURE(level);
    const Heard heard = listenToAll([&](Signal& signal, char key) { signal.key(key, 50, level); });
    CHECK(heard.begun == kAllKeys);
    CHECK(heard.ended == kAllKeys);
  }
}

TEST_CASE("the DTMF receiver takes keys whose tones differ by 8 dB either way") {
  for (double twist : {-10.0, -8.0, -4.0, 4.0, 8.0, 10.0}) {
    CAPTURE(twist);
    CHECK(listenToAll([&](Signal& signal, char key) { signal.key(key, 50, -15, twist); }).begun == kAllKeys);
  }
}

TEST_CASE("the DTMF receiver takes tones that are 1.5 % off and refuses those that are 3 % off") {
  for (double low : {-1.0, 1.0}) {
    for (double high : {-1.0, 1.0}) {
      CAPTURE(low);
      CAPTURE(high);
      CHECK(listenToAll([&](Signal& signal, char key) { signal.key(key, 50, -10, 0, low * 0.015, high * 0.015); }).begun == kAllKeys);
      CHECK(listenToAll([&](Signal& signal, char key) { signal.key(key, 50, -10, 0, low * 0.018, high * 0.018); }).begun == kAllKeys);
      CHECK(listenToAll([&](Signal& signal, char key) { signal.key(key, 50, -10, 0, low * 0.03, high * 0.03); }).begun == "");
      CHECK(listenToAll([&](Signal& signal, char key) { signal.key(key, 50, -10, 0, low * 0.035, high * 0.035); }).begun == "");
    }
  }
}

TEST_CASE("the DTMF receiver takes keys of 40 ms and refuses those of 23 ms") {
  CHECK(listenToAll([](Signal& signal, char key) { signal.key(key, 40); }).begun == kAllKeys);
  CHECK(listenToAll([](Signal& signal, char key) { signal.key(key, 25); }).begun == "");
  CHECK(listenToAll([](Signal& signal, char key) { signal.key(key, 23); }).begun == "");
  CHECK(listenToAll([](Signal& signal, char key) { signal.key(key, 10); }).begun == "");
}

TEST_CASE("the DTMF receiver does not double a key that drops out for 20 ms or less") {
  for (double gap : {5.0, 10.0, 15.0, 20.0}) {
    CAPTURE(gap);
    const Heard heard = listenToAll([&](Signal& signal, char key) { signal.key(key, 60).silence(gap).key(key, 60); });
    CHECK(heard.begun == kAllKeys);
    CHECK(heard.ended == kAllKeys);
  }
}

TEST_CASE("the DTMF receiver hears the same key twice and keys at 12.5 a second") {
  CHECK(listen(Signal().silence(50).key('5', 40).silence(40).key('5', 40).silence(40).key('8', 40).silence(200)).begun == "558");
}

TEST_CASE("the DTMF receiver tells the next key though no pause parts it from the last") {
  const Heard heard = listen(Signal().silence(50).key('1', 100).key('6', 100).silence(200));
  CHECK(heard.begun == "16");
  CHECK(heard.ended == "16");
}

TEST_CASE("the DTMF receiver measures how long a key was held, to 5 ms") {
  for (double ms : {40.0, 70.0, 113.0, 500.0, 3000.0}) {
    const Heard heard = listen(Signal().silence(93).key('7', ms).silence(200));
    REQUIRE(heard.durationsMs.size() == 1);
    CHECK(heard.durationsMs[0] >= ms - 5);
    CHECK(heard.durationsMs[0] <= ms + 5);
  }
}

TEST_CASE("the DTMF receiver tells a key in the frame that holds its fortieth millisecond") {
  for (double offset = 0; offset < 20; offset += 2.5) {
    const Heard heard = listen(Signal().silence(100 + offset).key('3', 100).silence(100));
    REQUIRE(heard.beginFrames.size() == 1);
    CHECK(heard.beginFrames[0] <= static_cast<int>((100 + offset + 40) / 20));
  }
}

TEST_CASE("the DTMF receiver hears keys under dial tone as loud as they are") {
  Signal signal;
  signal.silence(300);
  for (char key : kAllKeys) signal.key(key, 60, -12).silence(80);
  signal.addTone(350, -12).addTone(440, -12);
  CHECK(listen(signal).begun == kAllKeys);
}

TEST_CASE("the DTMF receiver hears keys 10 dB above white noise") {
  Signal signal(7);
  signal.silence(300);
  for (int round = 0; round < 4; ++round) {
    for (char key : kAllKeys) signal.key(key, 60, -13).silence(80);
  }
  signal.addNoise(-20);  // Two tones of −13 dBm0 are −10 together.
  CHECK(listen(signal).begun == kAllKeys + kAllKeys + kAllKeys + kAllKeys);
}

TEST_CASE("the DTMF receiver hears each of a thousand keys of 100 ms, once, 8 dB above white noise") {
  Signal signal(24);
  signal.silence(300);
  std::string keyed;
  for (std::size_t i = 0; i < 1000; ++i) {
    keyed += kAllKeys[i % kAllKeys.size()];
    signal.key(keyed.back(), 100, -13.01).silence(100);
  }
  signal.addNoise(-18);
  CHECK(listen(signal).begun == keyed);
}

TEST_CASE("the DTMF receiver takes no key one tone of which is off by 3 %") {
  for (const auto& [low, high] : {std::pair{-0.03, 0.0}, {0.0, -0.03}, {0.03, 0.0}, {0.0, 0.03}}) {
    Signal signal(24);
    signal.silence(300);
    for (int round = 0; round < 10; ++round) {
      for (const char key : kAllKeys) signal.key(key, 60, -10, 0, low, high).silence(73.125);
    }
    CHECK(listen(signal).begun == "");
  }
}

TEST_CASE("speech, music and noise are no keys for the DTMF receiver") {
  CHECK(listen(Signal(11).speech(240)).begun == "");
  CHECK(listen(Signal(12).music(240)).begun == "");
  CHECK(listen(Signal(13).silence(60000).addNoise(-20)).begun == "");
}
