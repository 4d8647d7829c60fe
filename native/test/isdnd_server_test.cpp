// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline;
using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

const MonotonicClock kClock;  // libpri's, as long as the process lives.

/// A server on a thread, and our end of its socket.
struct Served {
  Served() {
    const auto control = packetPair(0);
    socket = control[0];
    thread = std::thread([this, end = control[1]] {
      Server server(end, kClock);
      clean = server.run();
    });
  }
  ~Served() {
    shutdown(socket, SHUT_RDWR);
    if (thread.joinable()) thread.join();
    close(socket);
  }
  std::string nextLog() {
    for (;;) {
      const auto message = receiveMessage(socket);
      REQUIRE(message);
      if (const auto* const log = std::get_if<Log>(&*message)) return log->text;
    }
  }
  int socket = -1;
  bool clean = false;
  std::thread thread;
};

}  // namespace

TEST_CASE("a packet that is no message ends the server: nothing behind it could be trusted") {
  const std::vector<std::vector<std::uint8_t>> packets = {{1, 2, 3}, std::vector<std::uint8_t>(2 * kMaxMessageBytes, 0xB1)};
  for (const auto& packet : packets) {
    Served served;
    served.clean = true;
    REQUIRE(send(served.socket, packet.data(), packet.size(), 0) == static_cast<ssize_t>(packet.size()));
    served.thread.join();
    CHECK_FALSE(served.clean);
    CHECK_FALSE(receiveMessage(served.socket));
  }
}

TEST_CASE("a span without its D channel, or configured a second time, is refused in words, and goes on as it was") {
  Served served;
  sendMessage(served.socket, e1(Node::user));
  CHECK(served.nextLog() == "a span was configured without the descriptor of its D channel");
  const auto wire = packetPair(SOCK_NONBLOCK);
  sendMessage(served.socket, e1(Node::user), wire[0]);
  sendMessage(served.socket, e1(Node::user), wire[0]);
  CHECK(served.nextLog() == "a span was configured twice; remove it first");
  sendMessage(served.socket, QuerySpan{.span = kSpan});
  const auto status = receiveMessage(served.socket);
  REQUIRE(status);
  CHECK(std::holds_alternative<SpanStatus>(*status));
  close(wire[0]);
  close(wire[1]);
}

TEST_CASE("messages for a span or a call that is not there are passed over") {
  Served served;
  sendMessage(served.socket, QuerySpan{.span = 9});
  sendMessage(served.socket, RemoveSpan{.span = 9});
  sendMessage(served.socket, Step{.sequence = 1});  // Not stepped.
  const auto wire = packetPair(SOCK_NONBLOCK);
  sendMessage(served.socket, e1(Node::user), wire[0]);
  for (const Message& message : std::initializer_list<Message>{
           Clear{.span = kSpan, .call = 5}, Connect{.span = kSpan, .call = 5}, Alerting{.span = kSpan, .call = 5},
           Progress{.span = kSpan, .call = 5, .inband = true}, Information{.span = kSpan, .call = 5, .digits = "1"},
           Proceeding{.span = kSpan, .call = 5}, SetupAck{.span = kSpan, .call = 5}, RestartChannel{.span = kSpan, .channel = 16},
           Setup{.span = kSpan, .call = kIncomingCallBit | 5, .called = {.digits = "1"}}})
    sendMessage(served.socket, message);
  CHECK(served.nextLog() == "a SETUP with the id of another call is passed over");
  sendMessage(served.socket, QuerySpan{.span = kSpan});
  const auto status = receiveMessage(served.socket);
  REQUIRE(status);
  REQUIRE(std::holds_alternative<SpanStatus>(*status));
  CHECK(std::get<SpanStatus>(*status).calls == 0);
  CHECK(std::get<SpanStatus>(*status).busyChannels == 0);
  close(wire[0]);
  close(wire[1]);
}
