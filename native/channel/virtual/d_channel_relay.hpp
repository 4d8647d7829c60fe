// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <vector>

#include "channel/virtual/isdn_faults.hpp"

namespace branchline {

/// The wire of one D channel: carries frames between our isdnd and the exchange's, and is the one place where they can be lost, late or cut off. Any
/// thread; one at a time inside.
class DChannelRelay {
 public:
  /// Same seed, same frames: same losses.
  explicit DChannelRelay(std::uint64_t seed);
  ~DChannelRelay();
  DChannelRelay(const DChannelRelay&) = delete;
  DChannelRelay& operator=(const DChannelRelay&) = delete;

  /// A new end for our isdnd, the taker's own; what was opened before leads nowhere any more. −1: there is no descriptor left.
  [[nodiscard]] int openNear();
  /// The exchange's end, ours: its isdnd gets copies.
  [[nodiscard]] int farEnd() const noexcept { return farEnd_; }
  void setFaults(const DChannelFaults& faults);
  /// The span has an alarm: no signal, so no frames.
  void setAlarm(bool on) noexcept { alarm_ = on; }

  /// Moves what is there and due; answers how many frames it took or delivered.
  unsigned carry(std::int64_t nowNs);
  /// Descriptors that become readable when there is something to carry; −1: none.
  [[nodiscard]] std::array<int, 2> waitedFor() const;
  /// When the next delayed frame is due; 0: none is on its way.
  [[nodiscard]] std::int64_t nextDueNs() const;

 private:
  struct Late {
    std::int64_t dueNs = 0;
    bool toFar = false;
    std::vector<std::uint8_t> frame;
  };
  unsigned take(bool toFar, std::int64_t nowNs);
  [[nodiscard]] bool isKept(const std::vector<std::uint8_t>& frame, bool toFar);
  void deliver(bool toFar, const std::vector<std::uint8_t>& frame) const;

  mutable std::mutex mutex_;  // Of all below but alarm_.
  int near_ = -1;             // Our ends of the two socket pairs.
  int far_ = -1;
  int farEnd_ = -1;
  DChannelFaults faults_;
  std::deque<Late> late_;
  std::minstd_rand random_;
  std::atomic<bool> alarm_{false};
};

}  // namespace branchline
