// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "isdnd/protocol.hpp"

namespace branchline::isdn {

/// What libpri keeps to itself of a Q.931 message: read from the frame beside it.
struct MessageSight {
  std::uint16_t callReference = 0;  // Without its flag.
  bool flag = false;                // The call reference flag: set by the side that did not begin the call.
  std::uint8_t type = 0;            // Message type (Q.931 table 4-2).
  std::span<std::uint8_t> cause;    // Contents of the first cause element, in the frame: location in the lower four bits of the first octet.
  bool inband = false;              // Progress description 8 or 1 (Q.931 §4.5.23).
};

/// Looks into a Q.921 frame (address first, no FCS). nullopt: it carries no Q.931 message. Never reads beyond the frame, whatever is in it.
[[nodiscard]] std::optional<MessageSight> lookInto(std::span<std::uint8_t> frame) noexcept;

}  // namespace branchline::isdn
