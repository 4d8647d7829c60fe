// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/channels.hpp"

namespace branchline::isdn {
namespace {

int lowest(const ChannelSet& channels) noexcept {
  for (int channel = 1; channel < kChannels; channel++) {
    if (channels.test(static_cast<std::size_t>(channel))) return channel;
  }
  return 0;
}

int highest(const ChannelSet& channels) noexcept {
  for (int channel = kChannels - 1; channel > 0; channel--) {
    if (channels.test(static_cast<std::size_t>(channel))) return channel;
  }
  return 0;
}

}  // namespace

Channels::Channels(const ConfigureSpan& configuration) : selection_(configuration.selection) {
  for (int channel = 1; channel < kChannels; channel++) {
    if (channel % 32 == 0) continue;
    const int interface = channel / 32;
    const std::uint32_t mask = interface == 0 ? configuration.channels : configuration.nfas.at(static_cast<std::size_t>(interface - 1));
    ours_.set(index(channel), (mask >> channel % 32 & 1U) != 0);
  }
}

int Channels::takeAny() noexcept {
  const ChannelSet usable = ours_ & ~busy_ & ~withdrawn();
  ChannelSet free = usable & ~restarting_ & ~vacated_;
  if (free.none()) free = usable & ~restarting_;
  if (free.none()) free = ChannelSet(usable).reset(index(restartingNow_));
  if (free.none()) return 0;
  ChannelSet candidates = free;
  if (selection_ == Selection::roundRobin) {
    const auto above = static_cast<std::size_t>(last_ + 1);
    const ChannelSet later = free >> above << above;
    if (later.any()) candidates = later;
  }
  last_ = selection_ == Selection::descending ? highest(candidates) : lowest(candidates);
  busy_.set(index(last_));
  return last_;
}

bool Channels::take(int channel) noexcept {
  if (!isOurs(channel) || busy_.test(index(channel)) || withdrawnByUs_.test(index(channel))) return false;
  busy_.set(index(channel));
  return true;
}

int Channels::nextToRestart() noexcept {
  restartingNow_ = lowest(restarting_ & ~busy_);
  return restartingNow_;
}

void Channels::serve(int channel, bool inService, bool byPeer) noexcept {
  if (isOurs(channel)) (byPeer ? withdrawnByPeer_ : withdrawnByUs_).set(index(channel), !inService);
}

}  // namespace branchline::isdn
