// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/uk_tones.hpp"

namespace branchline {
namespace {

constexpr double kDbm0 = -13;  // Of each frequency; SIN 350 allows 0 … −27 dBm.

const ToneSegment kDial[] = {{{350, 440, 0, 0}, kDbm0, 1000}};
const ToneSegment kRinging[] = {{{400, 450, 0, 0}, kDbm0, 400}, {{}, kDbm0, 200}, {{400, 450, 0, 0}, kDbm0, 400}, {{}, kDbm0, 2000}};
const ToneSegment kBusy[] = {{{400, 0, 0, 0}, kDbm0, 375}, {{}, kDbm0, 375}};
const ToneSegment kCongestion[] = {{{400, 0, 0, 0}, kDbm0, 400}, {{}, kDbm0, 350}, {{400, 0, 0, 0}, kDbm0, 225}, {{}, kDbm0, 525}};
const ToneSegment kUnobtainable[] = {{{400, 0, 0, 0}, kDbm0, 1000}};

}  // namespace

std::span<const ToneSegment> ukTone(CallTone tone) noexcept {
  switch (tone) {
    case CallTone::dial: return kDial;
    case CallTone::ringing: return kRinging;
    case CallTone::busy: return kBusy;
    case CallTone::congestion: return kCongestion;
    case CallTone::unobtainable: return kUnobtainable;
    case CallTone::none: break;
  }
  return {};
}

bool ukRingingOn(std::int64_t ms) noexcept {
  const std::int64_t inCycle = ms % 3000;
  return inCycle < 400 || (inCycle >= 600 && inCycle < 1000);
}

}  // namespace branchline
