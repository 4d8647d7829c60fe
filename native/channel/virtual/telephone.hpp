// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "audio/caller_id/caller_display.hpp"
#include "audio/detect/tone_detector.hpp"
#include "audio/tone.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/pulse_dialling.hpp"

namespace branchline {

/// An imitated telephone, which an FXS port feeds. Rung, it follows the script of the far end whose number is its channel's; without one it rings and
/// is never answered. Whoever holds it hangs up on busy, congestion or number unobtainable tone.
class Telephone final : public FarSide {
 public:
  Telephone(int channel, VirtualWorld& world) : FarSide(channel, world), ear_(world.country), display_(world.country.callerDisplay) {}

  void portHook(Hook operation) noexcept override;
  /// Reversed: the called party has answered, as a private exchange tells a pay telephone.
  void portLoop(bool) noexcept override {}  // Only the telephone opens and closes this wire.
  void portPolarity(bool reversed) noexcept override { answeredByPort_ = reversed; }
  void portGone() noexcept override;
  void place(FarEndSet* set, std::string_view digits, DialMethod method) noexcept override;
  void hangUp() noexcept override;
  void frame(const Frame& fromPort, Frame& toPort) noexcept override;

 private:
  enum class State : std::uint8_t {
    onHook,
    ringing,
    lifted,   // About to dial.
    keying,   // Or dialling by pulses.
    waiting,  // Dialled: the script begins when the called party answers.
    talking,
  };

  void enter(State state) noexcept;
  void ringBegins() noexcept;
  bool dial(std::span<std::int16_t> out) noexcept;
  void putDown() noexcept;
  void run(const Frame& fromPort, std::span<std::int16_t> out) noexcept;
  [[nodiscard]] bool isOffHook() const noexcept { return state_ != State::onHook && state_ != State::ringing; }

  State state_ = State::onHook;
  int inStateMs_ = 0;
  bool answeredByPort_ = false;  // The feed is reversed.
  bool pulses_ = false;          // How it dials.
  DigitSender digits_;
  PulseSender pulseDigits_;
  ToneDetector ear_;
  CallerDisplayReceiver display_;
};

}  // namespace branchline
