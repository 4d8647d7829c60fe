// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "common/ring.hpp"

using namespace branchline;

TEST_CASE("a ring takes what it has room for and says how much that was") {
  SpscRing<int> ring(4);
  const std::array<int, 6> numbers{1, 2, 3, 4, 5, 6};
  CHECK(ring.push(numbers) == 4);
  CHECK_FALSE(ring.push(7));
  CHECK(ring.free() == 0);
  int number = 0;
  CHECK(ring.pop(number));
  CHECK(number == 1);
  CHECK(ring.push(7));
  std::array<int, 8> rest{};
  CHECK(ring.pop(rest) == 4);
  CHECK(rest[3] == 7);
  CHECK_FALSE(ring.pop(number));
}

TEST_CASE("a ring keeps order and loses nothing between two threads") {
  constexpr int kCount = 200'000;
  SpscRing<int> ring(64);
  std::thread writer([&] {
    for (int i = 0; i < kCount;) i += ring.push(i) ? 1 : 0;
  });
  bool inOrder = true;
  for (int expected = 0; expected < kCount;) {
    int number = 0;
    if (!ring.pop(number)) continue;
    inOrder = inOrder && number == expected;
    expected++;
  }
  writer.join();
  CHECK(inOrder);
}
