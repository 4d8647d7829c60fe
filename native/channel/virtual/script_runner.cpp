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
    } else if (go(step, out, done) == Progress::going) {
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
      done.rang = !answered_;
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
      done.spoke = true;
      return Progress::going;
    case FarEndStep::Action::tone:
      tone_.start(step.tone.segments, step.tone.loop);
      done.spoke = true;
      return Progress::going;
    case FarEndStep::Action::digits:
      tone_.stop();
      if (digits_.load(step.digits, step.onMs, step.offMs) != Status::ok) return Progress::over;
      digits_.begin();
      return Progress::going;
    case FarEndStep::Action::expect:
      tone_.stop();
      keys_.reset();
      keyed_ = 0;
      return Progress::going;
    case FarEndStep::Action::flash: tone_.stop(); return Progress::going;
    case FarEndStep::Action::hangUp:
      done.hungUp = true;
      done.cause = step.q850;
      return Progress::over;
    case FarEndStep::Action::refuse:
      tone_.start(country_.tone(step.refusal), true);
      done.refused = &step;
      return Progress::going;
  }
  return Progress::over;
}

// 20 ms of a step. Over: nothing of it was left to fill the frame with.
ScriptRunner::Progress ScriptRunner::go(const FarEndStep& step, std::span<std::int16_t> out, Done& done) noexcept {
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
    case FarEndStep::Action::expect: return expect(step, done);
    case FarEndStep::Action::flash: done.flashes = frames_-- > 0; return done.flashes ? Progress::going : Progress::over;
    case FarEndStep::Action::answer:
    case FarEndStep::Action::hangUp: break;
  }
  return Progress::over;
}

void ScriptRunner::hear(const Frame& in) noexcept {
  if (!running() || !entered_ || step_ >= farEnd_->script.size()) return;
  const FarEndStep& step = farEnd_->script[step_];
  if (step.action != FarEndStep::Action::expect) return;
  for (const DtmfEvent& event : keys_.process(in)) {
    if (event.type != DtmfEvent::Type::begin || isKeyed(step)) continue;
    if (step.digits.empty() || event.digit == step.digits[keyed_])
      ++keyed_;
    else
      keyed_ = event.digit == step.digits[0] ? 1 : 0;
  }
}

bool ScriptRunner::isKeyed(const FarEndStep& step) const noexcept { return keyed_ > 0 && keyed_ >= step.digits.size(); }

ScriptRunner::Progress ScriptRunner::expect(const FarEndStep& step, Done& done) noexcept {
  if (isKeyed(step)) return Progress::over;
  if (frames_-- > 0) return Progress::going;
  done.hungUp = step.otherwise == FarEndStep::Otherwise::hangUp;
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
