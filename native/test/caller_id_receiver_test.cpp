// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "caller_id_support.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

CallerIdMessage someCaller() {
  CallerIdMessage display;
  display.callType = 1;
  display.month = 11;
  display.day = 27;
  display.hour = 7;
  display.minute = 55;
  display.number = {"01632960123"};
  display.name = {"A Caller"};
  return display;
}

template <typename Receiver>
std::vector<CallerIdReport> heardIn(Receiver& receiver, const Signal& signal) {
  std::vector<CallerIdReport> reports;
  signal.feed([&](const Frame& frame) {
    if (const CallerIdReport* report = receiver.process(frame)) reports.push_back(*report);
  });
  return reports;
}

std::size_t messagesIn(const std::vector<CallerIdReport>& reports) {
  return static_cast<std::size_t>(
      std::count_if(reports.begin(), reports.end(), [](const auto& report) { return report.fault == CallerIdFault::none; }));
}

}  // namespace

TEST_CASE("what the sender sends the receiver tells, in every format") {
  for (const CallerIdFormat* format : {&kSin227Format, &kEtsiFormat, &kEtsiAlertedFormat, &kBellcoreFormat, &kBellcoreOffHookFormat}) {
    CallerIdReceiver receiver(format->tones);
    const std::vector<CallerIdReport> reports = heardBy(receiver, onLine(encoded(someCaller()), *format, {}));
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].fault == CallerIdFault::none);
    CHECK(sameCaller(reports[0].display, someCaller()));
    CHECK(!receiver.hearing());
  }
}

TEST_CASE("a receiver takes one message after another") {
  CallerIdReceiver receiver(kV23Tones);
  std::vector<std::int16_t> samples = onLine(encoded(someCaller()), kSin227Format, {});
  const std::vector<std::int16_t> again = samples;
  samples.insert(samples.end(), again.begin(), again.end());
  CHECK(messagesIn(heardBy(receiver, samples)) == 2);
}

TEST_CASE("marks may be stuffed between the bytes of a message, in whole bits or not") {
  const std::vector<std::uint8_t> message = encoded(someCaller());
  for (double stuffed : {1.0, 3.4, 10.0}) {
    CAPTURE(stuffed);
    // A modem with a clock of its own for each byte: seizure and mark by the sender, then byte by byte.
    FskModulator modem({.markDbm0 = -20, .spaceDbm0 = -20});
    std::vector<std::int16_t> samples(1234);
    const auto send = [&](double bits, auto&& bit) {
      const auto count = static_cast<int>(std::lrint(bits * kSampleRate / kBitRate));
      for (int i = 0; i < count; ++i) samples.push_back(static_cast<std::int16_t>(modem.next(bit)));
    };
    int seized = 0;
    send(200, [&] { return seized++ % 2 == 1; });
    send(80, [] { return true; });
    for (std::uint8_t byte : message) {
      int at = -1;
      send(10 + stuffed, [&] {
        ++at;
        return at > 8 || (at > 0 && ((byte >> (at - 1)) & 1) != 0);
      });
    }
    send(20, [] { return true; });
    samples.resize(samples.size() + 1600);
    CallerIdReceiver receiver(kV23Tones);
    const std::vector<CallerIdReport> reports = heardBy(receiver, samples);
    REQUIRE(messagesIn(reports) == 1);
    CHECK(sameCaller(reports.back().display, someCaller()));
  }
}

TEST_CASE("a message with a wrong bit that is as clear as the others is refused for its checksum") {
  std::vector<std::uint8_t> message = encoded(someCaller());
  message[10] ^= 0x04U;
  CallerIdReceiver receiver(kV23Tones);
  const std::vector<CallerIdReport> reports = heardBy(receiver, onLine(message, kSin227Format, {}));
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].fault == CallerIdFault::checksum);
}

TEST_CASE("a message that stops before its end is told as truncated, in silence, in noise and in mark") {
  const std::vector<std::uint8_t> message = encoded(someCaller());
  for (std::size_t bytes : {std::size_t{1}, std::size_t{2}, std::size_t{9}, message.size() - 1}) {
    for (int endMark : {0, 10, 400}) {
      for (bool noisy : {false, true}) {
        CAPTURE(bytes);
        CAPTURE(endMark);
        CAPTURE(noisy);
        CallerIdFormat format = kSin227Format;
        format.endMarkBits = endMark;
        LineImpairment line;
        if (noisy) line.noiseDbm0 = -40;
        std::vector<std::int16_t> samples = onLine(std::span(message).first(bytes), format, line);
        BandNoise noise(5, noisy ? -40 : -90);
        for (int i = 0; i < 8000; ++i) samples.push_back(static_cast<std::int16_t>(noise.next()));
        CallerIdReceiver receiver(kV23Tones);
        const std::vector<CallerIdReport> reports = heardBy(receiver, samples);
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].fault != CallerIdFault::none);
        if (!noisy) CHECK(reports[0].fault == CallerIdFault::truncated);
      }
    }
  }
}

TEST_CASE("noise, speech, music and keys are no caller display") {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  const double seconds = depth != nullptr && std::string(depth) == "full" ? 3600 : 40;
  for (FskTones tones : {kV23Tones, kBell202Tones}) {
    CallerIdReceiver receiver(tones);
    CHECK(messagesIn(heardIn(receiver, Signal(21).speech(seconds))) == 0);
    CHECK(messagesIn(heardIn(receiver, Signal(22).music(seconds))) == 0);
    CHECK(messagesIn(heardIn(receiver, Signal(23).silence(seconds * 1000).addNoise(-20))) == 0);
    CHECK(messagesIn(heardIn(receiver, Signal(24).silence(5000).addTone(tones.markHz, -10).addNoise(-30))) == 0);
    Signal keys;
    for (char key : std::string("0123456789*#ABCD")) keys.key(key, 70).silence(70);
    CHECK(messagesIn(heardIn(receiver, keys)) == 0);
  }
}

TEST_CASE("a receiver that was reset has forgotten the message under way") {
  const std::vector<std::int16_t> samples = onLine(encoded(someCaller()), kSin227Format, {});
  const std::size_t within = samples.size() - 1600 - 1600;  // The message ends 200 ms before the samples do.
  CallerIdReceiver receiver(kV23Tones);
  heardBy(receiver, std::span(samples).first(within));
  CHECK(receiver.hearing());
  receiver.reset();
  CHECK(!receiver.hearing());
  CHECK(messagesIn(heardBy(receiver, std::span(samples).subspan(within))) == 0);
  CHECK(messagesIn(heardBy(receiver, samples)) == 1);
}
