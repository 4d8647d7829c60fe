// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "isdnd/protocol_values.hpp"

namespace branchline::isdn {

/// What libpri keeps to itself of a Q.931 message: read from the frame beside it.
struct MessageSight {
  std::uint16_t callReference = 0;   // Without its flag.
  bool flag = false;                 // The call reference flag: set by the side that did not begin the call.
  std::uint8_t type = 0;             // Message type (Q.931 table 4-2).
  std::span<std::uint8_t> cause;     // Contents of the first cause element, in the frame: location in the lower four bits of the first octet.
  std::span<std::uint8_t> progress;  // Contents of the first progress indicator.
  bool inband = false;               // Any with progress description 8 or 1 (Q.931 §4.5.23).

  [[nodiscard]] ProgressIndicator indicator() const noexcept;
};

inline constexpr std::uint8_t kProgressElement = 0x1E;
inline constexpr std::uint8_t kDisconnectMessage = 0x45;
inline constexpr std::uint8_t kReleaseMessage = 0x4D;
inline constexpr std::uint8_t kReleaseCompleteMessage = 0x5A;

/// Where layer 3 begins in a frame (address first): behind two octets of address and one (UI) or two (I) of control (Q.921 §3.4); 0: there is none.
[[nodiscard]] std::size_t layerThree(std::span<const std::uint8_t> frame) noexcept;

/// Looks into a Q.921 frame (address first, no FCS). nullopt: it carries no Q.931 message. Never reads beyond the frame, whatever is in it.
[[nodiscard]] std::optional<MessageSight> lookInto(std::span<std::uint8_t> frame) noexcept;

/// Puts an element into the Q.931 message of the frame that is the first `size` octets of `room`, in the order of identifiers (Q.931 §4.5.1).
/// Answers the new size; the old one where there is no message, or no room.
[[nodiscard]] std::size_t insertElement(std::span<std::uint8_t> room, std::size_t size, std::uint8_t identifier,
                                        std::span<const std::uint8_t> contents) noexcept;

}  // namespace branchline::isdn
