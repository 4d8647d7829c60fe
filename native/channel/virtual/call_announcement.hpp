// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "audio/caller_id/caller_display.hpp"
#include "channel/virtual/far_end.hpp"
#include "country/country.hpp"

namespace branchline {

/// How an imitated exchange shows a line who calls it: before the first ring or in the pause after it, as its country does. Audio thread.
class CallAnnouncement {
 public:
  explicit CallAnnouncement(const Country& country) noexcept : country_(country) {}
  /// A call begins. A caller of whom nothing is known is not announced.
  void begin(const CallerIdentity& caller) noexcept;
  /// The call is to be announced before it rings; frame() then says when it may.
  [[nodiscard]] bool comesFirst() const noexcept { return stage_ != Stage::done && announcesBeforeRinging(country_.callerDisplay); }
  /// The line rings now: what was to be sent waits for the pause.
  void burst() noexcept;
  /// 20 ms in which the line does not ring; `out` is silence. True once all is said.
  bool frame(std::span<std::int16_t> out) noexcept;

 private:
  enum class Stage : std::uint8_t { before, sending, after, done };

  const Country& country_;
  Stage stage_ = Stage::done;
  int leftMs_ = 0;
  CallerIdMessage message_;
  CallerDisplaySender sender_;
};

}  // namespace branchline
