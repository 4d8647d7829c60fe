// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/dial_plan.hpp"

#include <algorithm>

namespace branchline {
namespace {

bool fits(char pattern, char digit) noexcept {
  switch (pattern) {
    case 'X': return digit >= '0' && digit <= '9';
    case 'N': return digit >= '2' && digit <= '9';
    case 'Z': return digit >= '1' && digit <= '9';
    default: return digit == pattern;
  }
}

}  // namespace

bool matchesNumber(std::string_view pattern, std::string_view digits) noexcept {
  return !pattern.empty() && std::equal(pattern.begin(), pattern.end(), digits.begin(), digits.end(), fits);
}

bool isCompleteNumber(std::string_view digits, std::span<const std::string_view> country, std::span<const std::string> line) noexcept {
  const auto matches = [&](std::string_view pattern) { return matchesNumber(pattern, digits); };
  return std::any_of(country.begin(), country.end(), matches) || std::any_of(line.begin(), line.end(), matches);
}

}  // namespace branchline
