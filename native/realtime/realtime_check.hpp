// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "realtime/realtime_scope.hpp"

namespace branchline {

/// The calling thread is about to do `what` by `function`, a literal: aborts where it may not. Takes no memory and no lock.
void checkRealtime(Forbidden what, const char* function) noexcept;

/// As checkRealtime of a call, unless `descriptor` is set not to block.
void checkRealtimeTransfer(int descriptor, const char* function) noexcept;

}  // namespace branchline
