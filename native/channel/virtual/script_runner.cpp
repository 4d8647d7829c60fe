// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/script_runner.hpp"

#include <algorithm>

namespace branchline {

void ScriptRunner::start(const FarEnd& farEnd, bool answered) noexcept {
  farEnd_ = &farEnd;
  answered_ = answered;
  step_ = 0;
  entered_ = false;
  tone_.stop();
  digits_.unload();
}

ScriptRunner::Done ScriptRunner::frame(std::span<std::int16_t> out) noexcept {
  Done done;
  std::fill(out.begin(), out.end(), std::int16_t{0});
  while (running() && step_ < farEnd_->script.size()) {
    const FarEndStep& step = farEnd_->script[step_];
    if (!entered_) {
      entered_ = true;
      if (enter(step, done) == Progress::going) continue;
    } else if (go(step, out) == Progress::going) {
      return done;
    }
    if (done.hungUp) return done;
    entered_ = false;
    ++step_;
  }
  // A script that ends while it rings rings on; otherwise the far end listens.
  if (running() && !answered_ && tone_.playing()) tone_.generate(out);
  return done;
}

// What a step does at its beginning. Over: it takes no time.
ScriptRunner::Progress ScriptRunner::enter(const FarEndStep& step, Done& done) noexcept {
  frames_ = (step.milliseconds + kFrameMilliseconds - 1) / kFrameMilliseconds;
  switch (step.action) {
    case FarEndStep::Action::ring:
      if (!answered_) tone_.start(country_.tone(CallTone::ringing), true);
      return Progress::going;
    case FarEndStep::Action::wait: tone_.stop(); return Progress::going;
    case FarEndStep::Action::answer:
      tone_.stop();
      done.answered = !answered_;
      answered_ = true;
      return Progress::over;
    case FarEndStep::Action::play:
      tone_.stop();
      sample_ = 0;
      return Progress::going;
    case FarEndStep::Action::tone: tone_.start(step.tone.segments, step.tone.loop); return Progress::going;
    case FarEndStep::Action::digits:
      tone_.stop();
      if (digits_.load(step.digits, step.onMs, step.offMs) != Status::ok) return Progress::over;
      digits_.begin();
      return Progress::going;
    case FarEndStep::Action::hangUp: done.hungUp = true; return Progress::over;
    case FarEndStep::Action::refuse: tone_.start(country_.tone(step.refusal), true); return Progress::going;
  }
  return Progress::over;
}

// 20 ms of a step. Over: nothing of it was left to fill the frame with.
ScriptRunner::Progress ScriptRunner::go(const FarEndStep& step, std::span<std::int16_t> out) noexcept {
  switch (step.action) {
    case FarEndStep::Action::ring:
    case FarEndStep::Action::wait:
      if (frames_-- <= 0) return Progress::over;
      tone_.generate(out);
      return Progress::going;
    case FarEndStep::Action::play: return play(step, out);
    case FarEndStep::Action::tone:
    case FarEndStep::Action::refuse:
      if (!tone_.playing()) return Progress::over;
      tone_.generate(out);
      return Progress::going;
    case FarEndStep::Action::digits:
      if (!digits_.sending()) return Progress::over;
      digits_.generate(out);
      return Progress::going;
    case FarEndStep::Action::answer:
    case FarEndStep::Action::hangUp: break;
  }
  return Progress::over;
}

ScriptRunner::Progress ScriptRunner::play(const FarEndStep& step, std::span<std::int16_t> out) noexcept {
  const std::size_t count = std::min(out.size(), step.audio->size() - sample_);
  if (count == 0) return Progress::over;
  std::copy_n(step.audio->begin() + static_cast<std::ptrdiff_t>(sample_), count, out.begin());
  sample_ += count;
  return Progress::going;
}

}  // namespace branchline
