// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>

#include "isdnd_forge.hpp"
#include "isdnd_traffic.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

constexpr std::uint32_t kSeed = 20261127;

std::uint32_t number(const char* name, std::uint32_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

struct Kind {
  std::string name;
  SwitchType type;
  Access access;
};

void inject(Side& side, const Octets& frame) {
  if (!frame.empty()) (void)send(side.wire(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::vector<ConfigureSpan> spansOf(const Kind& kind) {
  std::vector<ConfigureSpan> spans;
  for (const Node node : {Node::network, Node::user}) {
    ConfigureSpan span = kind.access == Access::primary ? e1(node) : bri(node, kind.access);
    span.switchType = kind.type;
    span.hold = span.transfer = true;
    spans.push_back(span);
  }
  return spans;
}

/// Calls come through on both sides, each once: what was thrown at them has left nothing behind.
void checkRecovered(World& world) {
  world.rewrite = nullptr;
  for (const auto& side : world.sides) side->on = nullptr;
  world.run(400);  // T301, and what is given up after its end.
  for (const auto& side : world.sides) {
    CHECK(side->status().calls == 0);
    CHECK(side->status().busyChannels == 0);
    side->say(RestartChannel{.span = kSpan});
  }
  world.run(200);
  for (std::size_t from = 0; from < 2; from++) {
    CAPTURE(from);
    world.forget();
    answerAll(*world.sides[1 - from]);
    world.sides[from]->say(setupTo("1", 40'000'000));
    world.run(10);
    CHECK(world.sides[from]->has<Connect>());
    world.sides[from]->say(Clear{.span = kSpan, .call = 40'000'000});
    world.run(10);
    CHECK(world.sides[from]->has<Released>());
    world.sides[1 - from]->on = nullptr;
  }
}

}  // namespace

TEST_CASE("frames that no exchange sends, thrown at spans with calls on: no call hangs, no channel is lost, and calls come through again") {
  const std::uint32_t frames = number("BRANCHLINE_FUZZ_FRAMES", fullDepth() ? 1'200'000 : 20'000);
  const std::uint32_t seed = number("BRANCHLINE_FUZZ_SEED", kSeed);
  static const Kind kKinds[] = {
      {"EuroISDN primary", SwitchType::euroIsdn, Access::primary},
      {"QSIG primary", SwitchType::qsig, Access::primary},
      {"NI2 primary", SwitchType::ni2, Access::primary},
      {"EuroISDN basic, point to multipoint", SwitchType::euroIsdn, Access::basicPointToMultipoint},
  };
  for (const Kind& kind : kKinds) {
    CAPTURE(kind.name);
    World world(spansOf(kind));
    world.run(10);
    world.random.seed(seed);
    Forge forge(world.random);
    std::uint32_t thrown = 0;
    std::uint32_t garbled = 0;
    {
      Traffic traffic(world);
      bool garbling = false;
      world.rewrite = [&](std::span<std::uint8_t> room, std::size_t size) {
        forge.learn(room.first(size));
        // Layer 3 of a frame whose layer 2 is right.
        if (!garbling || size <= 4 || (room[2] & 1) != 0 || world.random() % 4 != 0) return size;
        const Octets message = forge.message();
        std::copy(message.begin(), message.end(), room.begin() + 4);
        garbled++;
        return 4 + message.size();
      };
      traffic.run(40, 10);  // Models to be changed.
      garbling = true;
      while (thrown + garbled < frames / std::size(kKinds)) {
        traffic.turn(0xFFFF'FFFF, 5);
        for (const auto& side : world.sides) {
          for (unsigned burst = world.random() % 4; burst > 0; burst--, thrown++)
            inject(*side, world.random() % 200 == 0 ? forge.layerTwo() : forge.frame());
        }
        world.run(world.random() % 100 == 0 ? 5 : 0.002);
        world.forget();
      }
      garbling = false;
      traffic.finish(400);
      CHECK(traffic.open[0].empty());
      CHECK(traffic.open[1].empty());
      MESSAGE(kind.name << ", seed " << seed << ": " << thrown << " frames thrown in, " << garbled << " garbled, models of " << forge.types.size()
                        << " message types, " << traffic.began << " calls, " << traffic.answered << " answered, " << traffic.ended << " ends");
    }
    checkRecovered(world);
  }
}
