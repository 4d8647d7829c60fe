// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/causes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sip/text.hpp"

namespace branchline {
namespace {

struct Pair {
  int from;
  int to;
};

// RFC 3398 §7.2.4.1 with what it lacks, where that is not as the unspecified cause of its class.
constexpr std::array kStatusOfCause = {
    Pair{1, 404},  Pair{2, 404},  Pair{3, 404},  Pair{4, 404},   Pair{5, 404},   Pair{6, 503},   Pair{8, 503},  Pair{9, 503},  Pair{14, 404},
    Pair{17, 486}, Pair{18, 408}, Pair{21, 603}, Pair{22, 410},  Pair{23, 410},  Pair{24, 433},  Pair{25, 500}, Pair{26, 404}, Pair{27, 502},
    Pair{28, 484}, Pair{29, 501}, Pair{31, 480}, Pair{47, 503},  Pair{50, 403},  Pair{52, 403},  Pair{53, 403}, Pair{54, 403}, Pair{55, 403},
    Pair{57, 403}, Pair{58, 503}, Pair{63, 500}, Pair{65, 488},  Pair{70, 488},  Pair{79, 501},  Pair{82, 503}, Pair{87, 403}, Pair{88, 503},
    Pair{90, 403}, Pair{91, 404}, Pair{95, 500}, Pair{102, 504}, Pair{111, 500}, Pair{127, 500},
};

// RFC 3398 §8.2.6.1. 488 and 606 are "by Warning header" there; 88 (incompatible destination) says the same without one.
constexpr std::array kCauseOfStatus = {
    Pair{400, 41},  Pair{401, 21}, Pair{402, 21},  Pair{403, 21},  Pair{404, 1},   Pair{405, 63}, Pair{406, 79},  Pair{407, 21},  Pair{408, 102},
    Pair{409, 41},  Pair{410, 22}, Pair{411, 127}, Pair{413, 127}, Pair{414, 127}, Pair{415, 79}, Pair{416, 127}, Pair{420, 127}, Pair{421, 127},
    Pair{423, 127}, Pair{433, 24}, Pair{480, 18},  Pair{481, 41},  Pair{482, 25},  Pair{483, 25}, Pair{484, 28},  Pair{485, 1},   Pair{486, 17},
    Pair{487, 16},  Pair{488, 88}, Pair{500, 41},  Pair{501, 79},  Pair{502, 38},  Pair{503, 41}, Pair{504, 102}, Pair{505, 127}, Pair{513, 127},
    Pair{600, 17},  Pair{603, 21}, Pair{604, 1},   Pair{606, 88},  Pair{607, 21},  Pair{608, 21},
};

/// Q.850 §2.2.5: the class's last value. Classes 000 and 001 are one, "normal event".
constexpr int unspecifiedOfClass(int q850) noexcept { return q850 < 32 ? 31 : std::min(q850 | 0x0f, 127); }

template <typename Table>
std::optional<int> find(const Table& table, int from) noexcept {
  for (const Pair& pair : table) {
    if (pair.from == from) return pair.to;
  }
  return std::nullopt;
}

/// The number after `cause=` among the parameters of one Reason value.
std::optional<int> causeParameter(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = parameters.find(';');
    const std::string_view parameter = trimmed(parameters.substr(0, end));
    if (startsWithNoCase(parameter, "cause")) {
      std::string_view value = trimmed(parameter.substr(5));
      if (!value.empty() && value.front() == '=') {
        value = trimmed(value.substr(1));
        int cause = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), cause);
        if (parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size() && cause >= 1 && cause <= 127) return cause;
      }
    }
    if (end == std::string_view::npos) break;
    parameters.remove_prefix(end + 1);
  }
  return std::nullopt;
}

/// The length of the first comma-separated value; commas inside quotes do not separate.
std::size_t firstValueLength(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted) {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

int sipStatusOfCause(int q850) noexcept {
  if (const auto status = find(kStatusOfCause, q850)) return *status;
  return find(kStatusOfCause, unspecifiedOfClass(q850)).value_or(480);
}

int causeOfSipStatus(int sipStatus) noexcept {
  if (const auto cause = find(kCauseOfStatus, sipStatus)) return *cause;
  if (sipStatus >= 500 && sipStatus < 600) return 41;  // As 500: temporary failure.
  if (sipStatus >= 600) return 21;
  if (sipStatus < 400) return 23;  // A redirection that was not followed.
  return 31;                       // Normal, unspecified.
}

std::optional<int> causeOfReason(std::string_view headerValue) {
  while (!headerValue.empty()) {
    const std::size_t length = firstValueLength(headerValue);
    const std::string_view value = trimmed(headerValue.substr(0, length));
    const std::size_t semicolon = value.find(';');
    if (semicolon != std::string_view::npos && equalsNoCase(trimmed(value.substr(0, semicolon)), "Q.850")) {
      if (const auto cause = causeParameter(value.substr(semicolon + 1))) return cause;
    }
    if (length == headerValue.size()) break;
    headerValue.remove_prefix(length + 1);
  }
  return std::nullopt;
}

std::string reasonOfCause(int q850) { return "Q.850;cause=" + std::to_string(q850); }

}  // namespace branchline
