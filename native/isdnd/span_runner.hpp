// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/wake_fd.hpp"
#include "isdnd/span.hpp"

namespace branchline::isdn {

/// Runs one span: on a thread of its own, or, with a stepped clock, on the thread that calls step().
class SpanRunner {
 public:
  SpanRunner(std::unique_ptr<Span> span, const Clock& clock, Outbox& outbox);
  /// Stops the thread; ends the span with its calls.
  ~SpanRunner();
  SpanRunner(const SpanRunner&) = delete;
  SpanRunner& operator=(const SpanRunner&) = delete;

  [[nodiscard]] int number() const noexcept { return number_; }
  /// A message of the add-on for this span; handled in order by the span's thread, or at once with a stepped clock.
  void post(const Message& message);

  struct Stepped {
    std::uint32_t frames = 0;
    std::int64_t nextDueNs = 0;  // 0: none.
  };
  /// Stepped clock only: reads what lies on the D channel and runs what is due.
  Stepped step();

 private:
  void runUntilStopped();
  void turn();
  /// A span that has ended is down; who asks gets to know, and that we live.
  void answerQueries(const std::vector<Message>& messages);
  [[nodiscard]] int patienceMs() const;

  const int number_;
  const Clock& clock_;
  Outbox& outbox_;
  std::unique_ptr<Span> span_;  // Empty once its D channel was closed.

  std::mutex mutex_;  // Of inbox_.
  std::vector<Message> inbox_;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline::isdn
