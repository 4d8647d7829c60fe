// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("each frequency of a tone sounds at its level") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  REQUIRE(bench.engine.playTone(leg, {.segments = {{.frequencies = {350, 440}, .levelDbm0 = -13, .milliseconds = 1000}}, .loop = true}).status ==
          Status::ok);
  bench.engine.step(2000);
  const auto second = slice(party.heard(), 8000, 8000);
  CHECK(dbm0At(second, 350) == doctest::Approx(-13).epsilon(0.001));
  CHECK(dbm0At(second, 440) == doctest::Approx(-13).epsilon(0.001));
  CHECK(dbm0At(second, 400) < -60);
}

TEST_CASE("0 dBm0 is 3.14 dB below a sine of full scale, and the meter reads what is sent") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  REQUIRE(bench.engine.playTone(leg, {.segments = {{.frequencies = {1000}, .levelDbm0 = 0, .milliseconds = 5000}}}).status == Status::ok);
  bench.engine.step(4000);
  CHECK(*std::max_element(party.heard().begin(), party.heard().end()) == doctest::Approx(32767 * std::pow(10, -3.14 / 20)).epsilon(0.001));
  CHECK(bench.engine.levels(leg).sentDbm0 == doctest::Approx(0).epsilon(0.02));
  CHECK(bench.engine.levels(leg).receivedDbm0 == -99.0);
}

TEST_CASE("segments and pauses last to the sample, and a tone that is over ends its player") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  // A cosine can't be told from silence where it crosses zero, so pauses are looked for by energy.
  REQUIRE(bench.engine
              .playTone(
                  leg, {.segments = {{.frequencies = {400}, .milliseconds = 375}, {.milliseconds = 375}, {.frequencies = {400}, .milliseconds = 15}}})
              .status == Status::ok);
  bench.engine.step(1000);
  CHECK(dbm0At(slice(party.heard(), 0, 3000), 400) == doctest::Approx(-10).epsilon(0.01));
  CHECK(slice(party.heard(), 3000, 3000) == std::vector<std::int16_t>(3000, 0));
  CHECK(dbm0At(slice(party.heard(), 6000, 120), 400) == doctest::Approx(-10).epsilon(0.01));
  CHECK(slice(party.heard(), 6120, 800) == std::vector<std::int16_t>(800, 0));
  CHECK(text(bench.one("playerEnded"), "reason") == "finished");
  CHECK(number(bench.one("playerEnded"), "playedMs") == 765);
}

TEST_CASE("a looped tone of one segment has no click where it begins again") {
  Bench bench;
  Party party;
  REQUIRE(
      bench.engine.playTone(bench.leg(party), {.segments = {{.frequencies = {405}, .levelDbm0 = -6, .milliseconds = 130}}, .loop = true}).status ==
      Status::ok);
  bench.engine.step(1000);
  const double amplitude = 32767 * std::pow(10, (-6 - 3.14) / 20);
  CHECK(party.heard() == sine(405, amplitude, 8000));
}

TEST_CASE("in-band digits are DTMF pairs of the asked-for length, heard by the receiver of another leg") {
  Bench bench;
  Party sender;
  const Handle leg = bench.leg(sender);
  REQUIRE(bench.engine.sendInBandDigits(leg, "15#d", 80, 60) == Status::ok);
  CHECK(bench.engine.sendInBandDigits(leg, "2", 80, 60) == Status::wrongState);
  bench.engine.step(540);
  CHECK(bench.events.of("digitsSent").empty());
  bench.engine.step(20);
  CHECK(text(bench.one("digitsSent"), "method") == "inBand");
  CHECK(dbm0At(slice(sender.heard(), 0, 640), 697) == doctest::Approx(-9).epsilon(0.05));
  CHECK(dbm0At(slice(sender.heard(), 0, 640), 1209) == doctest::Approx(-7).epsilon(0.05));
  CHECK(slice(sender.heard(), 640, 480) == std::vector<std::int16_t>(480, 0));
  REQUIRE(bench.engine.sendInBandDigits(leg, "2", 80, 60) == Status::ok);

  Bench other;
  Party caller(sender.heard());
  const Handle called = other.leg(caller);
  REQUIRE(other.engine.setDetectors(called, {.dtmf = true}) == Status::ok);
  other.engine.step(700);
  std::string digits;
  for (const Event& event : other.events.of("digit")) {
    digits += text(event, "digit");
    CHECK(text(event, "method") == "inBand");
  }
  CHECK(digits == "15#D");
}

TEST_CASE("digits that are none, or of silly lengths, are refused") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  CHECK(bench.engine.sendInBandDigits(leg, "12w", 80, 80) == Status::invalidArgument);
  CHECK(bench.engine.sendInBandDigits(leg, "", 80, 80) == Status::invalidArgument);
  CHECK(bench.engine.sendInBandDigits(leg, "1", 5, 80) == Status::invalidArgument);
  CHECK(bench.engine.sendInBandDigits(leg, std::string(65, '1'), 80, 80) == Status::invalidArgument);
  CHECK(bench.engine.sendInBandDigits(leg, std::string(64, '1'), 80, 80) == Status::ok);
}

TEST_CASE("an in-band key stops the prompt that lists it, in the frame in which it is recognised") {
  const Folder folder;
  Bench bench;
  Party sender;
  REQUIRE(bench.engine.sendInBandDigits(bench.leg(sender), "5", 100, 100) == Status::ok);
  bench.engine.step(200);

  Bench other;
  Party caller(sender.heard());
  const Handle leg = other.leg(caller);
  REQUIRE(other.engine.setDetectors(leg, {.dtmf = true}) == Status::ok);
  other.play(leg, {.files = {writeWav(folder / "a.wav", counted(1, 16'000))}, .stopKeys = "5"});
  other.engine.step(200);
  CHECK(text(other.one("playerEnded"), "reason") == "key");
  CHECK(number(other.one("playerEnded"), "playedMs") <= 40);
  CHECK(other.one("playerEnded").atNs == other.one("digit").atNs);
}

TEST_CASE("a busy tone that the line sends is told") {
  Bench far;
  Party line;
  const Handle tone = far.leg(line);
  REQUIRE(far.engine.playTone(tone, {.segments = {{.frequencies = {400}, .milliseconds = 375}, {.milliseconds = 375}}, .loop = true}).status ==
          Status::ok);
  far.engine.step(5000);

  Bench bench;
  Party exchange(line.heard());
  const Handle leg = bench.leg(exchange);
  REQUIRE(bench.engine.setDetectors(leg, {.tones = true}) == Status::ok);
  bench.engine.step(5000);
  CHECK(text(bench.one("tone"), "tone") == "busy");
  CHECK(bench.one("tone").subject == leg);
}

TEST_CASE("who answered, a beep and a fax are told of the leg that listens for them, from when it does") {
  Bench far;
  Party line;
  const Handle tone = far.leg(line);
  REQUIRE(far.engine
              .playTone(tone, {.segments = {{.milliseconds = 500},
                                            {.frequencies = {310, 1230}, .milliseconds = 600},
                                            {.milliseconds = 1400},
                                            {.frequencies = {1100}, .milliseconds = 500},
                                            {.milliseconds = 1000}}})
              .status == Status::ok);
  far.engine.step(4500);

  Bench bench;
  Party callee(line.heard());
  const Handle leg = bench.leg(callee);
  bench.engine.step(200);
  REQUIRE(bench.engine.setDetectors(leg, {.special = true, .answer = true}) == Status::ok);
  bench.engine.step(4500);
  CHECK(text(bench.one("answeredBy"), "by") == "human");
  CHECK(text(bench.one("answeredBy"), "reason") == "shortGreeting");
  CHECK(bench.one("answeredBy").subject == leg);
  CHECK(bench.one("beep").subject == leg);
  CHECK(text(bench.one("specialTone"), "tone") == "faxCalling");
}
