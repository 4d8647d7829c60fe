// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "isdnd/protocol_span.hpp"

namespace branchline::isdn {

/// Stands in front of libpri: takes out of a received frame (address first, no FCS) what libpri is known to fall over, and whatever does not fit into
/// it. Answers the frame's length from then on; 0: nothing of it is to be handed on. A numbered frame stays, if only its header: layer 2 counts it.
[[nodiscard]] std::size_t makeSafe(std::span<std::uint8_t> frame, const ConfigureSpan& span) noexcept;

/// The protocol discriminator of SERVICE: AT&T's, or that of National ISDN.
[[nodiscard]] bool isMaintenance(std::uint8_t discriminator) noexcept;

}  // namespace branchline::isdn
