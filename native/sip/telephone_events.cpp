// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/telephone_events.hpp"

namespace branchline {

std::optional<TelephoneEventTracker::Press> TelephoneEventTracker::tell() noexcept {
  open_ = false;
  anyTold_ = true;
  toldTimestamp_ = timestamp_;
  toldDigit_ = press_.digit;
  return press_;
}

std::optional<TelephoneEventTracker::Press> TelephoneEventTracker::packet(char digit, std::uint32_t timestamp, int durationMs, bool end,
                                                                          std::int64_t nowNs) noexcept {
  if (anyTold_ && timestamp == toldTimestamp_ && digit == toldDigit_) return std::nullopt;  // A late repetition.
  std::optional<Press> ended;
  if (open_ && timestamp != timestamp_) ended = tell();
  open_ = true;
  press_ = {digit, durationMs};
  timestamp_ = timestamp;
  lastNs_ = nowNs;
  // A press that is one end packet and follows one that lost its ends: the first is told now, the second when it is due (its repetitions keep it).
  if (end && !ended) return tell();
  return ended;
}

std::optional<TelephoneEventTracker::Press> TelephoneEventTracker::due(std::int64_t nowNs) noexcept {
  if (!open_ || nowNs - lastNs_ < kGiveUpNs) return std::nullopt;
  return tell();
}

}  // namespace branchline
