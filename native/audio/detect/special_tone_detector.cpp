// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/special_tone_detector.hpp"

#include <cmath>

namespace branchline {
namespace {

constexpr std::array<double, 3> kInformationHz{950, 1400, 1800};
constexpr double kInformationOffHz = 50;
constexpr int kInformationLeastMs = 200;  // 330 ± 70 ms (E.180), 274 in North America.
constexpr int kInformationMostMs = 450;
constexpr int kInformationGapMs = 70;  // 30 at most between two, and what windows across the edges lose.

constexpr double kFaxHz = 1100;
constexpr double kFaxOffHz = 38;
constexpr int kFaxLeastMs = 400;  // 500 ms ± 15 %, less a window across each edge.
constexpr int kFaxMostMs = 600;

constexpr double kAnswerHz = 2100;
constexpr double kBellHz = 2225;
constexpr double kAnswerOffHz = 22;
constexpr int kAnswerMs = 1000;   // Two phase reversals, 450 ms apart, have come by then.
constexpr double kSwingDb = 2.0;  // V.8's swings 3.5 dB from trough to crest, a steady one in noise less than 1.5.
constexpr int kBoundaryMs = 20;   // Both edges' windows are lost to a run.

bool near(double hz, double wanted, double off) noexcept { return std::fabs(hz - wanted) <= off; }

}  // namespace

const char* specialToneName(SpecialTone tone) noexcept {
  switch (tone) {
    case SpecialTone::none: return "none";
    case SpecialTone::information: return "information";
    case SpecialTone::faxCalling: return "faxCalling";
    case SpecialTone::answer: return "answer";
    case SpecialTone::modemAnswer: return "modemAnswer";
  }
  return "none";
}

SpecialToneDetector::Heard SpecialToneDetector::process(const Frame& frame) noexcept {
  Heard heard;
  for (std::size_t at = 0; at < kFrameSamples; at += PureTone::kHop) {
    sinceInformationMs_ += PureTone::kHopMs;
    const auto run = tones_.process(frame.samples.data() + at);
    if (run) {
      const Heard atEnd = ended(*run);
      if (atEnd.tone != SpecialTone::none) heard = atEnd;
    }
    const Heard now = goesOn(tones_.running());
    if (now.tone != SpecialTone::none) heard = now;
  }
  return heard;
}

SpecialToneDetector::Heard SpecialToneDetector::ended(const PureToneRun& run) noexcept {
  told_ = false;
  const bool isNext = near(run.hz, kInformationHz[information_], kInformationOffHz) && run.milliseconds >= kInformationLeastMs - kBoundaryMs &&
                      run.milliseconds <= kInformationMostMs && (information_ > 0 || run.fromQuiet) &&
                      (information_ == 0 || sinceInformationMs_ - run.milliseconds <= kInformationGapMs);
  if (isNext) {
    sinceInformationMs_ = 0;
    if (++information_ < kInformationHz.size()) return {};
    information_ = 0;
    return {.tone = SpecialTone::information};
  }
  if (run.milliseconds > kInformationGapMs) information_ = 0;
  const bool isFax = near(run.hz, kFaxHz, kFaxOffHz) && run.milliseconds >= kFaxLeastMs && run.milliseconds <= kFaxMostMs;
  // Music has such notes, but between others.
  if (isFax && run.fromQuiet && run.toQuiet) return {.tone = SpecialTone::faxCalling};
  return {};
}

SpecialToneDetector::Heard SpecialToneDetector::goesOn(const PureToneRun& run) noexcept {
  if (told_ || !run.fromQuiet || run.milliseconds < kAnswerMs) return {};
  const bool isBell = near(run.hz, kBellHz, kAnswerOffHz);
  if (!isBell && !near(run.hz, kAnswerHz, kAnswerOffHz)) return {};
  told_ = true;
  const bool swings = run.highestDbm0 - run.lowestDbm0 > kSwingDb;
  return {.tone = isBell || swings ? SpecialTone::modemAnswer : SpecialTone::answer, .phaseReversals = run.phaseReversals > 0};
}

}  // namespace branchline
