// SPDX-License-Identifier: GPL-2.0-or-later
// Real time, a thread a D channel: what a race detector is to look at.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "isdnd_world.hpp"

using namespace branchline;
using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

const MonotonicClock kClock;  // libpri's, as long as the process lives.

/// An isdnd in real time with several spans; a thread hears it.
class LiveSide {
 public:
  explicit LiveSide(std::function<void(LiveSide&, const Message&)> hear) : isdnd_(kClock) {
    reader_ = std::thread([this, hear = std::move(hear)] {
      while (const auto message = isdnd_.hear()) hear(*this, *message);
    });
  }
  ~LiveSide() {
    stopping_ = true;
    CHECK(isdnd_.stop());
    reader_.join();
  }
  LiveSide(const LiveSide&) = delete;
  LiveSide& operator=(const LiveSide&) = delete;

  /// The reader may still answer a call that came just before the end.
  void say(const Message& message, int descriptor = -1) {
    const bool told = sendMessage(isdnd_.control(), message, descriptor) == Sent::sent;
    CHECK((told || stopping_));
  }

 private:
  std::atomic<bool> stopping_ = false;
  ServedIsdnd isdnd_;
  std::thread reader_;
};

constexpr int kSpans = 4;
constexpr std::uint32_t kCallsPerSpan = 50;

}  // namespace

TEST_CASE("four spans on threads of their own carry their calls at once, and stop when the control socket closes with calls up") {
  std::mutex mutex;
  std::condition_variable changed;
  int up = 0;
  std::map<std::uint32_t, int> ends;
  LiveSide network([](LiveSide& self, const Message& message) {
    if (const auto* const setup = std::get_if<Setup>(&message)) self.say(Connect{.span = setup->span, .call = setup->call});
  });
  LiveSide user([&](LiveSide& self, const Message& message) {
    const std::lock_guard lock(mutex);
    if (const auto* const connect = std::get_if<Connect>(&message)) self.say(Clear{.span = connect->span, .call = connect->call});
    if (const auto* const released = std::get_if<Released>(&message)) ends[released->call]++;
    if (const auto* const layer = std::get_if<LayerTwo>(&message)) up += layer->up ? 1 : -1;
    changed.notify_all();
  });
  for (std::uint8_t span = 1; span <= kSpans; span++) {
    const auto wire = packetSocketPair(SOCK_NONBLOCK);
    ConfigureSpan configuration = e1(Node::network);
    configuration.span = span;
    network.say(configuration, wire[0]);
    configuration.node = Node::user;
    user.say(configuration, wire[1]);
    close(wire[0]);
    close(wire[1]);
  }
  const auto await = [&](auto done) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), done);
  };
  REQUIRE(await([&] { return up == kSpans; }));
  for (std::uint32_t call = 0; call < kCallsPerSpan; call++) {
    for (std::uint8_t span = 1; span <= kSpans; span++) {
      Setup setup = setupTo("1", call * kSpans + span);
      setup.span = span;
      user.say(setup);
    }
  }
  REQUIRE(await([&] { return ends.size() == kSpans * kCallsPerSpan; }));
  for (const auto& [call, count] : ends) CHECK(count == 1);
  // A SETUP just ahead of the span's end, which its thread may not have come to: it ends as well.
  for (std::uint8_t span = 2; span <= kSpans; span++) {
    Setup late = setupTo("1", 50'000U + span);
    late.span = span;
    user.say(late);
    user.say(RemoveSpan{.span = span});
  }
  CHECK(await([&] { return ends.size() == kSpans * kCallsPerSpan + kSpans - 1; }));
  // A call that stays: its thread stops all the same.
  Setup last = setupTo("1", 100'000);
  last.span = 1;
  network.say(last);
}
