// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "audio/audio_core.hpp"

namespace branchline {

/// The audio clock: runs a frame every 20 ms of CLOCK_MONOTONIC, or of a card where one paces it (Engine::pace), without drift. Late by up to 200 ms
/// it catches up frame by frame; beyond that it skips what is past, and counts it.
class ClockThread {
 public:
  static constexpr std::array<double, 9> kLatenessBoundsMs = {0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50};

  struct Counters {
    std::atomic<std::uint64_t> lateFrames{0};
    std::atomic<std::uint64_t> skippedFrames{0};
    std::atomic<std::int64_t> worstLatenessNs{0};
    std::atomic<std::int64_t> worstFrameNs{0};
    std::array<std::atomic<std::uint64_t>, kLatenessBoundsMs.size() + 1> lateness{};
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
  void count(std::int64_t latenessNs) noexcept;

  AudioCore& core_;
  Counters counters_;
  std::atomic<bool> stopping_{false};
  bool realtime_ = false;
  std::thread thread_;
};

}  // namespace branchline
