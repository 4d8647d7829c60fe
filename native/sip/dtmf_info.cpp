// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/dtmf_info.hpp"

#include <algorithm>
#include <charconv>

#include "sip/text.hpp"

namespace branchline {
namespace {

/// A digit as either form writes it: the character, or its RFC 4733 event number where that has two figures.
std::optional<char> digitOf(std::string_view text) {
  if (text.size() == 1) {
    const char c = text.front();
    if ((c >= '0' && c <= '9') || c == '*' || c == '#') return c;
    if (c >= 'A' && c <= 'D') return c;
    if (c >= 'a' && c <= 'd') return static_cast<char>(c - 'a' + 'A');
    return std::nullopt;
  }
  constexpr std::string_view kTwoFigures = "*#ABCD";  // 10…15.
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return kTwoFigures[static_cast<std::size_t>(text[1] - '0')];
  return std::nullopt;
}

/// The value of `name=value` or `name: value` in any line of the body.
std::optional<std::string_view> lineValue(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    const std::size_t end = body.find_first_of("\r\n");
    const std::string_view line = trimmed(body.substr(0, end));
    if (startsWithNoCase(line, name)) {
      const std::string_view rest = trimmed(line.substr(name.size()));
      if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) return trimmed(rest.substr(1));
    }
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<InfoDigit> parseDtmfInfo(std::string_view subtype, std::string_view body) {
  InfoDigit press;
  std::optional<char> digit;
  if (equalsNoCase(subtype, "dtmf-relay")) {
    if (const auto signal = lineValue(body, "Signal")) digit = digitOf(*signal);
    if (const auto duration = lineValue(body, "Duration")) {
      int milliseconds = 0;
      if (std::from_chars(duration->data(), duration->data() + duration->size(), milliseconds).ec == std::errc{}) {
        press.durationMs = std::clamp(milliseconds, 40, 8000);
      }
    }
  } else if (equalsNoCase(subtype, "dtmf")) {
    digit = digitOf(trimmed(body));
  }
  if (!digit) return std::nullopt;
  press.digit = *digit;
  return press;
}

std::string dtmfRelayBody(char digit, int durationMs) {
  return std::string("Signal=") + digit + "\r\nDuration=" + std::to_string(durationMs) + "\r\n";
}

}  // namespace branchline
