// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <vector>

#include "isdn/test_pattern.hpp"

using branchline::PatternChecker;
using branchline::TestPattern;

namespace {

constexpr int kLength = (1 << 15) - 1;

/// The pattern from `bit` on.
TestPattern patternFrom(int bit) {
  TestPattern pattern;
  for (int i = 0; i < bit; i++) pattern.next();
  return pattern;
}

void take(PatternChecker& checker, TestPattern& pattern, int bits) {
  for (int i = 0; i < bits; i++) checker.take(pattern.next());
}

}  // namespace

TEST_CASE("the pattern of O.150 repeats after 2^15 - 1 bits, has one one less than it has zeros, and runs of 15 zeros and 14 ones at most") {
  TestPattern pattern;
  std::vector<bool> first;
  int ones = 0;
  int zeros = 0;
  int longestZeros = 0;
  int longestOnes = 0;
  int onesInARow = 0;
  for (int i = 0; i < kLength; i++) {
    const bool bit = pattern.next();
    first.push_back(bit);
    ones += bit ? 1 : 0;
    zeros = bit ? 0 : zeros + 1;
    onesInARow = bit ? onesInARow + 1 : 0;
    longestZeros = std::max(longestZeros, zeros);
    longestOnes = std::max(longestOnes, onesInARow);
  }
  CHECK(ones == kLength / 2);
  CHECK(longestOnes == 14);
  int differing = 0;
  for (int i = 0; i < kLength; i++) differing += pattern.next() != first[static_cast<std::size_t>(i)] ? 1 : 0;
  CHECK(differing == 0);
  // x^15 + x^14 + 1: each bit from the 15th on, inverted back, is the sum of those 15 and 14 before it.
  for (std::size_t i = 15; i < first.size(); i++) REQUIRE(!first[i] == (!first[i - 15] != !first[i - 14]));
  CHECK(longestZeros == 15);
}

TEST_CASE("an octet is eight bits of the pattern, the most significant first") {
  TestPattern octets;
  TestPattern bits;
  for (int i = 0; i < 100; i++) {
    const std::uint8_t octet = octets.nextOctet();
    for (int bit = 7; bit >= 0; bit--) CHECK(((octet >> bit & 1) != 0) == bits.next());
  }
}

TEST_CASE("the checker falls into step with any phase within a hundred bits, and counts no error on a clean line") {
  for (const int phase : {0, 1, 1000, 32000}) {
    CAPTURE(phase);
    PatternChecker checker;
    TestPattern pattern = patternFrom(phase);
    take(checker, pattern, 100);
    CHECK(checker.inStep());
    take(checker, pattern, 100'000);
    CHECK(checker.counts().errors == 0);
    CHECK(checker.counts().bits > 99'900);
  }
}

TEST_CASE("each wrong bit is one error, alone or in bursts, and does not cost the step") {
  PatternChecker checker;
  TestPattern pattern;
  take(checker, pattern, 200);
  for (int i = 0; i < 10; i++) {
    checker.take(!pattern.next());
    take(checker, pattern, 999);
  }
  CHECK(checker.counts().errors == 10);
  for (int i = 0; i < 40; i++) checker.take(i % 2 == 0 ? !pattern.next() : pattern.next());
  take(checker, pattern, 1000);
  CHECK(checker.counts().errors == 30);
  CHECK(checker.counts().losses == 0);
  CHECK(checker.inStep());
}

TEST_CASE("bits that are lost or doubled cost the step once, and it is found again in the new phase") {
  PatternChecker checker;
  TestPattern pattern;
  take(checker, pattern, 1000);
  pattern.nextOctet();
  take(checker, pattern, 1000);
  CHECK(checker.counts().losses == 1);
  CHECK(checker.inStep());
  const auto errors = checker.counts().errors;
  CHECK(errors > 20);  // Half of the bits until the loss was certain.
  CHECK(errors < 60);
  take(checker, pattern, 10'000);
  CHECK(checker.counts().errors == errors);
}

TEST_CASE("a line that is silent, idle or noisy gives no step; one that goes silent loses it within a second") {
  for (const unsigned octet : {0x00U, 0xFFU, 0xD5U, 0x55U, 0x7EU}) {
    CAPTURE(octet);
    PatternChecker checker;
    for (int i = 0; i < 8000; i++) checker.takeOctet(static_cast<std::uint8_t>(octet));
    CHECK_FALSE(checker.inStep());
    TestPattern pattern;
    take(checker, pattern, 1000);
    CHECK(checker.inStep());
    for (int i = 0; i < 8000; i++) checker.takeOctet(static_cast<std::uint8_t>(octet));
    CHECK_FALSE(checker.inStep());
    CHECK(checker.counts().losses == 1);
  }
  PatternChecker noisy;
  std::uint32_t state = 12345;
  for (int i = 0; i < 1'000'000; i++) {
    state = state * 1664525U + 1013904223U;
    noisy.take((state >> 31U) != 0);
  }
  CHECK_FALSE(noisy.inStep());
}
