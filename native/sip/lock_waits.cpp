// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/lock_waits.hpp"

#include <pjlib.h>

#include "common/clock.hpp"

namespace branchline {
namespace {

constinit thread_local bool counting = false;

}  // namespace

CountedLocks::CountedLocks() noexcept { counting = true; }
CountedLocks::~CountedLocks() { counting = false; }

DurationHistogram& lockWaits() noexcept {
  static constinit DurationHistogram waits;
  return waits;
}

}  // namespace branchline

extern "C" {
pj_status_t __real_pj_mutex_lock(pj_mutex_t* mutex);
pj_status_t __wrap_pj_mutex_lock(pj_mutex_t* mutex);

// PJSIP's own calls of pj_mutex_lock from other files than its definition's arrive here: -Wl,--wrap=pj_mutex_lock.
pj_status_t __wrap_pj_mutex_lock(pj_mutex_t* mutex) {
  if (!branchline::counting) return __real_pj_mutex_lock(mutex);
  if (pj_mutex_trylock(mutex) == PJ_SUCCESS) return PJ_SUCCESS;
  const branchline::MonotonicClock clock;
  const std::int64_t began = clock.nowNs();
  const pj_status_t status = __real_pj_mutex_lock(mutex);
  branchline::lockWaits().count(clock.nowNs() - began);
  return status;
}
}
