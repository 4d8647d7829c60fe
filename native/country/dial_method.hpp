// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// How digits go to an exchange.
enum class DialMethod : std::uint8_t { dtmf, pulse };

}  // namespace branchline
