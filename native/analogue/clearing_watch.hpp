// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "analogue/line_settings.hpp"
#include "country/call_tone.hpp"

namespace branchline {

/// Decides, by the line's rules, whether what is heard and seen during an answered call means that the far end has cleared. Each question answers
/// the reason, "" for none: a string literal.
class ClearingWatch {
 public:
  /// The call is answered. `inferred`: by no signal of the exchange, whose first reversal may still be its answer.
  void begin(const FxoSettings& settings, bool outgoing, bool inferred, std::int64_t nowNs) noexcept;

  [[nodiscard]] const char* onBatteryDrop() const noexcept { return settings_.clearing.batteryDrop ? "battery drop" : ""; }
  [[nodiscard]] const char* onReversal(std::int64_t nowNs) noexcept;
  [[nodiscard]] const char* onTone(CallTone tone, std::int64_t nowNs) noexcept;
  void onToneEnded() noexcept { dialToneNs_ = 0; }
  /// We asked the exchange for its dial tone: it ends nothing from now on.
  void onRecall() noexcept { settings_.clearing.dialTone = false; }
  /// Each turn. `silentMs`: nothing was heard for so long.
  [[nodiscard]] const char* onTurn(int silentMs, std::int64_t nowNs) const noexcept;

 private:
  FxoSettings settings_;
  bool answerMayCome_ = false;
  bool outgoing_ = false;
  std::int64_t answeredNs_ = 0;
  std::int64_t dialToneNs_ = 0;  // Since when there is dial tone; 0: there is none.
};

}  // namespace branchline
