// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>

#include "channel/virtual/card_port.hpp"
#include "channel/virtual/pulse_dialling.hpp"

namespace branchline {

/// Feeds a telephone. As DAHDI's FXO signalling: hanging up is told only after the flash time, since it might have become a flash or a pulse.
class FxsPort final : public CardPort {
 public:
  FxsPort(int channel, VirtualWorld& world, std::uint64_t seed);

  void open() noexcept override;
  void hook(Hook operation) noexcept override;
  void setRingCadence(std::span<const int> onOffMs) noexcept override;
  void setOnHookTransfer(int milliseconds) noexcept override { transferMs_ = milliseconds; }

 private:
  static constexpr std::size_t kMostCadence = 16;

  void work() noexcept override;
  void watch(const WireSignal& wire) noexcept override;
  [[nodiscard]] bool sends() const noexcept override { return dropMs_ == 0 && (offHook_ || transferMs_ > 0); }
  [[nodiscard]] ChannelState stateOf(const WireSignal& wire) const noexcept override;
  void gone() noexcept override;
  void ring() noexcept;
  void stopRinging() noexcept;

  PulseReceiver loop_;
  bool offHook_ = false;  // As it was told.
  bool ringing_ = false;
  std::array<int, kMostCadence> cadenceMs_{};
  std::size_t cadence_ = 2;
  std::size_t inCadence_ = 0;
  int leftMs_ = 0;  // Of this part of the cadence.
  int transferMs_ = 0;
  int dropMs_ = 0;  // The telephone is told by a battery drop that the call is over: so long still.
};

}  // namespace branchline
