// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cstdlib>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "audio/caller_id/message_collector.hpp"
#include "caller_id_support.hpp"

using namespace branchline;
using branchline::test::encoded;
using branchline::test::randomCaller;
using branchline::test::sameCaller;

namespace {

/// A whole message of `type` with its length and checksum.
std::vector<std::uint8_t> message(std::uint8_t type, const std::vector<std::uint8_t>& content) {
  std::vector<std::uint8_t> bytes{type, static_cast<std::uint8_t>(content.size())};
  bytes.insert(bytes.end(), content.begin(), content.end());
  std::uint8_t sum = 0;
  for (std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  bytes.push_back(static_cast<std::uint8_t>(-sum));
  return bytes;
}

std::vector<std::uint8_t> bytes(std::initializer_list<std::string> parts) {
  std::vector<std::uint8_t> all;
  for (const std::string& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

struct Parsed {
  CallerIdFault fault;
  CallerIdMessage display;
};

Parsed parsed(const std::vector<std::uint8_t>& message) {
  Parsed result{};
  result.fault = parseCallerDisplay(message, result.display);
  return result;
}

}  // namespace

TEST_CASE("a multiple data format message gives time, number and name") {
  const Parsed read = parsed(message(0x80, bytes({"\x01\x08", "11270755", "\x02\x0B", "01632960123", "\x07\x06", "A NAME"})));
  CHECK(read.fault == CallerIdFault::none);
  CHECK(read.display.kind == CallerIdMessage::Kind::call);
  CHECK(read.display.number.view() == "01632960123");
  CHECK(read.display.name.view() == "A NAME");
  CHECK(read.display.month == 11);
  CHECK(read.display.day == 27);
  CHECK(read.display.hour == 7);
  CHECK(read.display.minute == 55);
}

TEST_CASE("a single data format message is read byte for byte") {
  // 30 September, 12:24, from 609 555 1234.
  const Parsed read =
      parsed({0x04, 0x12, 0x30, 0x39, 0x33, 0x30, 0x31, 0x32, 0x32, 0x34, 0x36, 0x30, 0x39, 0x35, 0x35, 0x35, 0x31, 0x32, 0x33, 0x34, 0x4D});
  CHECK(read.fault == CallerIdFault::none);
  CHECK(read.display.number.view() == "6095551234");
  CHECK(read.display.month == 9);
  CHECK(read.display.day == 30);
}

TEST_CASE("a number that is withheld is told apart from one that is unavailable") {
  CHECK(parsed(message(0x80, bytes({"\x04\x01P"}))).display.numberAbsence == DisplayAbsence::withheld);
  CHECK(parsed(message(0x80, bytes({"\x04\x01O"}))).display.numberAbsence == DisplayAbsence::unavailable);
  CHECK(parsed(message(0x80, bytes({"\x08\x01P"}))).display.nameAbsence == DisplayAbsence::withheld);
  CHECK(parsed(message(0x04, bytes({"11270755P"}))).display.numberAbsence == DisplayAbsence::withheld);
  CHECK(parsed(message(0x04, bytes({"11270755O"}))).display.numberAbsence == DisplayAbsence::unavailable);
}

TEST_CASE("message waiting is read from all its messages, with the count where it comes") {
  CHECK(parsed(message(0x82, {0x0B, 1, 0xFF})).display.messageWaiting);
  CHECK(!parsed(message(0x82, {0x0B, 1, 0x00})).display.messageWaiting);
  CHECK(parsed(message(0x06, {0x42, 0x42, 0x42})).display.messageWaiting);
  CHECK(!parsed(message(0x06, {0x6F, 0x6F, 0x6F})).display.messageWaiting);
  const Parsed read = parsed(message(0x80, {0x11, 1, 0x81, 0x13, 1, 3}));  // SIN 227: a message waiting call.
  CHECK(read.display.kind == CallerIdMessage::Kind::messageWaiting);
  CHECK(read.display.messages == 3);
}

TEST_CASE("parameters that are unknown are skipped, and those with nothing in them") {
  const Parsed read = parsed(message(0x80, bytes({"\xE0\x03xyz", std::string("\x07\x00", 2), "\x02\x03", "101"})));
  CHECK(read.fault == CallerIdFault::none);
  CHECK(read.display.number.view() == "101");
}

TEST_CASE("a parameter that runs past the end refuses the message") {
  CHECK(parsed(message(0x80, bytes({"\x02\x09", "123"}))).fault == CallerIdFault::malformed);
  CHECK(parsed(message(0x80, bytes({"\x02"}))).fault == CallerIdFault::malformed);
  CHECK(parsed(message(0x04, bytes({"1127"}))).fault == CallerIdFault::malformed);
}

TEST_CASE("a wrong checksum, a missing end and an unknown type are told as such") {
  std::vector<std::uint8_t> wrong = message(0x80, bytes({"\x02\x03", "101"}));
  wrong[4] ^= 1U;
  CHECK(parsed(wrong).fault == CallerIdFault::checksum);
  CHECK(parsed({0x80, 10, 1, 2}).fault == CallerIdFault::truncated);
  CHECK(parsed({}).fault == CallerIdFault::truncated);
  CHECK(parsed(message(0x77, {1, 2})).fault == CallerIdFault::unknownType);
}

TEST_CASE("text from the line is printable text: control characters go, Latin letters become UTF-8, digits stay digits") {
  const Parsed read = parsed(message(0x80, bytes({"\x07\x08", "A\x1B[0m\r\n\xE9", "\x02\x09", "01 2-3;x4"})));
  CHECK(read.display.name.view() == "A[0m\xC3\xA9");
  CHECK(read.display.number.view() == "01234");
}

TEST_CASE("a time that is none is left out") {
  CHECK(parsed(message(0x80, bytes({"\x01\x08", "13270755"}))).display.month == 0);
  CHECK(parsed(message(0x80, bytes({"\x01\x08",
                                    "1127\xFF"
                                    "755"})))
            .display.month == 0);
  CHECK(parsed(message(0x80, bytes({"\x01\x02", "11"}))).display.month == 0);
}

TEST_CASE("what is encoded is read back the same") {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    const CallerIdMessage sent = randomCaller(random);
    const Parsed read = parsed(encoded(sent));
    CHECK(read.fault == CallerIdFault::none);
    CHECK(sameCaller(read.display, sent));
  }
  CallerIdMessage waiting{.kind = CallerIdMessage::Kind::messageWaiting, .messageWaiting = true, .messages = 2};
  CHECK(sameCaller(parsed(encoded(waiting)).display, waiting));
  CallerIdMessage named;
  named.name = {"Zo\xC3\xAB"};
  CHECK(sameCaller(parsed(encoded(named)).display, named));
}

TEST_CASE("hostile bytes never bring the parser or the collector down") {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  const int rounds = depth != nullptr && std::string(depth) == "full" ? 2'000'000 : 50'000;
  std::mt19937 random(99);
  const auto upTo = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  static constexpr std::uint8_t kTypes[] = {0x04, 0x06, 0x80, 0x82, 0x86, 0x89, 0x00, 0xFF};
  MessageCollector collector;
  CallerIdReport report;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::uint8_t> content(static_cast<std::size_t>(upTo(upTo(3) == 0 ? 255 : 20)));
    for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(upTo(2) == 0 ? upTo(12) : upTo(255));
    std::vector<std::uint8_t> hostile = message(kTypes[upTo(7)], content);
    if (upTo(1) == 0) hostile[static_cast<std::size_t>(upTo(static_cast<int>(hostile.size()) - 1))] = static_cast<std::uint8_t>(upTo(255));
    hostile.resize(static_cast<std::size_t>(upTo(static_cast<int>(hostile.size()))));
    CallerIdMessage display;
    (void)parseCallerDisplay(hostile, display);
    for (std::string_view text : {display.name.view(), display.number.view(), display.calledNumber.view()}) {
      CHECK(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
    }
    for (std::size_t i = 0; i < hostile.size(); ++i) {
      AsyncByte byte{.value = hostile[i], .idleBits = upTo(90), .afterMark = i == 0 || upTo(300) == 0};
      byte.certainty.fill(static_cast<float>(upTo(20)) / 10.0F);
      collector.add(byte, report);
    }
    if (upTo(9) == 0) collector.signalLost(report);
  }
}

TEST_CASE("one doubtful bit is turned where the checksum asks for it, and no clear one is") {
  CallerIdMessage sent;
  sent.number = {"01632960123"};
  for (bool doubtful : {true, false}) {
    std::vector<std::uint8_t> wrong = encoded(sent);
    wrong[6] ^= 0x08U;
    MessageCollector collector;
    CallerIdReport report;
    bool told = false;
    for (std::size_t i = 0; i < wrong.size(); ++i) {
      AsyncByte byte{.value = wrong[i], .idleBits = i == 0 ? 80 : 0, .afterMark = i == 0};
      byte.certainty.fill(2);
      if (i == 6 && doubtful) byte.certainty[3] = 0.1F;
      told = collector.add(byte, report);
    }
    REQUIRE(told);
    CHECK(report.mended == doubtful);
    CHECK(report.fault == (doubtful ? CallerIdFault::none : CallerIdFault::checksum));
    if (doubtful) CHECK(sameCaller(report.display, sent));
  }
}
