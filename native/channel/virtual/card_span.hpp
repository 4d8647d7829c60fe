// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>

#include "channel/channel_io.hpp"

namespace branchline {

/// A span of the virtual card: alarms and counters, as somebody set them, and what the card itself adds. Written by the audio thread, read by any.
class CardSpan {
 public:
  void set(const SpanStatus& status) noexcept {
    alarms_ = status.alarms;
    slips_ = status.slips;
    bipolarViolations_ = status.bipolarViolations;
    crcErrors_ = status.crcErrors;
    framingErrors_ = status.framingErrors;
    missedInterrupts_ = status.missedInterrupts;
  }
  void setRemoved(bool removed) noexcept { removed_ = removed; }
  /// Slips of its lines, beside those that were set.
  void setLineSlips(std::uint32_t slips) noexcept { lineSlips_ = slips; }
  [[nodiscard]] SpanStatus status() const noexcept {
    return {.alarms = removed_ ? std::uint8_t{kAlarmRemoved} : alarms_.load(),
            .slips = slips_ + lineSlips_,
            .bipolarViolations = bipolarViolations_,
            .crcErrors = crcErrors_,
            .framingErrors = framingErrors_,
            .missedInterrupts = missedInterrupts_};
  }

 private:
  std::atomic<std::uint8_t> alarms_{0};
  std::atomic<bool> removed_{false};
  std::atomic<std::uint32_t> slips_{0};
  std::atomic<std::uint32_t> lineSlips_{0};
  std::atomic<std::uint32_t> bipolarViolations_{0};
  std::atomic<std::uint32_t> crcErrors_{0};
  std::atomic<std::uint32_t> framingErrors_{0};
  std::atomic<std::uint32_t> missedInterrupts_{0};
};

}  // namespace branchline
