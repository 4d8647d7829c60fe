// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/test_pattern.hpp"

#include <bit>

namespace branchline {
namespace {

// So many bits fit by chance once in 2^64. A wrong one spoils three fits, so they also mean that the newest 64 + 15 bits are without error.
constexpr int kCertain = 64;
// O.150 §6: the step is lost when a fifth of a second's bits is wrong, or when what comes is plainly the pattern in another phase.
constexpr int kBitsPerSecond = 64'000;
constexpr int kLostErrors = kBitsPerSecond / 5;
constexpr int kOtherPhaseErrors = kCertain / 5;

}  // namespace

void PatternChecker::take(bool lineBit) noexcept {
  run_ = heard_.follow(lineBit) && !heard_.isStuck() ? run_ + 1 : 0;
  if (inStep_) return compare(lineBit);
  if (run_ < kCertain) return;
  reference_ = heard_;
  inStep_ = true;
  wrong_ = 0;
  second_ = secondErrors_ = 0;
}

void PatternChecker::compare(bool lineBit) noexcept {
  const bool wrong = reference_.next() != lineBit;
  wrong_ = wrong_ << 1 | static_cast<std::uint64_t>(wrong);
  counts_.bits++;
  if (wrong) {
    counts_.errors++;
    secondErrors_++;
  }
  const bool otherPhase = run_ >= kCertain && std::popcount(wrong_) >= kOtherPhaseErrors;
  if (otherPhase || secondErrors_ >= kLostErrors) {
    inStep_ = false;
    counts_.losses++;
  }
  if (++second_ == kBitsPerSecond) second_ = secondErrors_ = 0;
}

}  // namespace branchline
