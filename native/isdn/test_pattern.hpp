// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// The pseudo-random pattern of 2^15 − 1 bits of ITU-T O.150 §5.3, for bit error tests (O.151): x¹⁵ + x¹⁴ + 1, sent inverted. What it has sent last
/// is all that its next bit depends on.
class TestPattern {
 public:
  static constexpr int kStages = 15;

  /// The next bit on the line.
  bool next() noexcept {
    const bool bit = successor();
    history_ = (history_ << 1 | static_cast<std::uint32_t>(bit)) & kMask;
    return !bit;
  }
  /// Eight bits, the first the most significant, as an octet of a B-channel is sent.
  std::uint8_t nextOctet() noexcept {
    unsigned octet = 0;
    for (int i = 0; i < 8; i++) octet = octet << 1 | static_cast<unsigned>(next());
    return static_cast<std::uint8_t>(octet);
  }
  /// A bit of the line that it is to go on from. True: it is the one that the bits before it would have had follow.
  bool follow(bool lineBit) noexcept {
    const bool fits = lineBit != successor();
    history_ = (history_ << 1 | static_cast<std::uint32_t>(!lineBit)) & kMask;
    return fits;
  }
  /// All ones on the line, which would follow itself for ever and is no part of the pattern.
  [[nodiscard]] bool isStuck() const noexcept { return history_ == 0; }

 private:
  static constexpr std::uint32_t kMask = (1U << kStages) - 1;
  [[nodiscard]] bool successor() const noexcept { return ((history_ >> 14 ^ history_ >> 13) & 1U) != 0; }

  std::uint32_t history_ = kMask;  // Before the inversion; the newest bit is the lowest.
};

/// Compares what comes back with the pattern, whose phase it finds itself, and again after each loss of it.
class PatternChecker {
 public:
  struct Counts {
    std::uint64_t bits = 0;    // Compared: while in step.
    std::uint64_t errors = 0;  // Of those.
    std::uint32_t losses = 0;  // Of the step: O.150 calls it sequence synchronization.
  };

  void take(bool lineBit) noexcept;
  void takeOctet(std::uint8_t octet) noexcept {
    for (int bit = 7; bit >= 0; bit--) take((octet >> bit & 1) != 0);
  }
  [[nodiscard]] bool inStep() const noexcept { return inStep_; }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void compare(bool lineBit) noexcept;

  TestPattern heard_;      // Follows the line, right or wrong.
  TestPattern reference_;  // In step: goes its own way.
  int run_ = 0;            // Bits of the line, to the newest, that fit those before them.
  bool inStep_ = false;
  std::uint64_t wrong_ = 0;  // Of the newest 64 bits compared: those that differ.
  int second_ = 0;           // Bits of the second under way …
  int secondErrors_ = 0;     // … and its errors.
  Counts counts_;
};

}  // namespace branchline
