// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace branchline {

/// Wakes one waiting thread: an eventfd. `notify` is allowed on the audio thread; what is notified before a wait is not lost.
class WakeFd {
 public:
  /// Throws std::system_error when the process has no descriptor left.
  WakeFd();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  /// Any thread; never blocks.
  void notify() noexcept;
  /// Returns once notified, or after `timeoutMs` (−1: no limit).
  void wait(int timeoutMs) noexcept;
  /// Forgets notifications.
  void clear() noexcept;
  /// Readable while notified: for a thread that waits for several.
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace branchline
