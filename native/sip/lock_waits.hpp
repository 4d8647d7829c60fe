// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/duration_histogram.hpp"

namespace branchline {

/// While one lives, each mutex of PJSIP that its thread does not get at once is counted in `lockWaits`, by how long that took. Nests not.
class CountedLocks {
 public:
  CountedLocks() noexcept;
  ~CountedLocks();
  CountedLocks(const CountedLocks&) = delete;
  CountedLocks& operator=(const CountedLocks&) = delete;
};

/// Of the whole process, as PJSIP is. Any thread.
[[nodiscard]] DurationHistogram& lockWaits() noexcept;

}  // namespace branchline
