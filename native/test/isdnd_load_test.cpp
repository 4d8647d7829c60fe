// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_traffic.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("calls both ways, thirty at a time, with glare and RESTART: each ends once at each side, and no channel is left in use") {
  const std::uint32_t calls = fullDepth() ? 10'000 : 1'000;
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  traffic.run(calls, 30);
  traffic.finish(60);
  MESSAGE(traffic.began << " calls, " << traffic.answered << " answered, " << traffic.restarts << " RESTARTs, " << traffic.causes[44]
                        << " ends with cause 44");
  CHECK(traffic.answered > calls / 4);
  CHECK(traffic.causes[44] > 10);
  CHECK(traffic.open[0].empty());
  CHECK(traffic.open[1].empty());
  checkIdle(world);
}

TEST_CASE("calls that leave the choice of channel are never lost to glare") {
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  traffic.exclusive = false;
  traffic.run(500, 10);
  traffic.finish(60);
  CHECK(traffic.causes[6] == 0);
  CHECK(traffic.causes[44] == 0);
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
  CHECK(traffic.open[0].empty());
  CHECK(traffic.open[1].empty());
  checkIdle(world);
}
