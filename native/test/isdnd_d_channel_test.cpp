// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_channel.hpp"

#include <dahdi/user.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <vector>

using namespace branchline::isdn;

namespace {

using Frame = std::vector<std::uint8_t>;
using Type = DChannel::Read::Type;

/// A D channel of DAHDI that answers what the test wants: frames, errors (negative), events.
class ScriptedDriver final : public DChannelCalls {
 public:
  std::deque<Frame> toRead;
  std::deque<int> readErrors;
  std::deque<int> writeErrors;
  std::deque<int> events;
  std::deque<int> eventErrors;
  std::vector<Frame> written;

  ssize_t read(int, void* buffer, std::size_t size) noexcept override {
    if (!events.empty()) return failed(ELAST);
    if (const int error = next(readErrors)) return failed(error);
    if (toRead.empty()) return failed(EAGAIN);
    const Frame frame = toRead.front();
    toRead.pop_front();
    const std::size_t octets = std::min(size, frame.size());
    std::copy_n(frame.begin(), octets, static_cast<std::uint8_t*>(buffer));
    return static_cast<ssize_t>(octets);
  }
  ssize_t write(int, const void* buffer, std::size_t size) noexcept override {
    if (!events.empty()) return failed(ELAST);
    if (const int error = next(writeErrors)) return failed(error);
    const auto* const octets = static_cast<const std::uint8_t*>(buffer);
    written.emplace_back(octets, octets + size);
    return static_cast<ssize_t>(size);
  }
  bool isSocket(int) noexcept override { return false; }
  int control(int, unsigned long request, void* argument) noexcept override {
    if (request != DAHDI_GETEVENT) return failed(ENOTTY);
    if (const int error = next(eventErrors)) return failed(error);
    *static_cast<int*>(argument) = next(events);
    return 0;
  }

 private:
  static int next(std::deque<int>& values) noexcept {
    if (values.empty()) return 0;
    const int value = values.front();
    values.pop_front();
    return value;
  }
  static int failed(int error) noexcept {
    errno = error;
    return -1;
  }
};

struct Driven {
  ScriptedDriver driver;
  DChannel channel{-1, driver};
  std::array<std::uint8_t, 1024> buffer{};

  DChannel::Read read() { return channel.read(buffer); }
};

}  // namespace

TEST_CASE("DAHDI's frames end with two octets of FCS that are none of the frame, both ways") {
  Driven d;
  d.driver.toRead.push_back({1, 2, 3, 0xAA, 0xBB});
  const DChannel::Read read = d.read();
  CHECK(read.type == Type::frame);
  CHECK(read.size == 3);
  CHECK(d.buffer[2] == 3);
  CHECK(d.read().type == Type::nothing);
  const Frame frame = {1, 2, 3, 0, 0};
  d.channel.write(frame, 3);
  CHECK(d.driver.written == std::vector<Frame>{frame});
}

TEST_CASE("events that hold DAHDI's D channel up are taken, bad frames among them counted, and the frame behind them is read") {
  Driven d;
  d.driver.events = {DAHDI_EVENT_ABORT, DAHDI_EVENT_BADFCS, DAHDI_EVENT_OVERRUN, DAHDI_EVENT_ALARM};
  d.driver.toRead.push_back({1, 2, 3, 0, 0});
  CHECK(d.read().type == Type::frame);
  CHECK(d.channel.badFrames() == 3);
  d.driver.events = {DAHDI_EVENT_NOALARM};
  d.channel.write(Frame{1, 0, 0}, 1);
  CHECK(d.driver.written.size() == 1);
}

TEST_CASE("a frame of nothing but FCS is none") {
  Driven d;
  d.driver.toRead.push_back({0xAA, 0xBB});
  CHECK(d.read().type == Type::nothing);
}

TEST_CASE("a card that is pulled ends its D channel, told by an event, by the event's call, or by the read") {
  const auto ends = [](auto prepare) {
    Driven d;
    prepare(d.driver);
    return d.read().type == Type::gone;
  };
  CHECK(ends([](ScriptedDriver& driver) { driver.events = {DAHDI_EVENT_REMOVED}; }));
  CHECK(ends([](ScriptedDriver& driver) {
    driver.events = {DAHDI_EVENT_ALARM};
    driver.eventErrors = {ENODEV};
  }));
  CHECK(ends([](ScriptedDriver& driver) { driver.readErrors = {ENODEV}; }));
}

TEST_CASE("signals interrupt nothing, and a full D channel loses the frame without waiting") {
  Driven d;
  d.driver.readErrors = {EINTR, EINTR};
  d.driver.toRead.push_back({1, 0, 0});
  CHECK(d.read().type == Type::frame);
  d.driver.writeErrors = {EINTR};
  d.channel.write(Frame{1, 0, 0}, 1);
  CHECK(d.driver.written.size() == 1);
  d.driver.writeErrors = {EAGAIN};
  d.channel.write(Frame{2, 0, 0}, 1);
  d.driver.writeErrors = {ENODEV};
  d.channel.write(Frame{3, 0, 0}, 1);
  CHECK(d.driver.written.size() == 1);
}

TEST_CASE("a socket carries frames without FCS, and is gone when its other end is closed") {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) == 0);
  DChannel channel(ends[0]);
  std::array<std::uint8_t, 16> buffer{};
  CHECK(channel.read(buffer).type == Type::nothing);
  const Frame frame = {1, 2, 3, 0, 0};
  channel.write(frame, 3);
  CHECK(recv(ends[1], buffer.data(), buffer.size(), 0) == 3);
  REQUIRE(send(ends[1], frame.data(), 4, 0) == 4);
  CHECK(channel.read(buffer).size == 4);
  REQUIRE(send(ends[1], buffer.data(), 16, 0) == 16);
  CHECK(channel.read(buffer).size == 16);  // Told in full, though cut off.
  close(ends[1]);
  CHECK(channel.read(buffer).type == Type::gone);
}
