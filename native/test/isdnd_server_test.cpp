// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline;
using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

const MonotonicClock kClock;  // libpri's, as long as the process lives.

std::string nextLog(ServedIsdnd& served) {
  for (;;) {
    const auto message = served.hear();
    REQUIRE(message);
    if (const auto* const log = std::get_if<Log>(&*message)) return log->text;
  }
}

}  // namespace

TEST_CASE("a packet that is no message ends the server: nothing behind it could be trusted") {
  const std::vector<std::vector<std::uint8_t>> packets = {{1, 2, 3}, std::vector<std::uint8_t>(2 * kMaxMessageBytes, 0xB1)};
  for (const auto& packet : packets) {
    ServedIsdnd served(kClock);
    REQUIRE(send(served.control(), packet.data(), packet.size(), 0) == static_cast<ssize_t>(packet.size()));
    CHECK_FALSE(served.join());
    CHECK_FALSE(served.hear());
  }
}

TEST_CASE("a span without its D channel, or configured a second time, is refused in words, and goes on as it was") {
  ServedIsdnd served(kClock);
  served.say(e1(Node::user));
  CHECK(nextLog(served) == "a span was configured without the descriptor of its D channel");
  const auto wire = packetSocketPair(SOCK_NONBLOCK);
  served.say(e1(Node::user), wire[0]);
  served.say(e1(Node::user), wire[0]);
  CHECK(nextLog(served) == "a span was configured twice; remove it first");
  served.say(QuerySpan{.span = kSpan});
  const auto status = served.hear();
  REQUIRE(status);
  CHECK(std::holds_alternative<SpanStatus>(*status));
  close(wire[0]);
  close(wire[1]);
}

TEST_CASE("messages for a span or a call that is not there are passed over") {
  ServedIsdnd served(kClock);
  served.say(QuerySpan{.span = 9});
  served.say(RemoveSpan{.span = 9});
  served.say(Step{.sequence = 1});  // Not stepped.
  const auto wire = packetSocketPair(SOCK_NONBLOCK);
  served.say(e1(Node::user), wire[0]);
  for (const Message& message : std::initializer_list<Message>{
           Clear{.span = kSpan, .call = 5}, Connect{.span = kSpan, .call = 5}, Alerting{.span = kSpan, .call = 5},
           Progress{.span = kSpan, .call = 5, .inband = true}, Information{.span = kSpan, .call = 5, .digits = "1"},
           Proceeding{.span = kSpan, .call = 5}, SetupAck{.span = kSpan, .call = 5}, RestartChannel{.span = kSpan, .channel = 16},
           Setup{.span = kSpan, .call = kIncomingCallBit | 5, .called = {.digits = "1"}}})
    served.say(message);
  CHECK(nextLog(served) == "a SETUP with the id of another call is passed over");
  served.say(QuerySpan{.span = kSpan});
  const auto status = served.hear();
  REQUIRE(status);
  REQUIRE(std::holds_alternative<SpanStatus>(*status));
  CHECK(std::get<SpanStatus>(*status).calls == 0);
  CHECK(std::get<SpanStatus>(*status).busyChannels == 0);
  close(wire[0]);
  close(wire[1]);
}
