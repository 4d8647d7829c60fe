// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <iterator>
#include <set>
#include <string_view>

#include "isdnd_world.hpp"

namespace branchline::isdn::test {

inline bool fullDepth() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string_view(depth) == "full";
}

/// Two sides that both call, answer, refuse and hang up as chance has it.
class Traffic {
 public:
  explicit Traffic(World& world) : world_(world) {
    for (std::size_t which = 0; which < 2; which++) {
      Side& side = *world_.sides[which];
      side.on = [this, which](const Message& message) { hear(which, message); };
    }
  }
  ~Traffic() {
    for (const auto& side : world_.sides) side->on = nullptr;
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Lets `wanted` calls begin and end, some `atOnce` of them at a time.
  void run(std::uint32_t wanted, std::size_t atOnce) {
    while (began < wanted) {
      turn(wanted, atOnce);
      world_.run(0.001 * static_cast<double>(1 + world_.random() % 4));
    }
  }
  /// Begins calls up to that many at a time, and lets something happen to one of each side.
  void turn(std::uint32_t wanted, std::size_t atOnce) {
    while (open[0].size() + open[1].size() < 2 * atOnce && began < wanted && chance(2)) begin();
    act();
  }
  /// Clears what is left, and waits for timers.
  void finish(double seconds) {
    for (std::size_t which = 0; which < 2; which++) {
      for (const std::uint32_t call : open[which]) world_.sides[which]->say(Clear{.span = kSpan, .call = call});
    }
    world_.run(seconds);
  }

  bool exclusive = true;  // A third of all calls insist on their channel.
  std::uint32_t began = 0;
  std::uint32_t answered = 0;
  std::uint32_t restarts = 0;
  std::uint32_t ended = 0;
  std::map<int, int> causes;
  std::set<std::uint32_t> open[2];

 private:
  bool chance(unsigned oneIn) { return world_.random() % oneIn == 0; }
  void begin() {
    const std::size_t which = world_.random() % 2;
    Setup setup = setupTo("02079460123", ++began);
    setup.exclusive = exclusive && chance(3);
    open[which].insert(setup.call);
    world_.sides[which]->say(setup);
    if (chance(4)) {  // The other side at the same moment: glare.
      Setup other = setupTo("01632960789", ++began);
      other.exclusive = setup.exclusive;
      open[1 - which].insert(other.call);
      world_.sides[1 - which]->say(other);
    }
  }
  void act() {
    for (std::size_t which = 0; which < 2; which++) {
      Side& side = *world_.sides[which];
      if (chance(200)) {
        restarts++;
        side.say(RestartChannel{.span = kSpan, .channel = static_cast<std::uint8_t>(1 + world_.random() % 15)});
      }
      if (open[which].empty()) continue;
      auto call = open[which].begin();
      std::advance(call, static_cast<std::ptrdiff_t>(world_.random() % open[which].size()));
      if ((*call & kIncomingCallBit) != 0 && chance(2)) {
        if (chance(3)) side.say(Alerting{.span = kSpan, .call = *call, .inband = chance(2)});
        side.say(Connect{.span = kSpan, .call = *call});
      } else if (chance(2)) {
        static constexpr std::uint8_t kCauses[] = {16, 17, 1, 7, 21, 26, 34, 38, 88, 127};
        side.say(Clear{.span = kSpan, .call = *call, .cause = kCauses[world_.random() % std::size(kCauses)]});
      }
    }
  }
  void hear(std::size_t which, const Message& message) {
    if (const auto* const setup = std::get_if<Setup>(&message)) open[which].insert(setup->call);
    if (std::holds_alternative<Connect>(message)) answered++;
    if (const auto* const released = std::get_if<Released>(&message)) {
      CHECK(open[which].erase(released->call) == 1);
      ended++;
      causes[released->cause]++;
    }
  }

  World& world_;
};

}  // namespace branchline::isdn::test
