// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "common/handle.hpp"

namespace branchline {

/// What a member of a conference is to the others. muted: not heard, but told of when it talks. listener: not even looked at. coach: hears all, and
/// is heard by one member alone.
enum class MemberRole : std::uint8_t { speaker, muted, listener, coach };

struct MemberSettings {
  MemberRole role = MemberRole::speaker;
  Handle coached = kNoHandle;  // coach: the member of the same conference that hears it.
};

}  // namespace branchline
