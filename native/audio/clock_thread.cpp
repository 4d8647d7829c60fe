// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/clock_thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <ctime>

#include "audio/frame.hpp"
#include "common/clock.hpp"

namespace branchline {

namespace {

constexpr int kPriority = 20;  // SCHED_FIFO's middle-low: above every normal thread, below the kernel's interrupt threads (50).
constexpr std::int64_t kMostCatchUpNs = 200'000'000;

void sleepUntil(std::int64_t ns) noexcept {
  const timespec moment{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nullptr) != 0) {
  }
}

void raise(std::atomic<std::int64_t>& worst, std::int64_t value) noexcept {
  if (value > worst.load(std::memory_order_relaxed)) worst.store(value, std::memory_order_relaxed);
}

}  // namespace

ClockThread::ClockThread(AudioCore& core, bool realtimePriority) : core_(core), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "bl-audio");
  const sched_param priority{kPriority};
  realtime_ = realtimePriority && pthread_setschedparam(thread_.native_handle(), SCHED_FIFO, &priority) == 0;
}

ClockThread::~ClockThread() {
  stopping_ = true;
  thread_.join();
}

// Audio thread.
void ClockThread::run() noexcept {
  prctl(PR_SET_TIMERSLACK, 1UL);  // Without SCHED_FIFO the kernel would round wake-ups by 50 µs.
  const MonotonicClock clock;
  std::int64_t due = clock.nowNs();
  while (!stopping_.load(std::memory_order_relaxed)) {
    due += kFrameNs + core_.paceNs();
    sleepUntil(due);
    const std::int64_t began = clock.nowNs();
    const std::int64_t lateness = began - due;
    countBeginning(lateness);
    if (lateness >= kMostCatchUpNs) {
      const std::int64_t skipped = lateness / kFrameNs;
      counters_.skippedFrames.fetch_add(static_cast<std::uint64_t>(skipped), std::memory_order_relaxed);
      due += skipped * kFrameNs;
    }
    core_.runFrame(began);
    countEnd(clock.nowNs() - began);
  }
}

void ClockThread::countBeginning(std::int64_t latenessNs) noexcept {
  raise(counters_.worstLatenessNs, latenessNs);
  if (latenessNs > kFrameNs) counters_.lateFrames.fetch_add(1, std::memory_order_relaxed);
  counters_.lateness.count(latenessNs);
}

void ClockThread::countEnd(std::int64_t tookNs) noexcept {
  raise(counters_.worstFrameNs, tookNs);
  counters_.frameTime.count(tookNs);
}

}  // namespace branchline
