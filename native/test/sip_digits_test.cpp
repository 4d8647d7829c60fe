// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include "sip/dtmf_info.hpp"
#include "sip/telephone_events.hpp"

using namespace branchline;

namespace {

constexpr std::int64_t kMs = 1'000'000;

}  // namespace

TEST_CASE("an INFO of dtmf-relay tells a digit and how long it was held") {
  const auto press = parseDtmfInfo("dtmf-relay", "Signal=5\r\nDuration=160\r\n");
  REQUIRE(press);
  CHECK(press->digit == '5');
  CHECK(press->durationMs == 160);
}

TEST_CASE("forms of dtmf-relay that other makers send are read as well") {
  CHECK(parseDtmfInfo("DTMF-Relay", "signal= *\nduration= 80")->digit == '*');
  CHECK(parseDtmfInfo("dtmf-relay", "Duration=100\r\nSignal: #")->digit == '#');
  CHECK(parseDtmfInfo("dtmf-relay", "Signal=11")->digit == '#');
  CHECK(parseDtmfInfo("dtmf-relay", "Signal=d")->digit == 'D');
  CHECK(parseDtmfInfo("dtmf", " 7\r\n")->digit == '7');
  CHECK(parseDtmfInfo("dtmf", "15")->digit == 'D');
}

TEST_CASE("a duration beyond sense is brought into bounds, one that is absent has a default") {
  CHECK(parseDtmfInfo("dtmf-relay", "Signal=1\r\nDuration=0")->durationMs == 40);
  CHECK(parseDtmfInfo("dtmf-relay", "Signal=1\r\nDuration=99999")->durationMs == 8000);
  CHECK(parseDtmfInfo("dtmf-relay", "Signal=1")->durationMs == 250);
}

TEST_CASE("what is no digit is refused") {
  CHECK_FALSE(parseDtmfInfo("dtmf-relay", "Signal=X"));
  CHECK_FALSE(parseDtmfInfo("dtmf-relay", "Signal=16"));  // Flash.
  CHECK_FALSE(parseDtmfInfo("dtmf-relay", "Duration=160"));
  CHECK_FALSE(parseDtmfInfo("dtmf", ""));
  CHECK_FALSE(parseDtmfInfo("media_control+xml", "Signal=5"));
}

TEST_CASE("the INFO body we send reads back") {
  const auto press = parseDtmfInfo(kDtmfRelaySubtype, dtmfRelayBody('#', 120));
  REQUIRE(press);
  CHECK(press->digit == '#');
  CHECK(press->durationMs == 120);
}

TEST_CASE("a key press is one digit, told at its first end packet with its duration") {
  TelephoneEventTracker tracker;
  CHECK_FALSE(tracker.packet('1', 1000, 20, false, 0));
  CHECK_FALSE(tracker.packet('1', 1000, 40, false, 20 * kMs));
  const auto press = tracker.packet('1', 1000, 100, true, 40 * kMs);
  REQUIRE(press);
  CHECK(press->digit == '1');
  CHECK(press->durationMs == 100);
  CHECK_FALSE(tracker.packet('1', 1000, 100, true, 45 * kMs));
  CHECK_FALSE(tracker.packet('1', 1000, 100, true, 50 * kMs));
  CHECK_FALSE(tracker.due(5000 * kMs));
}

TEST_CASE("the same key pressed twice is two digits") {
  TelephoneEventTracker tracker;
  CHECK(tracker.packet('1', 1000, 100, true, 0));
  CHECK_FALSE(tracker.packet('1', 3000, 20, false, 200 * kMs));
  CHECK(tracker.packet('1', 3000, 100, true, 300 * kMs));
}

TEST_CASE("a press whose packets but the end were lost is still a digit") {
  TelephoneEventTracker tracker;
  CHECK(tracker.packet('9', 1000, 100, true, 0));
}

TEST_CASE("a press whose end packets were lost is told when the next begins") {
  TelephoneEventTracker tracker;
  CHECK_FALSE(tracker.packet('1', 1000, 80, false, 0));
  const auto press = tracker.packet('2', 3000, 20, false, 100 * kMs);
  REQUIRE(press);
  CHECK(press->digit == '1');
  CHECK(press->durationMs == 80);
  CHECK(tracker.packet('2', 3000, 90, true, 200 * kMs)->digit == '2');
}

TEST_CASE("a press whose end packets were lost is told when nothing more comes, and only once") {
  TelephoneEventTracker tracker;
  CHECK_FALSE(tracker.packet('1', 1000, 80, false, 0));
  CHECK(tracker.waiting());
  CHECK_FALSE(tracker.due(TelephoneEventTracker::kGiveUpNs - 1));
  const auto press = tracker.due(TelephoneEventTracker::kGiveUpNs);
  REQUIRE(press);
  CHECK(press->digit == '1');
  CHECK_FALSE(tracker.waiting());
  CHECK_FALSE(tracker.packet('1', 1000, 100, true, 2 * TelephoneEventTracker::kGiveUpNs));
}
