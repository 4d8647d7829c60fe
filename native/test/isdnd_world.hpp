// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Two or more isdnds in virtual time, their D channels joined by a wire that can lose frames and be cut.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "common/clock.hpp"
#include "isdnd/protocol.hpp"
#include "isdnd_served.hpp"

namespace branchline::isdn::test {

inline constexpr std::uint32_t kE1Channels = 0xFFFE'FFFE;  // 1…15, 17…31.
inline constexpr std::uint32_t kBriChannels = 0b110;
inline constexpr std::uint8_t kSpan = 1;
inline constexpr std::size_t kKeptLogs = 100'000;

/// One isdnd with one span, and what it said.
class Side {
 public:
  Side(SteppedClock& clock, const ConfigureSpan& configuration) : clock_(clock), isdnd_(clock) { configure(configuration); }
  ~Side() {
    CHECK(isdnd_.stop());
    if (wire_ >= 0) close(wire_);
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  /// Begins the span, on a wire of its own.
  void configure(const ConfigureSpan& configuration) {
    const auto dChannel = packetSocketPair(SOCK_NONBLOCK);
    wire_ = dChannel[0];
    isdnd_.say(configuration, dChannel[1]);
    close(dChannel[1]);
  }
  void say(const Message& message) { isdnd_.say(message); }
  /// A step at the clock's time. What came before its end is in `heard`, and was handed to `on`.
  StepDone step() {
    say(Step{.sequence = ++sequence_, .nowNs = clock_.nowNs()});
    for (;;) {
      auto message = isdnd_.hear();
      if (!message) FAIL("isdnd is gone");
      if (const auto* const done = std::get_if<StepDone>(&*message)) {
        if (done->sequence != sequence_) FAIL("a step was answered out of order");
        return *done;
      }
      if (const auto* const text = std::get_if<Log>(&*message)) {
        if (logs.size() < kKeptLogs) logs.push_back(text->text);
        continue;
      }
      heard.push_back(*message);
      if (on) on(*message);
    }
  }
  SpanStatus status() {
    say(QuerySpan{.span = kSpan});
    step();
    SpanStatus last;
    std::erase_if(heard, [&](const Message& message) {
      if (const auto* const one = std::get_if<SpanStatus>(&message)) last = *one;
      return std::holds_alternative<SpanStatus>(message);
    });
    return last;
  }
  template <typename Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Message& message : heard) {
      if (const auto* const one = std::get_if<Kind>(&message)) found.push_back(*one);
    }
    return found;
  }
  template <typename Kind>
  [[nodiscard]] bool has() const {
    return !all<Kind>().empty();
  }
  template <typename Kind>
  [[nodiscard]] Kind one() const {
    const auto found = all<Kind>();
    REQUIRE(found.size() == 1);
    return found[0];
  }
  [[nodiscard]] int wire() const { return wire_; }
  void cutForGood() {
    close(wire_);
    wire_ = -1;
  }

  std::vector<Message> heard;
  std::vector<std::string> logs;
  std::function<void(const Message&)> on;

 private:
  SteppedClock& clock_;
  ServedIsdnd isdnd_;
  int wire_ = -1;
  std::uint32_t sequence_ = 0;
};

/// The first side is the network's (a bus's NT), the others hear only it.
class World {
 public:
  explicit World(const std::vector<ConfigureSpan>& configurations) {
    for (const ConfigureSpan& configuration : configurations) sides.push_back(std::make_unique<Side>(clock, configuration));
  }

  Side& network() { return *sides[0]; }
  Side& user(std::size_t which = 1) { return *sides[which]; }

  /// Runs until `seconds` of virtual time have gone, from timer to timer.
  void run(double seconds) {
    runUntil(seconds, [] { return false; });
  }
  /// True as soon as `done`; false when the time is over.
  bool runUntil(double seconds, const std::function<bool()>& done) {
    const std::int64_t end = clock.nowNs() + static_cast<std::int64_t>(seconds * 1e9);
    for (;;) {
      const std::int64_t next = settle();
      if (done()) return true;
      if (clock.nowNs() >= end) return false;
      clock.advanceTo(next == 0 || next > end ? end : std::max(next, clock.nowNs() + 1'000'000));
    }
  }
  bool bringUp() {
    return runUntil(5, [&] { return std::all_of(sides.begin(), sides.end(), [](const auto& side) { return side->template has<LayerTwo>(); }); });
  }
  void forget() {
    for (const auto& side : sides) side->heard.clear();
  }

  SteppedClock& clock = sharedClock();
  std::vector<std::unique_ptr<Side>> sides;
  double lossRate = 0;
  /// Of every frame on the wire: may change it, in the room that it has. Answers its length from then on.
  std::function<std::size_t(std::span<std::uint8_t> room, std::size_t size)> rewrite;
  bool cut = false;
  bool stalled = false;  // Frames stay where they are: nobody reads them.
  std::mt19937 random{1};

 private:
  /// libpri has one clock a process, which outlives all that use it: time goes on from test to test.
  static SteppedClock& sharedClock() {
    static SteppedClock clock;
    return clock;
  }
  /// Steps at the present moment until nothing moves. Answers the next timer of any side; 0: none.
  std::int64_t settle() {
    for (int turn = 0;; turn++) {
      if (turn == 100'000) FAIL("the D channels never come to rest");
      std::int64_t next = 0;
      std::uint32_t moved = 0;
      for (const auto& side : sides) {
        const StepDone done = side->step();
        moved += done.frames;
        if (done.nextDueNs != 0 && (next == 0 || done.nextDueNs < next)) next = done.nextDueNs;
      }
      if (carry() + moved == 0) return next;
    }
  }
  std::uint32_t carry() {
    std::uint32_t carried = 0;
    if (stalled) return 0;
    for (std::size_t from = 0; from < sides.size(); from++) {
      if (sides[from]->wire() < 0) continue;
      std::array<std::uint8_t, 2048> frame{};
      for (ssize_t size = 0; (size = recv(sides[from]->wire(), frame.data(), frame.size(), MSG_DONTWAIT)) > 0; carried++) {
        const bool lost = cut || (lossRate > 0 && std::uniform_real_distribution<>()(random) < lossRate);
        if (lost) continue;
        if (rewrite) size = static_cast<ssize_t>(rewrite(frame, static_cast<std::size_t>(size)));
        for (std::size_t to = from == 0 ? 1 : 0; to < (from == 0 ? sides.size() : 1); to++) {
          if (sides[to]->wire() >= 0) REQUIRE(send(sides[to]->wire(), frame.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size);
        }
      }
    }
    return carried;
  }
};

inline ConfigureSpan e1(Node node) {
  return {.span = kSpan, .node = node, .channels = kE1Channels, .location = node == Node::network ? Location::publicLocal : Location::privateLocal};
}
inline ConfigureSpan bri(Node node, Access access) {
  ConfigureSpan configuration = e1(node);
  configuration.access = access;
  configuration.channels = kBriChannels;
  return configuration;
}

inline Setup setupTo(const std::string& number, std::uint32_t call = 1) {
  return {.span = kSpan,
          .call = call,
          .called = {.digits = number},
          .calling = {.digits = "1632960789", .type = 2, .plan = 1, .presentation = 0, .screening = 1},
          .callingName = "Alice Example"};
}

/// Two primary spans that are up, all channels restarted.
struct Primary : World {
  explicit Primary(const std::function<void(ConfigureSpan&)>& change = [](ConfigureSpan&) {}) : World(configurations(change)) {
    REQUIRE(bringUp());
    run(0.1);
    forget();
  }
  static std::vector<ConfigureSpan> configurations(const std::function<void(ConfigureSpan&)>& change) {
    ConfigureSpan network = e1(Node::network);
    ConfigureSpan user = e1(Node::user);
    change(network);
    change(user);
    return {network, user};
  }
  /// A call from the user to the network, answered. Its id at the network.
  std::uint32_t answered(std::uint32_t call = 1) {
    user().say(setupTo("02079460123", call));
    run(0.01);
    const std::uint32_t there = network().all<Setup>().back().call;
    network().say(Connect{.span = kSpan, .call = there});
    run(0.01);
    REQUIRE(user().has<Connect>());
    return there;
  }
};

/// Answers every call at once.
inline void answerAll(Side& side) {
  side.on = [&side](const Message& message) {
    if (const auto* const setup = std::get_if<Setup>(&message)) side.say(Connect{.span = kSpan, .call = setup->call});
  };
}

/// What went wrong inside libpri and was mended by force.
inline bool mended(const World& world) {
  return std::any_of(world.sides.begin(), world.sides.end(), [](const auto& side) {
    return std::any_of(side->logs.begin(), side->logs.end(), [](const std::string& line) {
      return line.find("given up") != std::string::npos || line.find("let go") != std::string::npos;
    });
  });
}

/// No call, no channel in use at either end, and no call that ended other than once or by force.
inline void checkIdle(World& world) {
  CHECK_FALSE(mended(world));
  for (const auto& side : world.sides) {
    const SpanStatus status = side->status();
    CHECK(status.calls == 0);
    CHECK(status.busyChannels == 0);
    std::map<std::uint32_t, int> ends;
    for (const auto& released : side->all<Released>()) CHECK(++ends[released.call] == 1);
  }
}

}  // namespace branchline::isdn::test
