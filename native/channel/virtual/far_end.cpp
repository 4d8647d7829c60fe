// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/far_end.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "audio/tone.hpp"
#include "common/wav_reader.hpp"

namespace branchline {
namespace {

constexpr int kLongestStepMs = 24 * 3600 * 1000;
constexpr int kLongestFlashMs = 5000;
constexpr std::size_t kMostExpected = 32;
constexpr int kLastCause = 127;

const char* nameOf(FarEndStep::Action action) {
  switch (action) {
    case FarEndStep::Action::ring: return "ring";
    case FarEndStep::Action::answer: return "answer";
    case FarEndStep::Action::play: return "play";
    case FarEndStep::Action::tone: return "tone";
    case FarEndStep::Action::digits: return "digits";
    case FarEndStep::Action::wait: return "wait";
    case FarEndStep::Action::expect: return "expect";
    case FarEndStep::Action::flash: return "flash";
    case FarEndStep::Action::hangUp: return "hangUp";
    case FarEndStep::Action::refuse: return "refuse";
  }
  return "?";
}

[[nodiscard]] bool areKeys(const std::string& digits) {
  return digits.size() <= kMostExpected && std::all_of(digits.begin(), digits.end(), [](char c) { return c != 0 && dtmfDigit(c) == c; });
}

/// Says what is wrong with a step; "" nothing.
std::string faultOf(const FarEndStep& step, bool answered) {
  switch (step.action) {
    case FarEndStep::Action::ring:
    case FarEndStep::Action::wait: return step.milliseconds < 0 || step.milliseconds > kLongestStepMs ? "milliseconds must be 0 … 86400000" : "";
    case FarEndStep::Action::tone:
      return ToneGenerator::accepts(step.tone) ? "" : "its segments can't be played: 1 … 64 of them, below 4000 Hz, at least 1 ms";
    case FarEndStep::Action::digits: {
      DigitSender sender;
      return sender.load(step.digits, step.onMs, step.offMs) == Status::ok ? "" : "needs 1 … 64 of 0-9 * # A-D, onMs and offMs of 20 … 5000";
    }
    case FarEndStep::Action::expect:
      if (!areKeys(step.digits)) return "digits must be at most 32 of 0-9 * # A-D; none: any key";
      return step.milliseconds < 0 || step.milliseconds > kLongestStepMs ? "milliseconds must be 0 … 86400000" : "";
    case FarEndStep::Action::flash:
      if (!answered) return "a telephone flashes in a call: put it after `answer`";
      return step.milliseconds < 20 || step.milliseconds > kLongestFlashMs ? "milliseconds must be 20 … 5000" : "";
    case FarEndStep::Action::refuse:
      if (step.q850 < 0 || step.q850 > kLastCause) return "cause must be 1 … 127 (Q.850)";
      if (answered) return "a call that was answered can't be refused: leave it out, or put it before `answer`";
      return step.refusal == CallTone::none ? "tone must be busy, congestion or unobtainable" : "";
    case FarEndStep::Action::hangUp: return step.q850 < 0 || step.q850 > kLastCause ? "cause must be 1 … 127 (Q.850)" : "";
    case FarEndStep::Action::answer:
    case FarEndStep::Action::play: break;
  }
  return "";
}

}  // namespace

FarEndSet::FarEndSet(std::vector<FarEnd> farEnds, Calls calls) : farEnds_(std::move(farEnds)) {
  std::set<std::string> numbers;
  for (FarEnd& farEnd : farEnds_) {
    if (calls == Calls::out && !numbers.insert(farEnd.number).second) throw std::invalid_argument("two far ends have the number " + farEnd.number);
    prepare(farEnd, calls);
  }
}

void FarEndSet::prepare(FarEnd& farEnd, Calls calls) {
  bool answered = calls == Calls::in;
  for (std::size_t i = 0; i < farEnd.script.size(); ++i) {
    FarEndStep& step = farEnd.script[i];
    const std::string where = (calls == Calls::out ? "far end " + farEnd.number + ", " : std::string()) + "step " + std::to_string(i + 1) + " (" +
                              nameOf(step.action) + "): ";
    const std::string fault = faultOf(step, answered);
    if (!fault.empty()) throw std::invalid_argument(where + fault);
    if (step.action == FarEndStep::Action::answer) answered = true;
    if (step.action != FarEndStep::Action::play) continue;
    auto& audio = audio_[step.file];
    try {
      if (!audio) audio = std::make_shared<const std::vector<std::int16_t>>(readWavFile(step.file));
    } catch (const WavError& error) {
      throw std::invalid_argument(where + error.what());
    }
    step.audio = audio;
  }
}

const FarEnd* FarEndSet::find(std::string_view number) const noexcept {
  const auto found = std::find_if(farEnds_.begin(), farEnds_.end(), [&](const FarEnd& farEnd) { return farEnd.number == number; });
  return found == farEnds_.end() ? nullptr : &*found;
}

bool FarEndSet::goesOn(std::string_view digits) const noexcept {
  return std::any_of(farEnds_.begin(), farEnds_.end(),
                     [&](const FarEnd& farEnd) { return farEnd.number.size() > digits.size() && farEnd.number.starts_with(digits); });
}

}  // namespace branchline
