// SPDX-License-Identifier: GPL-3.0-or-later
//
// Calls by the hundred leave nothing behind: no descriptor, no place in pjsua, no memory pool.
#include <pjsua.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sip_world.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

std::size_t openDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t poolsInUse() { return reinterpret_cast<const pj_caching_pool*>(pjsua_get_pool_factory())->used_count; }

/// Of the process; means little under a sanitizer.
long residentKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes;
  }
  return 0;
}

int callsWanted() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string(depth) == "full" ? 2'000 : 400;
}

/// What of the stack is in use once everything has gone quiet.
struct Use {
  std::size_t descriptors = 0;
  std::size_t pools = 0;
};

Use quietUse(SipWorld& world) {
  std::size_t before = 0;
  within(30s, [&] {
    world.engine.drainEvents();
    const bool still = pjsua_call_get_count() == 0 && pjsip_tsx_layer_get_tsx_count() == 0 && poolsInUse() == before;
    before = poolsInUse();
    std::this_thread::sleep_for(300ms);
    return still;
  });
  CHECK(pjsua_call_get_count() == 0);
  CHECK(world.engine.counters().legs == 0);
  return {openDescriptors(), poolsInUse()};
}

/// One call of each kind: refused; answered, and hung up by us; made to us and hung up by the peer; cancelled before an answer.
void oneRound(SipWorld& world, const RawPeer& peer, Handle trunk, int round) {
  const std::string name = "soak-" + std::to_string(round);
  REQUIRE(world.dial(trunk, name + "-refused").status == Status::ok);
  auto invite = peer.hear("INVITE ");
  REQUIRE(invite);
  peer.say(peer.response("486 Busy Here", *invite));

  const Engine::Created talked = world.dial(trunk, name + "-talked");
  while (headerOf(invite.value(), "Call-ID") != name + "-talked") REQUIRE((invite = peer.hear("INVITE ")));
  peer.say(peer.response("200 OK", *invite, peer.sdp()));
  REQUIRE(peer.rtp().receive(2s));
  world.stack.clear(talked.handle, {.q850 = 16});
  const auto bye = peer.hear("BYE ");
  REQUIRE(bye);
  peer.say(peer.response("200 OK", *bye));

  const std::string tag = world.talk(peer, name + "-in");
  peer.say(peer.request("BYE", name + "-in", 2, tag));

  const Engine::Created cancelled = world.dial(trunk, name + "-cancelled");
  while (headerOf(invite.value(), "Call-ID") != name + "-cancelled") REQUIRE((invite = peer.hear("INVITE ")));
  peer.say(peer.response("180 Ringing", *invite));
  world.await("legProgress", static_cast<std::size_t>(round) + 1);
  world.stack.clear(cancelled.handle, {.q850 = 16});
  const auto cancel = peer.hear("CANCEL ");
  REQUIRE(cancel);
  peer.say(peer.response("200 OK", *cancel));
  peer.say(peer.response("487 Request Terminated", *invite));
}

}  // namespace

TEST_CASE("hundreds of calls of every kind leave no descriptor, no place and no pool in use") {
  hurry();
  SipWorld world(64);
  const RawPeer peer(world.port());
  const Handle trunk = world.trunk(peer.port());
  const int rounds = callsWanted() / 4;
  const int warmUp = 10;
  for (int round = 0; round < warmUp; round++) oneRound(world, peer, trunk, round);
  const Use before = quietUse(world);
  const long residentBefore = residentKilobytes();
  for (int round = warmUp; round < warmUp + rounds; round++) oneRound(world, peer, trunk, round);
  const Use after = quietUse(world);
  MESSAGE("descriptors " << before.descriptors << ", then " << after.descriptors << "; pools " << before.pools << ", then " << after.pools
                         << "; resident " << residentBefore << " kB, then " << residentKilobytes() << " kB");
  CHECK(after.descriptors == before.descriptors);
  CHECK(after.pools == before.pools);
  CHECK(world.events.of("legEnded").size() == static_cast<std::size_t>(4 * (warmUp + rounds)));
}
