// SPDX-License-Identifier: GPL-2.0-or-later
#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "isdnd_traffic.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // Its header comes with clang only.
#endif

namespace {

/// Octets on the heap that are in use; under the address sanitizer by its own count, as its allocator keeps what is freed for a while.
std::size_t heapInUse() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

std::size_t residentKiB() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

/// Nothing is on: every call that began has ended at both sides. What tests keep is thrown away.
void rest(World& world, Traffic& traffic) {
  traffic.finish(60);
  CHECK(traffic.open[0].empty());
  CHECK(traffic.open[1].empty());
  checkIdle(world);
  for (const auto& side : world.sides) {
    side->heard = {};
    side->logs = {};
  }
}

}  // namespace

TEST_CASE("calls both ways, thirty at a time, with glare and RESTART: each ends once at each side, no channel is left in use, no memory is lost") {
  const std::uint32_t calls = fullDepth() ? 10'000 : 1'000;
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  Traffic traffic(world);
  traffic.run(calls / 5, 30);
  rest(world, traffic);
  const std::size_t heapBefore = heapInUse();
  const std::size_t residentBefore = residentKiB();
  for (std::uint32_t some = calls / 5; some <= calls; some += calls / 20) {
    traffic.run(some, 30);
    world.forget();
  }
  rest(world, traffic);
  const auto lost = static_cast<std::int64_t>(heapInUse()) - static_cast<std::int64_t>(heapBefore);
  MESSAGE(traffic.began << " calls, " << traffic.answered << " answered, " << traffic.ended << " ends, " << traffic.restarts << " RESTARTs, "
                        << traffic.causes[44] << " ends with cause 44; after warm-up the heap changed by " << lost << " octets, resident memory from "
                        << residentBefore << " to " << residentKiB() << " KiB");
  CHECK(traffic.answered > calls / 4);
  CHECK(traffic.causes[44] > 10);
  CHECK(lost < 16'384);
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
