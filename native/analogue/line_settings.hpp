// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/caller_id/message.hpp"
#include "country/country.hpp"

namespace branchline {

/// What is taken for the answer of a called party, besides the reversal of polarity, which always is one.
enum class AnswerRule : std::uint8_t {
  polarity,     // Nothing else.
  voice,        // The first voice.
  ringbackEnd,  // Ringing tone that has ceased without another tone after it.
  timer,        // So long after the last digit.
};

enum class WithoutDialTone : std::uint8_t { fail, dial };

/// How an exchange line is used. The defaults are those of a line that reverses its polarity at answer.
struct FxoSettings {
  DialMethod dialling = DialMethod::dtmf;
  int dialToneMs = 3000;                                    // How long dial tone may take …
  WithoutDialTone withoutDialTone = WithoutDialTone::fail;  // … and what then.
  AnswerRule answer = AnswerRule::polarity;
  int answerTimerMs = 20000;
  ClearingRules clearing;
  int silenceLimitMs = 0;    // 0: none. An answered call that heard nothing for so long is cleared; the last resort but one.
  int absoluteLimitMs = 0;   // 0: none. No call lasts longer; the last resort.
  int shortestRingMs = 150;  // A shorter burst is no ringing.
  int guardMs = 700;         // The exchange must see the line on hook for so long before it is seized again.
};

/// How a telephone's line is used.
struct FxsSettings {
  int firstDigitMs = 15000;
  int nextDigitMs = 4000;
  /// Numbers that are complete as soon as they are keyed, besides the country's: X any digit, N 2…9, Z 1…9.
  std::vector<std::string> completeNumbers;
  bool messageWaiting = false;
};

/// What the state machine of one analogue line goes by. A change holds from the line's next call on.
struct LineSettings {
  FxoSettings fxo;
  FxsSettings fxs;
};

/// What one call has otherwise than its line. It is gone with the call.
struct CallOptions {
  std::optional<DialMethod> dialling;
  std::optional<AnswerRule> answer;
  std::optional<int> absoluteLimitMs;
  CallerIdMessage caller;  // FXS: what the telephone is shown.
};

/// What a line goes by that nobody has set otherwise: how the country's exchanges are dialled and tell that they have cleared.
[[nodiscard]] LineSettings defaultLineSettings(const Country& country);

/// "" or what to change.
[[nodiscard]] std::string faultOf(const LineSettings& settings);

}  // namespace branchline
