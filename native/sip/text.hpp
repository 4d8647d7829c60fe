// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

// Small readings of header text. SIP's tokens are US-ASCII: the C locale's letters are all that count.

namespace branchline {

constexpr bool isBlank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr char lowered(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

constexpr bool equalsNoCase(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lowered(a[i]) != lowered(b[i])) return false;
  }
  return true;
}

constexpr bool startsWithNoCase(std::string_view text, std::string_view start) noexcept {
  return text.size() >= start.size() && equalsNoCase(text.substr(0, start.size()), start);
}

}  // namespace branchline
