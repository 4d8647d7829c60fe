// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// Names an object of the add-on for JavaScript: the lower 12 bits are the slot, the upper 20 its generation (1…2^20−1). A handle whose slot
/// was given away again is stale: every call answers Status::staleHandle for it, never touches the slot's new owner. 0 names nothing.
using Handle = std::uint32_t;

inline constexpr Handle kNoHandle = 0;
inline constexpr std::uint32_t kHandleSlotBits = 12;
inline constexpr std::uint32_t kMaxHandles = 1U << kHandleSlotBits;  // 4,096 (DESIGN.md §3).

/// What a call across the add-on's border answers. Values are part of the border: append only.
enum class Status : std::int32_t {
  ok = 0,
  staleHandle = 1,  // The object ended, or never was.
  wrongKind = 2,    // A player's handle where a leg's is wanted, and the like.
  full = 3,         // Every slot, or the command ring, is taken.
  wrongState = 4,   // For example answer() of an outgoing leg.
  invalidArgument = 5,
  unavailable = 6,  // The stack or the channel is not running, or was removed.
};

}  // namespace branchline
