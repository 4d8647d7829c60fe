// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("bridged parties hear each other in the same frame, and nobody after the bridge") {
  Bench bench;
  Party a(counted(1, 4000));
  Party b(counted(-9000, 4000));
  const Handle legA = bench.leg(a);
  const Handle legB = bench.leg(b);
  const Engine::Created bridge = bench.engine.bridge(legA, legB);
  REQUIRE(bridge.status == Status::ok);
  bench.engine.step(200);
  CHECK(a.heard() == counted(-9000, 1600));
  CHECK(b.heard() == counted(1, 1600));
  CHECK(bench.engine.unbridge(bridge.handle) == Status::ok);
  CHECK(bench.engine.unbridge(bridge.handle) == Status::staleHandle);
  bench.engine.step(20);
  CHECK(slice(a.heard(), 1600, 160) == std::vector<std::int16_t>(160, 0));
  CHECK(text(bench.one("bridgeEnded"), "reason") == "unbridged");
  CHECK(bench.one("bridgeEnded").subject == bridge.handle);
}

TEST_CASE("a leg is in one bridge at a time, and may be bridged anew at once") {
  Bench bench;
  Party parties[3];
  const Handle a = bench.leg(parties[0]);
  const Handle b = bench.leg(parties[1]);
  const Handle c = bench.leg(parties[2]);
  CHECK(bench.engine.bridge(a, a).status == Status::invalidArgument);
  const Engine::Created first = bench.engine.bridge(a, b);
  CHECK(bench.engine.bridge(a, c).status == Status::wrongState);
  CHECK(bench.engine.unbridge(first.handle) == Status::ok);
  const Engine::Created second = bench.engine.bridge(a, c);
  CHECK(second.status == Status::ok);
  bench.engine.step(20);
  CHECK(bench.one("bridgeEnded").subject == first.handle);
  CHECK(bench.engine.counters().bridges == 1);
  CHECK(bench.engine.unbridge(a) == Status::wrongKind);
}

TEST_CASE("a prompt is added to the partner's speech, and the sum saturates") {
  const Folder folder;
  Bench bench;
  Party a;
  Party b({30'000, -30'000, 100, -100});
  const Handle legA = bench.leg(a);
  REQUIRE(bench.engine.bridge(legA, bench.leg(b)).status == Status::ok);
  bench.play(legA, {.files = {writeWav(folder / "a.wav", {20'000, -20'000, 11, 12})}});
  bench.engine.step(20);
  CHECK(slice(a.heard(), 0, 5) == std::vector<std::int16_t>{32'767, -32'768, 111, -88, 0});
}

TEST_CASE("digits go alone: neither the partner nor a prompt sounds on top of them") {
  Bench bench;
  Party a;
  Party b(sine(440, 20'000, 16'000));
  const Handle legA = bench.leg(a);
  REQUIRE(bench.engine.bridge(legA, bench.leg(b)).status == Status::ok);
  REQUIRE(bench.engine.sendInBandDigits(legA, "1", 100, 100) == Status::ok);
  bench.engine.step(400);
  CHECK(dbm0At(slice(a.heard(), 0, 800), 440) < -40);
  CHECK(dbm0At(slice(a.heard(), 1600, 1600), 440) > -3);
}

TEST_CASE("when a leg ends its bridge does, and the other party hears silence") {
  Bench bench;
  Party a(counted(1, 4000));
  Party b;
  const Handle legA = bench.leg(a);
  const Handle legB = bench.leg(b);
  const Handle bridge = bench.engine.bridge(legA, legB).handle;
  bench.engine.step(20);
  CHECK(bench.engine.endLeg(legA, {{"q850", std::int64_t{16}}}) == Status::ok);
  bench.engine.step(20);
  CHECK(bench.events.types() == std::vector<std::string>{"bridgeEnded", "legEnded"});
  CHECK(text(bench.one("bridgeEnded"), "reason") == "legEnded");
  CHECK(slice(b.heard(), 160, 160) == std::vector<std::int16_t>(160, 0));
  CHECK(bench.engine.unbridge(bridge) == Status::staleHandle);
  Party c;
  CHECK(bench.engine.bridge(legB, bench.leg(c)).status == Status::ok);
}
