// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into a program: its wall clock steps by an hour, forth and back, every 300 ms. What it measures by the monotonic clock stays true.
#include <dlfcn.h>
#include <sys/time.h>

#include <ctime>

namespace {

constexpr long kEveryMs = 300;
constexpr long kSteps[] = {0, 3600, -3600};

using ClockGettime = int (*)(clockid_t, timespec*);

int realTime(clockid_t clock, timespec* time) {
  static const auto real = reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return real(clock, time);
}

long stepNow() {
  timespec monotonic{};
  realTime(CLOCK_MONOTONIC, &monotonic);
  return kSteps[(monotonic.tv_sec * 1000 + monotonic.tv_nsec / 1'000'000) / kEveryMs % 3];
}

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = realTime(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += stepNow();
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

#pragma GCC visibility pop
}
