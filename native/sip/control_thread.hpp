// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace branchline {

/// A thread that runs what others post to it, in order, and what is due. pjsua's calls block (for milliseconds as a rule, for more than a second in
/// pjsua_destroy), so all of ours are made on one of these and none on JavaScript's thread.
class ControlThread {
 public:
  using Work = std::function<void()>;
  using TimePoint = std::chrono::steady_clock::time_point;
  using TimerId = std::uint64_t;

  ControlThread();
  /// Runs what was posted before, drops timers, and joins.
  ~ControlThread();
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  /// Any thread. After close: dropped, false.
  bool post(Work work);
  /// Runs `work` there and waits; what it throws is thrown here. Not from the thread itself. After close: nothing.
  void run(const Work& work);
  /// Any thread.
  TimerId after(std::chrono::milliseconds delay, Work work);
  void cancel(TimerId timer);
  /// Runs what was posted, then ends the thread. Idempotent.
  void close();
  [[nodiscard]] bool isCurrent() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void loop();
  /// The next thing to do, waiting for it; empty once closed and drained.
  Work next();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::map<std::pair<TimePoint, TimerId>, Work> timers_;
  std::map<TimerId, TimePoint> dueOf_;
  TimerId lastTimer_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace branchline
