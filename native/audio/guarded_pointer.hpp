// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace branchline {

/// A pointer that the audio thread uses and other threads take away: after `clear` returns, the audio thread neither is inside nor will ever enter
/// what it pointed to. The audio thread never waits; `clear` waits at most for one use (some microseconds), never for a frame.
///
/// The two sides each write one variable and then read the other's, in the one order of sequentially consistent operations: either the audio
/// thread sees the null, or `clear` sees it inside.
template <typename T>
class GuardedPointer {
 public:
  /// Any thread.
  void set(T* target) noexcept { target_.store(target); }
  [[nodiscard]] bool isSet() const noexcept { return target_.load(std::memory_order_relaxed) != nullptr; }
  [[nodiscard]] bool pointsTo(const T& target) const noexcept { return target_.load(std::memory_order_relaxed) == &target; }
  /// Any thread but the audio thread.
  void clear() noexcept {
    using namespace std::chrono_literals;
    target_.store(nullptr);
    while (inside_.load()) std::this_thread::sleep_for(20us);
  }

  /// Audio thread: what it points to, to be used until `leave`; null when there is nothing (then no `leave`).
  [[nodiscard]] T* enter() noexcept {
    inside_.store(true);
    T* target = target_.load();
    if (target == nullptr) leave();
    return target;
  }
  /// Audio thread.
  void leave() noexcept { inside_.store(false, std::memory_order_release); }

 private:
  std::atomic<T*> target_{nullptr};
  std::atomic<bool> inside_{false};
};

}  // namespace branchline
