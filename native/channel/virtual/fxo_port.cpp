// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/fxo_port.hpp"

#include <algorithm>

#include "channel/virtual/exchange_line.hpp"

namespace branchline {
namespace {

constexpr int kDefaultFlashMs = 750;        // DAHDI_DEFAULT_FLASHTIME.
constexpr int kRingSuppressedMs = 2000;     // RING_DEBOUNCE_TIME.
constexpr int kBatteryAlarmAfterMs = 1000;  // As the card drivers debounce it.

}  // namespace

FxoPort::FxoPort(int channel, VirtualWorld& world, std::uint64_t seed)
    : CardPort(channel, ChannelKind::fxo, world, std::make_unique<ExchangeLine>(channel, world), seed) {
  flashTimeMs_ = kDefaultFlashMs;
}

Status FxoPort::load(std::string_view digits, DialMethod method) noexcept {
  return method == DialMethod::pulse ? pulses_.load(digits) : CardPort::load(digits, method);
}

void FxoPort::unload(DialMethod method) noexcept {
  if (method == DialMethod::pulse)
    pulses_.unload();
  else
    CardPort::unload(method);
}

void FxoPort::open() noexcept {
  ringSuppressedMs_ = kRingSuppressedMs;
  before_ = far_->signal();
  noBatteryMs_ = 0;
  inAlarm_ = false;
}

void FxoPort::hook(Hook operation) noexcept {
  switch (operation) {
    case Hook::offHook:
      offHook_ = true;
      far_->portHook(operation);
      break;
    case Hook::onHook:
      ringSuppressedMs_ = kRingSuppressedMs;
      gone();
      stopDialling();
      far_->portHook(operation);
      break;
    case Hook::flash:
      if (offHook_) flashMs_ = flashTimeMs_;
      break;
    case Hook::ring:
    case Hook::stopRing: break;
  }
}

void FxoPort::startDialling(DialMethod method) noexcept {
  if (method == DialMethod::pulse)
    pulses_.begin();
  else
    CardPort::startDialling(method);
}

void FxoPort::gone() noexcept {
  offHook_ = false;
  flashMs_ = 0;
  if (pulses_.sending()) pulses_.stop();
}

void FxoPort::work() noexcept {
  bool closed = true;
  if (pulses_.sending()) {
    closed = pulses_.frame();
    if (!pulses_.sending()) tellDialled();
  }
  if (flashMs_ > 0) {
    closed = false;
    flashMs_ -= kFrameMilliseconds;
  }
  if (offHook_) far_->portLoop(closed);
}

void FxoPort::watch(const WireSignal& wire) noexcept {
  watchBattery(wire.battery);
  watchRinging(wire.ringing);
  if (wire.battery && wire.reversed != before_.reversed) {
    before_.reversed = wire.reversed;
    emit(ChannelEventType::polarity, wire.reversed ? 1 : 0);
  }
  before_.battery = wire.battery;
  before_.ringing = wire.ringing;
}

void FxoPort::watchBattery(bool battery) noexcept {
  if (!battery && before_.battery && offHook_) {
    ringSuppressedMs_ = kRingSuppressedMs;
    emit(ChannelEventType::onHook);
  }
  noBatteryMs_ = battery ? 0 : noBatteryMs_ + kFrameMilliseconds;
  const bool inAlarm = noBatteryMs_ > kBatteryAlarmAfterMs;
  if (inAlarm != inAlarm_) alarm(inAlarm);
  inAlarm_ = inAlarm;
}

// The end of a burst whose beginning was suppressed is told, where the two seconds have run out by then.
void FxoPort::watchRinging(bool ringing) noexcept {
  showRinging(ringing);
  if (ringing != before_.ringing && ringSuppressedMs_ == 0) emit(ringing ? ChannelEventType::ringBegin : ChannelEventType::ringEnd);
  ringSuppressedMs_ = std::max(ringSuppressedMs_ - kFrameMilliseconds, 0);
}

ChannelState FxoPort::stateOf(const WireSignal& wire) const noexcept {
  return {.offHook = offHook_, .battery = wire.battery, .reversed = wire.reversed};
}

}  // namespace branchline
