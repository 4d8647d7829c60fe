// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/libpri_clock.hpp"

#include <sys/time.h>

#include <atomic>

namespace branchline::isdn {
namespace {

const MonotonicClock kMonotonic;
std::atomic<const Clock*> clockOfLibpri{&kMonotonic};

}  // namespace

void setLibpriClock(const Clock& clock) noexcept { clockOfLibpri = &clock; }

}  // namespace branchline::isdn

/// What libpri reaches by --wrap=gettimeofday.
extern "C" __attribute__((visibility("default"))) int __wrap_gettimeofday(timeval* time, void*) {
  const std::int64_t microseconds = branchline::isdn::clockOfLibpri.load()->nowNs() / 1000;
  time->tv_sec = microseconds / 1'000'000;
  time->tv_usec = microseconds % 1'000'000;
  return 0;
}
