// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "common/clock.hpp"

namespace branchline::isdn {

/// Sets the clock that libpri's timers run on, before the first controller is made; it must outlive them all. libpri asks gettimeofday, which
/// the linker wraps (CMakeLists.txt) onto this clock: a stepped wall clock must not stall or fire T200 and its like.
void setLibpriClock(const Clock& clock) noexcept;

}  // namespace branchline::isdn
