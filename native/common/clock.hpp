// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace branchline {

/// The one source of time below JavaScript: monotonic nanoseconds. Production reads CLOCK_MONOTONIC; tests step it (DESIGN.md §3).
class Clock {
 public:
  virtual ~Clock() = default;
  /// Monotonic time in nanoseconds. Any thread.
  [[nodiscard]] virtual std::int64_t nowNs() const noexcept = 0;
  /// True where time moves only by SteppedClock::advanceTo.
  [[nodiscard]] virtual bool isStepped() const noexcept = 0;
};

/// CLOCK_MONOTONIC.
class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t nowNs() const noexcept override;
  [[nodiscard]] bool isStepped() const noexcept override { return false; }
};

/// A clock that stands still until it is stepped. Starts at 1 s, so that 0 can mean "never".
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t nowNs() const noexcept override { return nowNs_.load(std::memory_order_acquire); }
  [[nodiscard]] bool isStepped() const noexcept override { return true; }
  /// Moves time forward to `ns`; never back.
  void advanceTo(std::int64_t ns) noexcept;

 private:
  std::atomic<std::int64_t> nowNs_{1'000'000'000};
};

/// A part that does work at moments of its own (state machines, timers). In production its thread calls it; with a stepped clock the engine
/// calls `runDue` after every 20 ms frame, on the thread that steps, so that a whole scenario runs in virtual time.
class SteppedPart {
 public:
  virtual ~SteppedPart() = default;
  /// Runs everything that is due at or before `nowNs`, and handles all commands that were posted before the call.
  virtual void runDue(std::int64_t nowNs) = 0;
};

}  // namespace branchline
