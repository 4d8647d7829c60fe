// SPDX-License-Identifier: GPL-3.0-or-later
//
// The calibration of lateness figures: how late this machine wakes a thread that does nothing, every 20 ms, asked for as the audio clock asks.
//
//   idle_thread SECONDS      prints {"frames", "realtime", "p50Ms", "p99Ms", "maxMs"}

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include "bench/bench_udp.hpp"

using namespace branchline::bench;

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 0;
  if (seconds < 1 || seconds > 3600) {
    std::fputs("usage: idle_thread SECONDS (1…3600)\n", stderr);
    return 2;
  }
  const sched_param priority{20};  // As native/audio/clock_thread.cpp.
  const bool realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0;
  prctl(PR_SET_TIMERSLACK, 1UL);

  constexpr std::int64_t kFrameNs = 20'000'000;
  std::vector<double> latenessMs;
  std::int64_t due = nowNs(CLOCK_MONOTONIC);
  for (int frame = 0; frame < seconds * 50; frame++) {
    due += kFrameNs;
    const timespec moment{due / 1'000'000'000, due % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nullptr) != 0) {
    }
    latenessMs.push_back(static_cast<double>(nowNs(CLOCK_MONOTONIC) - due) / 1e6);
  }
  std::printf("{\"frames\": %zu, \"realtime\": %s, \"p50Ms\": %.3f, \"p99Ms\": %.3f, \"maxMs\": %.3f}\n", latenessMs.size(),
              realtime ? "true" : "false", quantile(latenessMs, 0.5), quantile(latenessMs, 0.99), quantile(latenessMs, 1));
  return 0;
}
