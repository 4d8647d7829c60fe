// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/clearing_watch.hpp"

namespace branchline {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kDialToneNs = 1500 * kMs;  // Of dial tone after it was told: a chord is shorter.
constexpr std::int64_t kSettleNs = 300 * kMs;     // An exchange may turn its polarity back when a call to us is answered.

}  // namespace

void ClearingWatch::begin(const FxoSettings& settings, bool outgoing, bool inferred, std::int64_t nowNs) noexcept {
  settings_ = settings;
  outgoing_ = outgoing;
  answerMayCome_ = outgoing && inferred;
  answeredNs_ = nowNs;
  dialToneNs_ = 0;
}

const char* ClearingWatch::onReversal(std::int64_t nowNs) noexcept {
  if (answerMayCome_) {
    answerMayCome_ = false;
    return "";
  }
  if (!settings_.clearing.reversal || (!outgoing_ && nowNs - answeredNs_ < kSettleNs)) return "";
  return "polarity reversal";
}

const char* ClearingWatch::onTone(CallTone tone, std::int64_t nowNs) noexcept {
  dialToneNs_ = 0;
  switch (tone) {
    case CallTone::busy: return settings_.clearing.tones ? "busy tone" : "";
    case CallTone::congestion: return settings_.clearing.tones ? "congestion tone" : "";
    case CallTone::unobtainable: return settings_.clearing.tones ? "unobtainable tone" : "";
    case CallTone::dial:
    case CallTone::specialDial: dialToneNs_ = nowNs; break;
    case CallTone::none:
    case CallTone::ringing:
    case CallTone::callWaiting:
    case CallTone::howler: break;
  }
  return "";
}

const char* ClearingWatch::onTurn(int silentMs, std::int64_t nowNs) const noexcept {
  if (settings_.clearing.dialTone && dialToneNs_ != 0 && nowNs - dialToneNs_ >= kDialToneNs) return "dial tone";
  if (settings_.silenceLimitMs > 0 && silentMs >= settings_.silenceLimitMs && nowNs - answeredNs_ >= settings_.silenceLimitMs * kMs) return "silence";
  if (settings_.absoluteLimitMs > 0 && nowNs - answeredNs_ >= settings_.absoluteLimitMs * kMs) return "the longest time that a call may last";
  return "";
}

}  // namespace branchline
