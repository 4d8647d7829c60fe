// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/control_thread.hpp"

#include <future>

namespace branchline {

ControlThread::ControlThread() : thread_([this] { loop(); }) {}

ControlThread::~ControlThread() { close(); }

bool ControlThread::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void ControlThread::run(const Work& work) {
  std::promise<void> done;
  const bool posted = post([&] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  if (posted) done.get_future().get();
}

ControlThread::TimerId ControlThread::after(std::chrono::milliseconds delay, Work work) {
  const TimePoint due = std::chrono::steady_clock::now() + delay;
  TimerId timer = 0;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return 0;
    timer = ++lastTimer_;
    timers_.emplace(std::pair{due, timer}, std::move(work));
    dueOf_.emplace(timer, due);
  }
  wake_.notify_one();
  return timer;
}

void ControlThread::cancel(TimerId timer) {
  const std::lock_guard lock(mutex_);
  const auto due = dueOf_.find(timer);
  if (due == dueOf_.end()) return;
  timers_.erase({due->second, timer});
  dueOf_.erase(due);
}

void ControlThread::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    timers_.clear();
    dueOf_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

ControlThread::Work ControlThread::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!queue_.empty()) {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      return work;
    }
    if (closing_) return {};
    if (timers_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto first = timers_.begin();
    if (first->first.first <= std::chrono::steady_clock::now()) {
      Work work = std::move(first->second);
      dueOf_.erase(first->first.second);
      timers_.erase(first);
      return work;
    }
    wake_.wait_until(lock, TimePoint(first->first.first));
  }
}

void ControlThread::loop() {
  while (Work work = next()) work();
}

}  // namespace branchline
