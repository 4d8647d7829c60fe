// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/wake_fd.hpp"
#include "isdnd/span.hpp"

namespace branchline::isdn {

/// What a message is answered with where its span is no more. A SETUP ends with `cause`: the add-on would wait for the end of its call for ever. A
/// span that answers no query would be taken for one that hangs.
[[nodiscard]] std::optional<Message> answerWithoutSpan(const Message& message, std::uint8_t cause);

/// Runs one span: on a thread of its own, or, with a stepped clock, on the thread that calls step().
class SpanRunner {
 public:
  SpanRunner(std::unique_ptr<Span> span, const Clock& clock, Outbox& outbox);
  /// Stops the thread; ends the span with its calls.
  ~SpanRunner();
  SpanRunner(const SpanRunner&) = delete;
  SpanRunner& operator=(const SpanRunner&) = delete;

  [[nodiscard]] int number() const noexcept { return number_; }
  /// Stops the thread; every call ends with `cause` towards the add-on, one whose SETUP has not been handled yet as well.
  void end(std::uint8_t cause);
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
  void stop();
  void turn();
  [[nodiscard]] std::vector<Message> takeInbox();
  void refuse(const std::vector<Message>& messages, std::uint8_t cause);
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
