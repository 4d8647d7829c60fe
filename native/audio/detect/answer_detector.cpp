// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/answer_detector.hpp"

#include <algorithm>
#include <cmath>

namespace branchline {
namespace {

constexpr int kHopMs = PureTone::kHopMs;
constexpr double kFullScaleDb = 84.16;     // Mean square of 0 dBm0 in 16-bit samples.
constexpr float kAboveNoiseDb = 9.0F;      // Speech is, or it is none that we could judge.
constexpr float kQuietestSpeech = -42.0F;  // dBm0.
constexpr float kLoudestQuiet = -30.0F;    // dBm0. Before the first pause the floor is the speech's own.
constexpr int kClickMs = 80;               // Less sound than this is a click, or a breath into the mouthpiece.
constexpr int kBreathMs = 120;             // Stops within words are shorter.
constexpr int kGreetingOverMs = 700;       // Who answers waits for us.
constexpr int kLongestHumanMs = 1900;      // Greeting, its pauses too.
constexpr int kLongestUtteranceMs = 1700;  // Without a breath.
constexpr int kDecideMs = 4000;            // At the latest.
constexpr int kBeepMs = 140;               // Steady for so long no speech is.
constexpr int kLongestBeepMs = 2500;
constexpr double kLowestBeepHz = 350;
constexpr double kHighestBeepHz = 1900;

bool isBeep(const PureToneRun& run) noexcept {
  return run.fromQuiet && run.toQuiet && run.milliseconds >= kBeepMs && run.milliseconds <= kLongestBeepMs && run.hz >= kLowestBeepHz &&
         run.hz <= kHighestBeepHz;
}

}  // namespace

const char* answeredByName(AnsweredBy by) noexcept {
  switch (by) {
    case AnsweredBy::human: return "human";
    case AnsweredBy::machine: return "machine";
    case AnsweredBy::unsure: return "unsure";
  }
  return "unsure";
}

const char* answerReasonName(AnswerReason reason) noexcept {
  switch (reason) {
    case AnswerReason::shortGreeting: return "shortGreeting";
    case AnswerReason::longGreeting: return "longGreeting";
    case AnswerReason::longUtterance: return "longUtterance";
    case AnswerReason::beep: return "beep";
    case AnswerReason::silence: return "silence";
    case AnswerReason::timeOver: return "timeOver";
  }
  return "timeOver";
}

AnswerDetector::Heard AnswerDetector::process(const Frame& frame) noexcept {
  Heard heard;
  for (std::size_t at = 0; at < kFrameSamples; at += PureTone::kHop) endHop(frame.samples.data() + at, heard);
  return heard;
}

void AnswerDetector::endHop(const std::int16_t* samples, Heard& heard) noexcept {
  elapsedMs_ = std::min(elapsedMs_ + kHopMs, kDecideMs);  // Nothing counts time after the decision.
  const auto run = tones_.process(samples);
  const bool beep = run && isBeep(*run);
  heard.beep = heard.beep || beep;
  if (decided_) return;
  if (beep) return decide(heard, AnsweredBy::machine, AnswerReason::beep);
  follow(isSound(samples));
  judge(heard);
}

bool AnswerDetector::isSound(const std::int16_t* samples) noexcept {
  double energy = 0;
  for (std::size_t i = 0; i < PureTone::kHop; ++i) energy += static_cast<double>(samples[i]) * samples[i];
  const auto dbm0 = static_cast<float>(10.0 * std::log10(energy / PureTone::kHop + 1e-6) - kFullScaleDb);
  noise_.add(dbm0);
  return dbm0 > std::clamp(noise_.dbm0() + kAboveNoiseDb, kQuietestSpeech, kLoudestQuiet);
}

void AnswerDetector::follow(bool sound) noexcept {
  if (sound) {
    if (pauseMs_ >= kBreathMs) utteranceMs_ = 0;
    const int sinceMs = (soundMs_ == 0 ? 0 : pauseMs_) + kHopMs;
    greetingMs_ += sinceMs;
    utteranceMs_ += pauseMs_ >= kBreathMs ? kHopMs : sinceMs;
    soundMs_ += kHopMs;
    pauseMs_ = 0;
    return;
  }
  pauseMs_ += kHopMs;
  if (pauseMs_ < kGreetingOverMs || soundMs_ >= kClickMs) return;
  greetingMs_ = soundMs_ = utteranceMs_ = 0;
}

void AnswerDetector::judge(Heard& heard) noexcept {
  if (utteranceMs_ > kLongestUtteranceMs) return decide(heard, AnsweredBy::machine, AnswerReason::longUtterance);
  if (greetingMs_ > kLongestHumanMs) return decide(heard, AnsweredBy::machine, AnswerReason::longGreeting);
  const bool greeted = soundMs_ >= kClickMs;
  if (greeted && pauseMs_ >= kGreetingOverMs) return decide(heard, AnsweredBy::human, AnswerReason::shortGreeting);
  if (elapsedMs_ >= kDecideMs) decide(heard, AnsweredBy::unsure, greeted ? AnswerReason::timeOver : AnswerReason::silence);
}

void AnswerDetector::decide(Heard& heard, AnsweredBy by, AnswerReason reason) noexcept {
  decided_ = true;
  heard.decided = true;
  heard.by = by;
  heard.reason = reason;
  heard.decidedMs = elapsedMs_;
}

}  // namespace branchline
