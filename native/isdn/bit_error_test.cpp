// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/bit_error_test.hpp"

namespace branchline {
namespace {

// What a test before this one left in buffers and in the loop is the pattern too, in another phase.
constexpr int kSettleFrames = 500 / kFrameMilliseconds;
constexpr int kLongestWaitFrames = 5000 / kFrameMilliseconds;

}  // namespace

bool BitErrorTest::frame(const Frame& received, Frame& sent) noexcept {
  const bool settled = waited_ >= kSettleFrames;
  for (int i = 0; i < kFrameSamples; i++) {
    const auto at = static_cast<std::size_t>(i);
    if (settled) checker_.takeOctet(static_cast<std::uint8_t>(received.samples[at]));
    sent.samples[at] = pattern_.nextOctet();
  }
  if (!measuring_) {
    measuring_ = checker_.inStep();
    return ++waited_ < kLongestWaitFrames || measuring_;
  }
  measure();
  return measured_ < frames_;
}

// G.821: a second is errored by one wrong bit; where the step is lost, nobody knows how many there are.
void BitErrorTest::measure() noexcept {
  if (!checker_.inStep()) outOfStep_ = true;
  if (++measured_ % kFramesPerSecond != 0) return;
  endSecond();
}

void BitErrorTest::endSecond() noexcept {
  const PatternChecker::Counts& now = checker_.counts();
  if (outOfStep_ || now.errors != secondFrom_.errors || now.losses != secondFrom_.losses) erroredSeconds_++;
  secondFrom_ = now;
  outOfStep_ = false;
}

const char* BitErrorTest::eventName() const noexcept { return "bitErrorTestEnded"; }

std::vector<std::pair<const char*, FieldValue>> BitErrorTest::figures() const {
  const PatternChecker::Counts& counts = checker_.counts();
  return {{"synchronised", measuring_},
          {"seconds", measured_ / kFramesPerSecond},
          {"bits", static_cast<std::int64_t>(counts.bits)},
          {"errors", static_cast<std::int64_t>(counts.errors)},
          {"erroredSeconds", erroredSeconds_},
          {"syncLosses", std::int64_t{counts.losses}}};
}

}  // namespace branchline
