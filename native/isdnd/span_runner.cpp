// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/span_runner.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

namespace branchline::isdn {
namespace {

constexpr int kLongestWaitMs = 10'000;

}  // namespace

std::optional<Message> answerWithoutSpan(const Message& message, std::uint8_t cause) {
  if (const auto* const setup = std::get_if<Setup>(&message))
    return Released{.span = setup->span, .call = setup->call, .cause = cause, .by = EndedBy::line};
  if (const auto* const query = std::get_if<QuerySpan>(&message)) return SpanStatus{.span = query->span};
  return std::nullopt;
}

SpanRunner::SpanRunner(std::unique_ptr<Span> span, const Clock& clock, Outbox& outbox)
    : number_(span->number()),
      clock_(clock),
      outbox_(outbox),
      span_(std::move(span)) {
  if (clock_.isStepped()) return;
  thread_ = std::thread([this] { runUntilStopped(); });
  pthread_setname_np(thread_.native_handle(), "bl-dchannel");
}

SpanRunner::~SpanRunner() { stop(); }

void SpanRunner::stop() {
  stopping_ = true;
  wake_.notify();
  if (thread_.joinable()) thread_.join();
}

void SpanRunner::end(std::uint8_t cause) {
  stop();
  if (span_) span_->endCalls(cause);
  refuse(takeInbox(), cause);
}

void SpanRunner::post(const Message& message) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(message);
  }
  if (clock_.isStepped())
    turn();
  else
    wake_.notify();
}

SpanRunner::Stepped SpanRunner::step() {
  turn();
  if (!span_) return {};
  return {.frames = span_->takeFrameCount(), .nextDueNs = span_->nextDueNs()};
}

void SpanRunner::runUntilStopped() {
  while (!stopping_) {
    pollfd waited[2] = {{wake_.fd(), POLLIN, 0}, {span_ ? span_->dChannel() : -1, POLLIN | POLLPRI, 0}};
    (void)poll(waited, 2, patienceMs());
    wake_.clear();
    turn();
  }
}

std::vector<Message> SpanRunner::takeInbox() {
  const std::lock_guard lock(mutex_);
  return std::exchange(inbox_, {});
}

void SpanRunner::refuse(const std::vector<Message>& messages, std::uint8_t cause) {
  for (const Message& message : messages) {
    if (const auto answer = answerWithoutSpan(message, cause)) outbox_.send(*answer);
  }
}

void SpanRunner::turn() {
  const std::vector<Message> messages = takeInbox();
  if (!span_) return refuse(messages, PRI_CAUSE_DESTINATION_OUT_OF_ORDER);
  for (const Message& message : messages) span_->handle(message);
  const bool open = span_->receive();
  span_->runTimers();
  if (open) return;
  span_->endCalls(PRI_CAUSE_DESTINATION_OUT_OF_ORDER);  // The D channel's other end is closed: the card is gone.
  span_.reset();
  outbox_.send(LayerTwo{.span = static_cast<std::uint8_t>(number_), .up = false});
  outbox_.send(Log{.span = static_cast<std::uint8_t>(number_), .level = LogLevel::error, .text = "the D channel was closed; the span has ended"});
}

int SpanRunner::patienceMs() const {
  const std::int64_t due = span_ ? span_->nextDueNs() : 0;
  if (due == 0) return kLongestWaitMs;
  // Rounded up: waking early would find nothing due and spin.
  return static_cast<int>(std::clamp<std::int64_t>((due - clock_.nowNs() + 999'999) / 1'000'000, 0, kLongestWaitMs));
}

}  // namespace branchline::isdn
