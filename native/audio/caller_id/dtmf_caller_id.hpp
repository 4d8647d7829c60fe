// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/caller_id/message_collector.hpp"
#include "audio/detect/dtmf_receiver.hpp"

namespace branchline {

/// Caller display by DTMF, before ringing (EN 300 659-1 annex on DTMF): A, or D in the Netherlands and Denmark, begins the number, C or # ends it.
/// B begins a code for why there is none (00 unavailable, 10 withheld), D after A the number that the call was diverted from. Denmark tells an absent
/// number as D1 (withheld), D2, D3 (unavailable). One thread at a time (the audio clock's).
class DtmfCallerIdReceiver {
 public:
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio; as CallerIdReceiver::process.
  const CallerIdReport* process(const Frame& frame) noexcept;
  [[nodiscard]] bool hearing() const noexcept { return section_ != 0; }

 private:
  bool digit(char key) noexcept;
  void endSection() noexcept;

  DtmfReceiver receiver_;
  char section_ = 0;  // The key that began it; 0: nothing has begun.
  bool first_ = true;
  BoundedText<24> digits_;
  int sinceKeyMs_ = 0;
  CallerIdReport report_;
};

/// `display` as keys to send: A<number>C, B<reason>C; `startKey` A or D. Empty when there is nothing to tell.
[[nodiscard]] BoundedText<32> dtmfCallerIdKeys(const CallerIdMessage& display, char startKey) noexcept;

}  // namespace branchline
