// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/line_settings.hpp"

namespace branchline {
namespace {

constexpr int kDayMs = 24 * 3600 * 1000;
constexpr std::size_t kMostNumbers = 64;
constexpr std::size_t kLongestNumber = 32;

struct Range {
  const char* name;
  int value;
  int lowest;
  int highest;
};

}  // namespace

LineSettings defaultLineSettings(const Country& country) {
  LineSettings settings;
  settings.fxo.dialling = country.dialling;
  settings.fxo.clearing = country.clearing;
  return settings;
}

std::string faultOf(const LineSettings& settings) {
  const FxoSettings& fxo = settings.fxo;
  const FxsSettings& fxs = settings.fxs;
  for (const Range& range : {Range{"dialToneMs", fxo.dialToneMs, 500, 60000}, Range{"answerTimerMs", fxo.answerTimerMs, 0, 300000},
                             Range{"silenceLimitMs", fxo.silenceLimitMs, 0, kDayMs}, Range{"absoluteLimitMs", fxo.absoluteLimitMs, 0, kDayMs},
                             Range{"shortestRingMs", fxo.shortestRingMs, 0, 1000}, Range{"guardMs", fxo.guardMs, 100, 10000},
                             Range{"firstDigitMs", fxs.firstDigitMs, 1000, 120000}, Range{"nextDigitMs", fxs.nextDigitMs, 500, 60000}}) {
    if (range.value >= range.lowest && range.value <= range.highest) continue;
    return std::string(range.name) + " must be " + std::to_string(range.lowest) + " … " + std::to_string(range.highest);
  }
  if (fxs.completeNumbers.size() > kMostNumbers) return "completeNumbers has 64 patterns at most";
  for (const std::string& pattern : fxs.completeNumbers) {
    if (pattern.empty() || pattern.size() > kLongestNumber || pattern.find_first_not_of("0123456789*XNZ") != std::string::npos)
      return "\"" + pattern + "\" is no pattern of a number: 1 … 32 of 0-9, *, X (any digit), N (2-9) and Z (1-9)";
  }
  return "";
}

}  // namespace branchline
