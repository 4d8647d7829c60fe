// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/dahdi/dahdi_driver.hpp"

namespace branchline {

/// What the driver has: configured channels of calls, and their spans with the number of each one's D channel.
struct DahdiLayout {
  std::vector<ChannelInfo> channels;
  std::vector<SpanInfo> spans;
  std::vector<int> dChannels;  // By place in `spans`; 0: none.
};

/// Asks the driver for the channels of `spans` (all where empty). Empty without a driver, without a card, or before its channels are configured
/// (system.conf). A D channel is one with HDLC; channels configured for anything else than FXO, FXS or clear are left out.
[[nodiscard]] DahdiLayout findDahdi(DahdiDriver& driver, const std::vector<int>& spans);

/// The kind of a channel with this signalling (dahdi_params::sigtype); nothing for what is no channel of calls. DAHDI names signalling by the far
/// side: an FXO port is signalled as FXS.
[[nodiscard]] std::optional<ChannelKind> kindOfSignalling(int sigtype) noexcept;

/// A D channel is one with HDLC, by the driver or by the card.
[[nodiscard]] bool isDChannelSignalling(int sigtype) noexcept;

}  // namespace branchline
