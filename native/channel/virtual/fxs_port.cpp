// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/fxs_port.hpp"

#include <algorithm>

#include "channel/virtual/telephone.hpp"

namespace branchline {
namespace {

constexpr int kDefaultFlashMs = 1250;              // DAHDI_DEFAULT_RXFLASHTIME.
constexpr int kBatteryDropMs = 500;                // DAHDI_KEWLTIME.
constexpr int kDefaultCadenceMs[] = {2000, 4000};  // DAHDI's.

}  // namespace

FxsPort::FxsPort(int channel, VirtualWorld& world, std::uint64_t seed)
    : CardPort(channel, ChannelKind::fxs, world, std::make_unique<Telephone>(channel, world), seed) {
  flashTimeMs_ = kDefaultFlashMs;
  setRingCadence(kDefaultCadenceMs);
}

void FxsPort::open() noexcept {
  offHook_ = false;
  dropMs_ = 0;
  loop_.reset();
}

void FxsPort::hook(Hook operation) noexcept {
  if (operation == Hook::onHook && offHook_) dropMs_ = kBatteryDropMs;
  if (operation == Hook::ring && !ringing_ && !far_->signal().loop) {
    ringing_ = true;
    inCadence_ = 0;
    leftMs_ = cadenceMs_[0];
    showRinging(true);
    far_->portHook(operation);
  }
  if (operation == Hook::stopRing) {
    stopRinging();
    far_->portHook(operation);
  }
}

void FxsPort::setRingCadence(std::span<const int> onOffMs) noexcept {
  cadence_ = std::min(onOffMs.size(), kMostCadence);
  std::copy_n(onOffMs.begin(), cadence_, cadenceMs_.begin());
}

void FxsPort::stopRinging() noexcept {
  ringing_ = false;
  showRinging(false);
}

void FxsPort::gone() noexcept {
  stopRinging();
  transferMs_ = 0;
  dropMs_ = 0;
  polarity_ = false;
}

void FxsPort::work() noexcept {
  if (ringing_) ring();
  transferMs_ = std::max(transferMs_ - kFrameMilliseconds, 0);
  dropMs_ = std::max(dropMs_ - kFrameMilliseconds, 0);
}

void FxsPort::ring() noexcept {
  while (leftMs_ <= 0) {
    inCadence_ = (inCadence_ + 1) % cadence_;
    leftMs_ += std::max(cadenceMs_[inCadence_], kFrameMilliseconds);
    const bool burst = inCadence_ % 2 == 0;
    showRinging(burst);
    if (!burst) emit(ChannelEventType::ringEnd);
  }
  leftMs_ -= kFrameMilliseconds;
}

void FxsPort::watch(const WireSignal& wire) noexcept {
  if (!offHook_) {
    if (!wire.loop) return;
    stopRinging();  // Ring trip.
    offHook_ = true;
    loop_.reset();
    emit(ChannelEventType::offHook);
    return;
  }
  switch (loop_.frame(wire.loop, flashTimeMs_)) {
    case PulseReceiver::Heard::nothing: break;
    case PulseReceiver::Heard::digit: emit(ChannelEventType::pulseDigit, loop_.digit()); break;
    case PulseReceiver::Heard::flash: emit(ChannelEventType::flash); break;
    case PulseReceiver::Heard::hangUp:
      offHook_ = false;
      emit(ChannelEventType::onHook);
      break;
  }
}

ChannelState FxsPort::stateOf(const WireSignal& wire) const noexcept {
  return {.offHook = wire.loop, .battery = dropMs_ == 0, .reversed = polarity_};
}

}  // namespace branchline
