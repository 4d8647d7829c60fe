// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/isdn_faults.hpp"

#include <algorithm>

#include "channel/virtual/isdn_bearer.hpp"

namespace branchline {
namespace {

constexpr int kLongestDelayMs = 10'000;
constexpr int kLatestConnectMs = 60'000;
constexpr int kLastCause = 127;

// Written so that NaN is out of range.
[[nodiscard]] bool within(double value, double lowest, double highest) { return value >= lowest && value <= highest; }

[[nodiscard]] bool isNumber(const std::string& digits) {
  const auto isDialled = [](char c) { return (c >= '0' && c <= '9') || c == '*' || c == '#'; };
  return !digits.empty() && digits.size() <= IsdnBearer::kMostDigits && std::all_of(digits.begin(), digits.end(), isDialled);
}

[[nodiscard]] std::string faultOf(const DChannelFaults& dChannel) {
  if (!within(dChannel.loss, 0, 1)) return "loss must be 0 ... 1";
  if (!within(dChannel.delayMs, 0, kLongestDelayMs)) return "delayMs must be 0 ... 10000";
  return "";
}

[[nodiscard]] std::string faultOf(const ExchangeFaults& exchange) {
  if (!within(exchange.refuseWith, 0, kLastCause)) return "refuseWith must be 1 ... 127 (Q.850)";
  if (!within(exchange.wrongCause, 0, kLastCause)) return "wrongCause must be 1 ... 127 (Q.850)";
  if (!within(exchange.lateConnectMs, 0, kLatestConnectMs)) return "lateConnectMs must be 0 ... 60000";
  for (const auto& [number, cause] : exchange.refusals) {
    if (!isNumber(number)) return "refusals: \"" + number + "\" is no number: give 1 to 63 of 0-9, * and #";
    if (!within(cause, 1, kLastCause)) return "refusals: the cause for " + number + " must be 1 ... 127 (Q.850)";
  }
  return "";
}

}  // namespace

std::string faultOf(const IsdnFaults& faults) {
  if (std::string fault = faultOf(faults.dChannel); !fault.empty()) return "dChannel." + fault;
  if (std::string fault = faultOf(faults.exchange); !fault.empty()) return "exchange." + fault;
  return "";
}

}  // namespace branchline
