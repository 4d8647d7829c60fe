// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/caller_id/async_receiver.hpp"
#include "audio/caller_id/fsk_demodulator.hpp"
#include "audio/caller_id/message_collector.hpp"

namespace branchline {

/// Receiver of caller display by FSK on one line: BT SIN 227, ETSI EN 300 659-1, Bellcore GR-30-CORE. It hears a message wherever one begins, with or
/// without channel seizure, so that it needs no help from ringing or alert tones. Fixed size, never allocates; one thread at a time (the audio
/// clock's).
class CallerIdReceiver {
 public:
  explicit CallerIdReceiver(FskTones tones) noexcept : demodulator_(tones) {}
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. A message, or why there is none; null while there is nothing to tell. Valid until the next call.
  const CallerIdReport* process(const Frame& frame) noexcept;
  /// A message has begun.
  [[nodiscard]] bool hearing() const noexcept { return collector_.collecting(); }

 private:
  FskDemodulator demodulator_;
  AsyncReceiver async_;
  MessageCollector collector_;
  int lostFrames_ = 0;   // In a row, without the signal.
  int quietFrames_ = 0;  // In a row.
  CallerIdReport report_;
};

}  // namespace branchline
