// SPDX-License-Identifier: GPL-3.0-or-later
#include <poll.h>

#include <csignal>

#include "isdn_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kMoreThanASocketHolds = 2'000;

/// Answers of isdnd, until it says nothing for a second.
std::vector<int> answeredSpans(IsdndProcess& process) {
  std::vector<int> spans;
  isdn::Message message;
  while (process.receive(message, 1'000) == IsdndProcess::Received::message) {
    if (const auto* const status = std::get_if<isdn::SpanStatus>(&message)) spans.push_back(status->span);
  }
  return spans;
}

}  // namespace

TEST_CASE("what the socket to isdnd does not take waits, and goes in order once isdnd reads again, with the descriptor that belongs to it") {
  IsdndProcess process(kIsdndProgram, false);
  kill(process.pid(), SIGSTOP);
  std::vector<int> asked;
  for (int i = 0; i < kMoreThanASocketHolds; i++) {
    asked.push_back(i % 200 + 2);
    REQUIRE(process.send(isdn::QuerySpan{.span = static_cast<std::uint8_t>(asked.back())}));
  }
  CHECK((process.awaited() & POLLOUT) != 0);
  const auto wire = dChannelPair();
  REQUIRE(process.send(e1(isdn::Node::user), wire[0]));
  close(wire[0]);
  kill(process.pid(), SIGCONT);
  CHECK(answeredSpans(process) == asked);
  CHECK(process.awaited() == POLLIN);
  std::array<char, 16> frame{};
  CHECK(recv(wire[1], frame.data(), frame.size(), 0) > 0);  // SABME: it has its D channel.
  close(wire[1]);
}

TEST_CASE("an isdnd that does not read is not written to without end") {
  IsdndProcess process(kIsdndProgram, false);
  kill(process.pid(), SIGSTOP);
  int taken = 0;
  while (taken < 100'000 && process.send(isdn::QuerySpan{.span = 1})) taken++;
  CHECK(taken > kMoreThanASocketHolds);
  CHECK(taken < 100'000);
  process.kill();
  isdn::Message message;
  CHECK(process.receive(message, 1'000) == IsdndProcess::Received::gone);
}
