// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/clock.hpp"

#include <ctime>

namespace branchline {

std::int64_t MonotonicClock::nowNs() const noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

void SteppedClock::advanceTo(std::int64_t ns) noexcept {
  std::int64_t now = nowNs_.load(std::memory_order_relaxed);
  while (ns > now && !nowNs_.compare_exchange_weak(now, ns, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

}  // namespace branchline
