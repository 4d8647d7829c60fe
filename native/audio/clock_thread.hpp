// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "audio/audio_core.hpp"
#include "common/duration_histogram.hpp"

namespace branchline {

/// The audio clock: runs a frame every 20 ms of CLOCK_MONOTONIC, or of a card where one paces it (Engine::pace), without drift. Late by up to 200 ms
/// it catches up frame by frame; beyond that it skips what is past, and counts it.
class ClockThread {
 public:
  struct Counters {
    std::atomic<std::uint64_t> lateFrames{0};
    std::atomic<std::uint64_t> skippedFrames{0};
    std::atomic<std::int64_t> worstLatenessNs{0};
    std::atomic<std::int64_t> worstFrameNs{0};
    DurationHistogram lateness;   // Of a frame's beginning.
    DurationHistogram frameTime;  // From its beginning to its end.
  };

  /// Starts the thread. With `realtimePriority` it asks for SCHED_FIFO and goes on without where that is refused.
  ClockThread(AudioCore& core, bool realtimePriority);
  /// Ends it after the frame at hand.
  ~ClockThread();
  ClockThread(const ClockThread&) = delete;
  ClockThread& operator=(const ClockThread&) = delete;

  [[nodiscard]] Counters& counters() noexcept { return counters_; }
  [[nodiscard]] bool isRealtime() const noexcept { return realtime_; }

 private:
  void run() noexcept;
  void countBeginning(std::int64_t latenessNs) noexcept;
  void countEnd(std::int64_t tookNs) noexcept;

  AudioCore& core_;
  Counters counters_;
  std::atomic<bool> stopping_{false};
  bool realtime_ = false;
  std::thread thread_;
};

}  // namespace branchline
