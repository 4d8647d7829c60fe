// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/line_echo.hpp"

#include <span>

namespace branchline {

void LineEcho::begin(EchoSettings settings) {
  end();
  const EchoPolicy policy = settings.policy;
  const bool mayCard = policy == EchoPolicy::automatic || policy == EchoPolicy::card;
  const bool mayEngine = policy == EchoPolicy::automatic || policy == EchoPolicy::engine;
  if (mayCard && io_.setEchoCanceller(channel_, settings.tailMs) == Status::ok) {
    by_.store(EchoBy::card, std::memory_order_relaxed);
    return;
  }
  if (!mayEngine) return;
  if (canceller_ == nullptr || tailMs_ != settings.tailMs) canceller_ = std::make_unique<EchoCanceller>(settings.tailMs);
  tailMs_ = settings.tailMs;
  canceller_->reset();  // The audio thread has let go of it: another call has another path.
  cancelling_.set(canceller_.get());
  by_.store(EchoBy::engine, std::memory_order_relaxed);
}

void LineEcho::end() {
  if (by() == EchoBy::card) (void)io_.setEchoCanceller(channel_, 0);  // A card that is gone has forgotten it.
  cancelling_.clear();
  by_.store(EchoBy::nobody, std::memory_order_relaxed);
}

void LineEcho::clean(Frame& received) noexcept {
  if (cancelling_.isSet()) {
    if (EchoCanceller* const canceller = cancelling_.enter()) {
      const Frame& far = history_[(newest_ + kMostFrames - delayFrames_) % kMostFrames];
      const auto near = std::span(received.samples).first(kFrameSamples);
      (void)canceller->process(std::span(far.samples).first(kFrameSamples), near, near);
      cancelling_.leave();
    }
  }
  newest_ = (newest_ + 1) % kMostFrames;
  history_[newest_].samples.fill(0);
}

}  // namespace branchline
