// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

#include "common/tone_segment.hpp"

namespace branchline {

/// One period of a tone, from the notation that ITU-T E.180 supplement 2 tables are commonly written in: steps with commas between, each
/// "hz[+hz…]/milliseconds", 0 Hz a pause; a single step without "/" sounds without end: "400+450/400,0/200,400+450/400,0/2000". Read by the compiler,
/// so that a table that can't be read does not compile.
class ToneCadence {
 public:
  static constexpr std::size_t kMostSteps = 8;
  static constexpr int kContinuousMs = 1000;  // Length of the one segment of a continuous tone, which is played in a loop.

  constexpr ToneCadence() = default;
  consteval ToneCadence(std::string_view notation, double levelDbm0) {
    while (count_ == 0 || !notation.empty()) {
      if (count_ == kMostSteps) throw std::invalid_argument("a cadence has 8 steps at most");
      readStep(notation, levelDbm0, steps_[count_]);
      ++count_;
    }
    if (isContinuous()) steps_[0].milliseconds = kContinuousMs;
  }

  /// To be played in a loop.
  [[nodiscard]] constexpr std::span<const ToneSegment> steps() const noexcept { return {steps_.data(), count_}; }
  [[nodiscard]] constexpr bool isContinuous() const noexcept { return count_ == 1; }

 private:
  static consteval int readNumber(std::string_view& rest) {
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') throw std::invalid_argument("a number is missing");
    int number = 0;
    for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1)) number = 10 * number + (rest[0] - '0');
    return number;
  }
  static consteval bool take(std::string_view& rest, char wanted) {
    if (rest.empty() || rest[0] != wanted) return false;
    rest.remove_prefix(1);
    return true;
  }
  static consteval void readStep(std::string_view& rest, double levelDbm0, ToneSegment& step) {
    step.levelDbm0 = levelDbm0;
    std::size_t tones = 0;
    do {
      if (tones == 4) throw std::invalid_argument("a step has 4 frequencies at most");
      step.frequencies[tones++] = readNumber(rest);
    } while (take(rest, '+'));
    if (take(rest, '/')) step.milliseconds = readNumber(rest);
    if (!rest.empty() && (step.milliseconds == 0 || !take(rest, ','))) throw std::invalid_argument("steps are hz/ms with commas between");
  }

  std::array<ToneSegment, kMostSteps> steps_{};
  std::size_t count_ = 0;
};

}  // namespace branchline
