// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "channel/virtual/card_port.hpp"
#include "channel/virtual/pulse_dialling.hpp"

namespace branchline {

/// Faces the exchange. As DAHDI's FXS signalling (kewlstart): rings are not told for two seconds after it was opened, hung up or lost its battery off
/// hook; a battery that is away is an alarm after a second, one that goes while off hook is the exchange's clearing.
class FxoPort final : public CardPort {
 public:
  FxoPort(int channel, VirtualWorld& world, std::uint64_t seed);

  Status load(std::string_view digits, DialMethod method) noexcept override;
  void unload(DialMethod method) noexcept override;
  void open() noexcept override;
  void hook(Hook operation) noexcept override;
  void startDialling(DialMethod method) noexcept override;

 private:
  void work() noexcept override;
  void watch(const WireSignal& wire) noexcept override;
  [[nodiscard]] bool sends() const noexcept override { return offHook_; }
  [[nodiscard]] ChannelState stateOf(const WireSignal& wire) const noexcept override;
  void gone() noexcept override;
  void watchBattery(bool battery) noexcept;
  void watchRinging(bool ringing) noexcept;

  PulseSender pulses_;
  bool offHook_ = false;
  int flashMs_ = 0;  // Of a flash, still to come.
  int ringSuppressedMs_ = 0;
  WireSignal before_;
  int noBatteryMs_ = 0;
  bool inAlarm_ = false;
};

}  // namespace branchline
