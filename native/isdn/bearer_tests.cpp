// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/bearer_tests.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace branchline {

BearerTests::BearerTests(Engine& engine, EventSink& sink, CardLines& card, BearerClaims& claims)
    : engine_(engine),
      sink_(sink),
      card_(card),
      claims_(claims) {
  card_.add(*this);
}

BearerTests::~BearerTests() {
  card_.remove(*this);
  const std::lock_guard lock(mutex_);
  for (Running& running : running_) {
    if (running.test) end(running, "stopped");
  }
}

// --- Control threads -----------------------------------------------------------------------------------------------------------------------

Status BearerTests::start(int channel, std::unique_ptr<BearerTest> test) {
  const std::lock_guard lock(mutex_);
  const auto free = std::find_if(running_.begin(), running_.end(), [](const Running& one) { return one.test == nullptr; });
  if (free == running_.end()) return Status::full;
  if (!claims_.takeForTest(channel)) return Status::wrongState;
  const Status prepared = card_.io().setTransparent(channel, test->isTransparent());
  if (prepared != Status::ok) {
    claims_.endOfTest(channel);
    return prepared;
  }
  free->channel = channel;
  free->done.store(false, std::memory_order_relaxed);
  free->test = std::move(test);
  free->inFrames.set(free->test.get());
  return Status::ok;
}

Status BearerTests::stop(int channel) {
  const std::lock_guard lock(mutex_);
  Running* const running = at(channel);
  if (running == nullptr) return Status::staleHandle;
  end(*running, "stopped");
  return Status::ok;
}

BearerTests::Running* BearerTests::at(int channel) {
  const auto found = std::find_if(running_.begin(), running_.end(), [&](const Running& one) { return one.test && one.channel == channel; });
  return found == running_.end() ? nullptr : &*found;
}

// The channel is audio again before a call may have it.
void BearerTests::end(Running& running, const char* how) {
  running.inFrames.clear();
  const std::unique_ptr<BearerTest> test = std::move(running.test);
  if (test->isTransparent()) (void)card_.io().setTransparent(running.channel, false);
  claims_.endOfTest(running.channel);
  auto fields = test->figures();
  fields.insert(fields.begin(), {{"channel", std::int64_t{running.channel}}, {"end", std::string(how)}});
  sink_.post({test->eventName(), kNoHandle, "leg", engine_.clock().nowNs(), std::move(fields)});
}

// --- CardUser ------------------------------------------------------------------------------------------------------------------------------

void BearerTests::onCardEvent(const ChannelEvent& event) {
  if (event.type != ChannelEventType::removed) return;
  const std::lock_guard lock(mutex_);
  if (Running* const running = at(event.channel)) end(*running, "removed");
}

void BearerTests::runDue() {
  const std::lock_guard lock(mutex_);
  for (Running& running : running_) {
    if (running.test && running.done.load(std::memory_order_acquire)) end(running, "done");
  }
}

// Audio thread.
void BearerTests::beginFrame() noexcept {
  for (Running& running : running_) {
    BearerTest* const test = running.inFrames.enter();
    if (test == nullptr) continue;
    if (!running.done.load(std::memory_order_relaxed)) {
      Frame received;
      Frame sent;
      card_.io().read(running.channel, received);
      running.done.store(!test->frame(received, sent), std::memory_order_release);
      card_.io().write(running.channel, sent);
    }
    running.inFrames.leave();
  }
}

}  // namespace branchline
