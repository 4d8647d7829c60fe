// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bitset>
#include <cstdint>

#include "isdnd/protocol_span.hpp"

namespace branchline::isdn {

using ChannelSet = std::bitset<kChannels>;

/// The B-channels of a D channel: which are in use, out of service, or waiting for RESTART, and which is next. Numbers as the protocol has them;
/// 0: none.
class Channels {
 public:
  explicit Channels(const ConfigureSpan& configuration);

  /// The next free channel by the rule, taken; 0 when every one is in use. One that waits for RESTART only where there is no other: until its turn
  /// comes the far end may know it otherwise.
  int takeAny() noexcept;
  /// Takes this one; false where it isn't ours, is in use, or we have taken it out of service.
  bool take(int channel) noexcept;
  void release(int channel) noexcept { busy_.reset(index(channel)); }

  /// Its call goes on hold: the channel is free, but taken after all others, so that the call may have it back.
  void vacate(int channel) noexcept {
    release(channel);
    vacated_.set(index(channel));
  }
  /// That call has a channel again, or has ended.
  void forgetVacated(int channel) noexcept { vacated_.reset(index(channel)); }

  [[nodiscard]] bool isOurs(int channel) const noexcept { return channel > 0 && channel < kChannels && ours_.test(index(channel)); }
  [[nodiscard]] const ChannelSet& busy() const noexcept { return busy_; }

  // --- RESTART: a channel that waits for it may be asked for by the far end, which then knows it to be free ----------------------------------
  void beginRestart(int channel) noexcept {
    if (isOurs(channel)) restarting_.set(index(channel));
  }
  void beginRestartOfIdle() noexcept { restarting_ |= ours_ & ~busy_; }
  void endRestart(int channel) noexcept {
    restarting_.reset(index(channel));
    if (channel == restartingNow_) restartingNow_ = 0;
  }
  [[nodiscard]] const ChannelSet& restarting() const noexcept { return restarting_; }
  /// One that waits for RESTART and carries no call, whose turn it is from now on; 0: none.
  [[nodiscard]] int nextToRestart() noexcept;

  // --- SERVICE: a channel that either side has withdrawn is not chosen; a call that is on it lives on --------------------------------------------
  void serve(int channel, bool inService, bool byPeer) noexcept;
  [[nodiscard]] ChannelSet withdrawn() const noexcept { return withdrawnByUs_ | withdrawnByPeer_; }

 private:
  /// In range whatever is asked for: 0 is no channel of anybody's.
  [[nodiscard]] static std::size_t index(int channel) noexcept { return channel > 0 && channel < kChannels ? static_cast<std::size_t>(channel) : 0; }

  ChannelSet ours_;
  const Selection selection_;
  ChannelSet busy_;
  ChannelSet vacated_;
  ChannelSet restarting_;
  ChannelSet withdrawnByUs_;
  ChannelSet withdrawnByPeer_;
  int restartingNow_ = 0;  // 0: none.
  int last_ = 0;           // Round robin: the one that was taken last.
};

}  // namespace branchline::isdn
