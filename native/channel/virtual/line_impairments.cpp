// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/line_impairments.hpp"

namespace branchline {
namespace {

// Written so that NaN is out of range.
[[nodiscard]] bool within(double value, double lowest, double highest) { return value >= lowest && value <= highest; }

[[nodiscard]] std::string faultOf(const AudioImpairments& audio) {
  if (!within(audio.gainDb, -40, 12)) return "gainDb must be -40 ... 12";
  if (!within(audio.slipsPerMinute, 0, 6000)) return "slipsPerMinute must be 0 ... 6000";
  if (!within(audio.slipSamples, 1, 160)) return "slipSamples must be 1 ... 160";
  if (!within(audio.clicksPerMinute, 0, 6000)) return "clicksPerMinute must be 0 ... 6000";
  if (!within(audio.noiseDbm0, kSilenceDbm0, 0)) return "noiseDbm0 must be -99 ... 0";
  if (!within(audio.humDbm0, kSilenceDbm0, 0)) return "humDbm0 must be -99 ... 0";
  return "";
}

[[nodiscard]] std::string faultOf(const EchoPath& echo) {
  if (!within(echo.delayMs, 0, 1000)) return "delayMs must be 0 ... 1000";
  if (!within(echo.returnLossDb, 0, 99)) return "returnLossDb must be 0 ... 99";
  return "";
}

[[nodiscard]] std::string faultOf(const SignallingFaults& signalling) {
  if (!within(signalling.lostRings, 0, 100)) return "lostRings must be 0 ... 100";
  if (!within(signalling.longestRingMs, 0, 10000)) return "longestRingMs must be 0 ... 10000";
  if (!within(signalling.lateAnswerMs, 0, 60000)) return "lateAnswerMs must be 0 ... 60000";
  return "";
}

}  // namespace

std::string faultOf(const LineImpairments& impairments) {
  if (std::string fault = faultOf(impairments.received); !fault.empty()) return "received." + fault;
  if (std::string fault = faultOf(impairments.sent); !fault.empty()) return "sent." + fault;
  if (std::string fault = faultOf(impairments.echo); !fault.empty()) return "echo." + fault;
  if (std::string fault = faultOf(impairments.signalling); !fault.empty()) return "signalling." + fault;
  return "";
}

}  // namespace branchline
