// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/channels.hpp"

#include <bit>

namespace branchline::isdn {

int Channels::takeAny() noexcept {
  const std::uint32_t free = ours_ & ~busy_ & ~restarting_;
  if (free == 0) return 0;
  std::uint32_t candidates = free;
  if (selection_ == Selection::roundRobin) {
    const std::uint32_t above = last_ == 31 ? 0 : free & ~((2U << last_) - 1);
    if (above != 0) candidates = above;
  }
  const int channel = selection_ == Selection::descending ? 31 - std::countl_zero(candidates) : std::countr_zero(candidates);
  last_ = channel;
  busy_ |= bit(channel);
  return channel;
}

bool Channels::take(int channel) noexcept {
  if (!isOurs(channel) || (busy_ & bit(channel)) != 0) return false;
  busy_ |= bit(channel);
  return true;
}

}  // namespace branchline::isdn
