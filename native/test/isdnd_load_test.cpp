// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <set>
#include <string_view>

#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

bool fullDepth() {
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

  /// Lets `wanted` calls begin and end, some `atOnce` of them at a time.
  void run(std::uint32_t wanted, std::size_t atOnce) {
    while (began_ < wanted) {
      while (open_[0].size() + open_[1].size() < 2 * atOnce && began_ < wanted && chance(2)) begin();
      act();
      world_.run(0.001 * static_cast<double>(1 + world_.random() % 4));
    }
  }
  /// Clears what is left, and waits for timers.
  void finish(double seconds) {
    for (std::size_t which = 0; which < 2; which++) {
      for (const std::uint32_t call : open_[which]) world_.sides[which]->say(Clear{.span = kSpan, .call = call});
    }
    world_.run(seconds);
  }

  bool exclusive_ = true;  // A third of all calls insist on their channel.
  std::uint32_t began_ = 0;
  std::uint32_t answered_ = 0;
  std::uint32_t restarts_ = 0;
  std::uint32_t ended_ = 0;
  std::map<int, int> causes_;
  std::set<std::uint32_t> open_[2];

 private:
  bool chance(unsigned oneIn) { return world_.random() % oneIn == 0; }
  void begin() {
    const std::size_t which = world_.random() % 2;
    Setup setup = setupTo("02079460123", ++began_);
    setup.exclusive = exclusive_ && chance(3);
    open_[which].insert(setup.call);
    world_.sides[which]->say(setup);
    if (chance(4)) {  // The other side at the same moment: glare.
      Setup other = setupTo("01632960789", ++began_);
      other.exclusive = setup.exclusive;
      open_[1 - which].insert(other.call);
      world_.sides[1 - which]->say(other);
    }
  }
  /// Something happens to one call of each side.
  void act() {
    for (std::size_t which = 0; which < 2; which++) {
      Side& side = *world_.sides[which];
      if (chance(200)) {
        restarts_++;
        side.say(RestartChannel{.span = kSpan, .channel = static_cast<std::uint8_t>(1 + world_.random() % 15)});
      }
      if (open_[which].empty()) continue;
      auto call = open_[which].begin();
      std::advance(call, static_cast<std::ptrdiff_t>(world_.random() % open_[which].size()));
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
    if (const auto* const setup = std::get_if<Setup>(&message)) open_[which].insert(setup->call);
    if (std::holds_alternative<Connect>(message)) answered_++;
    if (const auto* const released = std::get_if<Released>(&message)) {
      CHECK(open_[which].erase(released->call) == 1);
      ended_++;
      causes_[released->cause]++;
    }
  }

  World& world_;
};

}  // namespace

TEST_CASE("calls both ways, thirty at a time, with glare and RESTART: each ends once at each side, and no channel is left in use") {
  const std::uint32_t calls = fullDepth() ? 10'000 : 1'000;
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  traffic.run(calls, 30);
  traffic.finish(60);
  MESSAGE(traffic.began_ << " calls, " << traffic.answered_ << " answered, " << traffic.restarts_ << " RESTARTs, " << traffic.causes_[44]
                         << " ends with cause 44");
  CHECK(traffic.answered_ > calls / 4);
  CHECK(traffic.causes_[44] > 10);
  CHECK(traffic.open_[0].empty());
  CHECK(traffic.open_[1].empty());
  checkIdle(world);
}

TEST_CASE("calls that leave the choice of channel are never lost to glare") {
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  traffic.exclusive_ = false;
  traffic.run(500, 10);
  traffic.finish(60);
  CHECK(traffic.causes_[6] == 0);
  CHECK(traffic.causes_[44] == 0);
  checkIdle(world);
}

TEST_CASE("the same with frames lost: what was lost is repeated, and in the end nothing is left in use") {
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  world.lossRate = 0.02;
  traffic.run(300, 20);
  world.lossRate = 0;
  traffic.finish(120);
  CHECK(traffic.open_[0].empty());
  CHECK(traffic.open_[1].empty());
  checkIdle(world);
}

TEST_CASE("messages of layer 3 that are garbled harm nobody, and calls come through again afterwards") {
  const int calls = fullDepth() ? 5'000 : 200;
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  world.random.seed(20261123);
  {
    Traffic traffic(world);
    world.garbleRate = 0.3;
    traffic.run(static_cast<std::uint32_t>(calls), 10);
    world.garbleRate = 0;
    traffic.finish(200);
    CHECK(traffic.open_[0].empty());
    CHECK(traffic.open_[1].empty());
  }
  MESSAGE(world.garbled << " frames garbled");
  CHECK(world.garbled > static_cast<unsigned>(calls));
  for (const auto& side : world.sides) side->say(RestartChannel{.span = kSpan});
  world.run(10);
  world.forget();
  answerAll(world.network());
  world.user().say(setupTo("1", 4'000'000));
  world.run(1);
  CHECK(world.user().has<Connect>());
  world.user().say(Clear{.span = kSpan, .call = 4'000'000});
  world.run(1);
  CHECK(world.user().has<Released>());
}
