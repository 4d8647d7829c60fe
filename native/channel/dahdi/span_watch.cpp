// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/span_watch.hpp"

#include <dahdi/user.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "channel/dahdi/dahdi_layout.hpp"

namespace branchline {
namespace {

std::uint8_t alarmsOf(int driver) noexcept {
  constexpr int kNoSignal = DAHDI_ALARM_RED | DAHDI_ALARM_RECOVER | DAHDI_ALARM_NOTOPEN | DAHDI_ALARM_LOS | DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA;
  int alarms = 0;
  if ((driver & kNoSignal) != 0) alarms |= kAlarmRed;
  if ((driver & DAHDI_ALARM_YELLOW) != 0) alarms |= kAlarmYellow;
  if ((driver & DAHDI_ALARM_BLUE) != 0) alarms |= kAlarmBlue;
  if ((driver & DAHDI_ALARM_LOOPBACK) != 0) alarms |= kAlarmLoopback;
  return static_cast<std::uint8_t>(alarms);
}

std::uint32_t countOf(std::int64_t value) noexcept { return value < 0 ? 0 : static_cast<std::uint32_t>(value); }  // −1: the card does not count.

/// Of the driver's text of a span, which alone has them.
std::uint32_t timingSlips(const std::optional<std::string>& text) {
  constexpr std::string_view kBefore = "Timing slips: ";
  const std::size_t found = text ? text->find(kBefore) : std::string::npos;
  std::uint32_t slips = 0;
  if (found != std::string::npos) std::from_chars(text->data() + found + kBefore.size(), text->data() + text->size(), slips);
  return slips;
}

}  // namespace

SpanWatch::SpanWatch(DahdiDriver& driver, const std::vector<SpanInfo>& spans, std::vector<int> dChannels)
    : driver_(driver),
      spans_(spans),
      dChannels_(std::move(dChannels)),
      status_(spans.size()) {
  std::vector<ChannelEvent> nobody;
  ask(nobody);
}

// The control device is not kept open: that would hold the driver in the kernel.
void SpanWatch::ask(std::vector<ChannelEvent>& events) {
  const int control = driver_.open("/dev/dahdi/ctl");
  for (std::size_t place = 0; place < spans_.size(); ++place) {
    const SpanStatus now = askOne(control, place);
    const std::lock_guard lock(mutex_);
    if (now.alarms != status_[place].alarms)
      events.push_back({.channel = spans_[place].number, .type = ChannelEventType::spanAlarm, .value = now.alarms});
    status_[place] = now;
  }
  if (control >= 0) driver_.close(control);
}

// A span that is back without its D channel's configuration (system.conf) is not back.
SpanStatus SpanWatch::askOne(int control, std::size_t place) {
  dahdi_spaninfo info{};
  info.spanno = spans_[place].number;
  bool present = control >= 0 && controlErrno(driver_, control, DAHDI_SPANSTAT, &info) == 0;
  if (present && dChannels_[place] != 0) {
    dahdi_params dChannel{};
    dChannel.channo = dChannels_[place];
    present = controlErrno(driver_, control, DAHDI_GET_PARAMS, &dChannel) == 0 && isDChannelSignalling(dChannel.sigtype);
  }
  if (!present) {
    SpanStatus gone = *status(spans_[place].number);  // Its counters stay what they were last.
    gone.alarms = kAlarmRemoved;
    return gone;
  }
  return {.alarms = alarmsOf(info.alarms),
          .slips = timingSlips(driver_.readText("/proc/dahdi/" + std::to_string(spans_[place].number))),
          .bipolarViolations = countOf(info.bpvcount),
          .crcErrors = countOf(info.crc4count),
          .framingErrors = countOf(info.fascount),
          .missedInterrupts = countOf(info.irqmisses)};
}

std::optional<std::size_t> SpanWatch::placeOf(int span) const {
  const auto found = std::find_if(spans_.begin(), spans_.end(), [&](const SpanInfo& info) { return info.number == span; });
  if (found == spans_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - spans_.begin());
}

std::optional<SpanStatus> SpanWatch::status(int span) const {
  const auto place = placeOf(span);
  if (!place) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return status_[*place];
}

}  // namespace branchline
