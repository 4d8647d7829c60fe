// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "isdnd/protocol.hpp"

namespace branchline::isdn {

/// The B-channels of a span: which are in use, and which is next. Numbers 1…31, as Q.931's channel identification has them; 0: none.
class Channels {
 public:
  Channels(std::uint32_t ours, Selection selection) : ours_(ours & ~1U), selection_(selection) {}

  /// The next free channel by the rule, taken; 0 when every one is in use.
  int takeAny() noexcept;
  /// Takes this one; false where it isn't ours or is in use.
  bool take(int channel) noexcept;
  void release(int channel) noexcept { busy_ &= ~bit(channel); }

  [[nodiscard]] bool isOurs(int channel) const noexcept { return (ours_ & bit(channel)) != 0; }
  [[nodiscard]] std::uint32_t ours() const noexcept { return ours_; }
  [[nodiscard]] std::uint32_t busy() const noexcept { return busy_; }

  // --- RESTART: a channel that waits for it is not chosen, but may be asked for by the far end, which then knows it to be free ---------------
  void beginRestart(std::uint32_t channels) noexcept { restarting_ |= channels & ours_; }
  void endRestart(int channel) noexcept { restarting_ &= ~bit(channel); }
  [[nodiscard]] std::uint32_t restarting() const noexcept { return restarting_; }

 private:
  [[nodiscard]] static std::uint32_t bit(int channel) noexcept { return channel > 0 && channel < 32 ? 1U << channel : 0; }

  const std::uint32_t ours_;
  const Selection selection_;
  std::uint32_t busy_ = 0;
  std::uint32_t restarting_ = 0;
  int last_ = 0;  // Round robin: the one that was taken last.
};

}  // namespace branchline::isdn
