// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sip/causes.hpp"
#include "sip/text.hpp"

using namespace branchline;

namespace {

using Row = std::vector<std::string>;

/// Cells of the rows of the table under a heading of the document that people read; the TypeScript side is compared with the same one.
std::vector<Row> tableUnder(const std::string& heading) {
  std::ifstream document(CAUSES_TABLE);
  std::vector<Row> rows;
  bool there = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("## ")) there = line == "## " + heading;
    if (!there || !line.starts_with('|')) continue;
    std::istringstream cells(line.substr(1));
    Row row;
    for (std::string cell; std::getline(cells, cell, '|');) row.emplace_back(trimmed(cell));
    rows.push_back(row);
  }
  REQUIRE(rows.size() > 2);
  return {rows.begin() + 2, rows.end()};
}

}  // namespace

TEST_CASE("each cause from 1 to 127 refuses a call with the status of the table, and the status alone reads back as it says") {
  const auto rows = tableUnder("Causes");
  REQUIRE(rows.size() == 127);
  for (const Row& row : rows) {
    const int q850 = std::stoi(row.at(0));
    CAPTURE(q850);
    CHECK(sipStatusOfCause(q850) == std::stoi(row.at(3)));
    CHECK(causeOfSipStatus(sipStatusOfCause(q850)) == std::stoi(row.at(5)));
    CHECK(causeOfReason(reasonOfCause(q850)) == q850);
  }
}

TEST_CASE("each final status from 300 to 699 stands for the cause of the table, by its class where it has no row") {
  std::map<std::string, int> causes;
  for (const Row& row : tableUnder("SIP statuses")) causes[row.at(0)] = std::stoi(row.at(1));
  for (int status = 300; status <= 699; ++status) {
    CAPTURE(status);
    const auto named = causes.find(std::to_string(status));
    const int cause = named != causes.end() ? named->second : causes.at("other " + std::to_string(status / 100) + "xx");
    CHECK(causeOfSipStatus(status) == cause);
  }
}

TEST_CASE("the Q.850 value of a Reason header is found wherever it stands") {
  CHECK(causeOfReason("Q.850;cause=17;text=\"User busy\"") == 17);
  CHECK(causeOfReason("SIP ;cause=600, q.850 ; text=\"a, b;cause=3\" ; CAUSE = 34") == 34);
  CHECK(causeOfReason("SIP;cause=200;text=\"Call, completed\"") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=0") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=128") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=1x") == std::nullopt);
  CHECK(causeOfReason("Q.850") == std::nullopt);
  CHECK(causeOfReason("") == std::nullopt);
}
