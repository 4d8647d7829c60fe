// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/call_announcement.hpp"

namespace branchline {
namespace {

constexpr int kReversalToAlertMs = 240;  // SIN 227: 100 ms or more.
constexpr int kDataToRingingMs = 260;    // SIN 227: 200 ms or more.
constexpr int kRingToDataMs = 600;       // EN 300 659-1, GR-30-CORE: 500 … 2000 ms.

}  // namespace

void CallAnnouncement::begin(const CallerIdentity& caller) noexcept {
  message_ = {};
  message_.callType = 1;
  if (caller.withheld) {
    message_.numberAbsence = DisplayAbsence::withheld;
    message_.nameAbsence = DisplayAbsence::withheld;
  } else {
    message_.number = {caller.number};
    message_.name = {caller.name};
    if (caller.number.empty()) message_.numberAbsence = DisplayAbsence::unavailable;
  }
  const bool known = caller.withheld || !caller.number.empty() || !caller.name.empty();
  stage_ = known && country_.callerDisplay != CallerDisplay::none ? Stage::before : Stage::done;
  leftMs_ = announcesBeforeRinging(country_.callerDisplay) ? kReversalToAlertMs : kRingToDataMs;
}

void CallAnnouncement::burst() noexcept {
  if (stage_ == Stage::before) leftMs_ = kRingToDataMs;
  if (stage_ == Stage::sending) stage_ = Stage::done;
}

bool CallAnnouncement::frame(std::span<std::int16_t> out) noexcept {
  leftMs_ -= kFrameMilliseconds;
  switch (stage_) {
    case Stage::before:
      if (leftMs_ > 0) break;
      sender_.begin(country_.callerDisplay, message_);
      stage_ = Stage::sending;
      break;
    case Stage::sending:
      sender_.generate(out);
      if (sender_.sending()) break;
      leftMs_ = kDataToRingingMs;
      stage_ = Stage::after;
      break;
    case Stage::after:
      if (leftMs_ <= 0) stage_ = Stage::done;
      break;
    case Stage::done: break;
  }
  return stage_ == Stage::done;
}

}  // namespace branchline
