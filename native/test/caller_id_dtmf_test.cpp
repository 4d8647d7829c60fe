// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "audio/caller_id/dtmf_caller_id.hpp"
#include "detect_signals.hpp"

using namespace branchline;
using branchline::test::Signal;

namespace {

std::vector<CallerIdReport> heard(const std::string& keys) {
  Signal signal(51);
  signal.silence(200);
  for (char key : keys) {
    if (key == ' ')
      signal.silence(1500);
    else
      signal.key(key, 70, -12).silence(70);
  }
  signal.silence(1500).addNoise(-35);
  DtmfCallerIdReceiver receiver;
  std::vector<CallerIdReport> reports;
  signal.feed([&](const Frame& frame) {
    if (const CallerIdReport* report = receiver.process(frame)) reports.push_back(*report);
  });
  return reports;
}

CallerIdMessage shown(const std::string& keys) {
  const std::vector<CallerIdReport> reports = heard(keys);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].fault == CallerIdFault::none);
  return reports[0].display;
}

}  // namespace

TEST_CASE("a caller's number is read between A or D and C or #") {
  CHECK(shown("A0201234567C").number.view() == "0201234567");
  CHECK(shown("D0201234567C").number.view() == "0201234567");
  CHECK(shown("A33123456#").number.view() == "33123456");
}

TEST_CASE("codes for an absent number are read, Denmark's too") {
  CHECK(shown("B10C").numberAbsence == DisplayAbsence::withheld);
  CHECK(shown("B00C").numberAbsence == DisplayAbsence::unavailable);
  CHECK(shown("D1#").numberAbsence == DisplayAbsence::withheld);
  CHECK(shown("D3#").numberAbsence == DisplayAbsence::unavailable);
  CHECK(shown("AC").numberAbsence == DisplayAbsence::unavailable);
}

TEST_CASE("the number that a call was diverted from is not the caller's") { CHECK(shown("A0201234567D0209999999C").number.view() == "0201234567"); }

TEST_CASE("keys that stop before the end are truncated, and keys without a beginning are nothing") {
  const std::vector<CallerIdReport> reports = heard("A02012 ");
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].fault == CallerIdFault::truncated);
  CHECK(heard("0201234567#C").empty());
}

TEST_CASE("a number of any length is kept to its bound") { CHECK(shown("A" + std::string(60, '7') + "C").number.view() == std::string(24, '7')); }

TEST_CASE("the keys that are sent are those that are read") {
  CallerIdMessage display;
  display.number = {"0201234567"};
  CHECK(dtmfCallerIdKeys(display, 'A').view() == "A0201234567C");
  CHECK(dtmfCallerIdKeys(display, 'D').view() == "D0201234567C");
  CallerIdMessage withheld;
  withheld.numberAbsence = DisplayAbsence::withheld;
  CHECK(dtmfCallerIdKeys(withheld, 'A').view() == "B10C");
  CHECK(dtmfCallerIdKeys(CallerIdMessage{}, 'A').empty());
}
