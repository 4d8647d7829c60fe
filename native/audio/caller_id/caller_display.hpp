// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>

#include "audio/caller_id/caller_id_receiver.hpp"
#include "audio/caller_id/caller_id_sender.hpp"
#include "audio/caller_id/dtmf_caller_id.hpp"
#include "country/country.hpp"

namespace branchline {

/// Whether a call is announced before it rings; else between the first two rings.
[[nodiscard]] constexpr bool announcesBeforeRinging(CallerDisplay kind) noexcept {
  return kind == CallerDisplay::v23AfterReversal || kind == CallerDisplay::dtmfBeforeRinging;
}

/// Hears caller display in a country's way. Fixed size, never allocates; one thread at a time (the audio clock's).
class CallerDisplayReceiver {
 public:
  explicit CallerDisplayReceiver(CallerDisplay kind) noexcept;
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. A message, or why there is none; null while there is nothing to tell. Valid until the next call.
  const CallerIdReport* process(const Frame& frame) noexcept;

 private:
  std::variant<std::monostate, CallerIdReceiver, DtmfCallerIdReceiver> receiver_;
};

/// Sends caller display in a country's way: the alerting tone where there is one, and the data; not reversal, pauses and ringing round them. Fixed
/// size, never allocates; one thread at a time.
class CallerDisplaySender {
 public:
  /// Begins `message`. Where there is nothing that the country's way can tell, nothing is sent.
  void begin(CallerDisplay kind, const CallerIdMessage& message) noexcept;
  void stop() noexcept;
  [[nodiscard]] bool sending() const noexcept { return by_ == By::keys ? keys_.sending() : by_ == By::modem && modem_.sending(); }
  /// Fills all of `out`, silence once done.
  void generate(std::span<std::int16_t> out) noexcept;

 private:
  enum class By : std::uint8_t { nothing, modem, keys };
  By by_ = By::nothing;
  CallerIdSender modem_;
  DigitSender keys_;
};

}  // namespace branchline
