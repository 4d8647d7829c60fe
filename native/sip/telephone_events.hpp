// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace branchline {

/// Makes one digit of the packets of one key press (RFC 4733 §2.5): a press is known by its RTP timestamp; it is told at its first end packet, or,
/// where all of those were lost, when the next press begins or nothing more comes. Not thread-safe.
class TelephoneEventTracker {
 public:
  struct Press {
    char digit = 0;
    int durationMs = 0;
  };

  /// A packet that may yet be followed by others for this long is not given up (a sender updates every 20…50 ms, RFC 4733 §2.5.1.2).
  static constexpr std::int64_t kGiveUpNs = 200'000'000;

  /// One packet; answers the press that it ends, if any. `timestamp` names the press.
  std::optional<Press> packet(char digit, std::uint32_t timestamp, int durationMs, bool end, std::int64_t nowNs) noexcept;
  /// The press whose end packets were lost, once kGiveUpNs have gone by.
  std::optional<Press> due(std::int64_t nowNs) noexcept;
  [[nodiscard]] bool waiting() const noexcept { return open_; }

 private:
  bool open_ = false;  // A press has begun and was not told yet.
  bool anyTold_ = false;
  Press press_;
  std::uint32_t timestamp_ = 0;
  std::uint32_t toldTimestamp_ = 0;
  char toldDigit_ = 0;
  std::int64_t lastNs_ = 0;
  std::optional<Press> tell() noexcept;
};

}  // namespace branchline
