// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <string_view>

#include "audio/detect/dtmf_receiver.hpp"
#include "channel/segment_player.hpp"
#include "channel/virtual/far_side.hpp"

namespace branchline {

/// A line of an imitated United Kingdom exchange, which an FXO port faces: battery, dial tone, a DTMF receiver, ringing, answer by polarity reversal,
/// clearing by battery drop. The far ends of the world's table are its subscribers.
class ExchangeLine final : public FarSide {
 public:
  using FarSide::FarSide;

  void portHook(Hook operation) noexcept override;
  void portPolarity(bool) noexcept override {}  // Only the exchange feeds this wire.
  void place(FarEndSet* set, std::string_view digits) noexcept override;
  void hangUp() noexcept override;
  void frame(const Frame& fromPort, Frame& toPort) noexcept override;
  /// Takes the battery away, or brings it back.
  void setBattery(bool present) noexcept;

 private:
  enum class State : std::uint8_t {
    idle,
    ringing,  // Someone calls the port.
    seized,   // The port went off hook: dial tone follows.
    dialTone,
    collecting,
    routing,   // The number is complete.
    calling,   // The far end's script runs.
    released,  // The far end has cleared: no battery for a moment.
    howling,   // Nothing to talk to: number unobtainable until the port goes on hook.
  };

  void enter(State state) noexcept;
  void publish() noexcept;
  void offHook() noexcept;
  void onHook() noexcept;
  void ring() noexcept;
  void collect(const Frame& fromPort) noexcept;
  void route() noexcept;
  void call(const Frame& fromPort, std::span<std::int16_t> out) noexcept;
  void release() noexcept;
  void setPolarity(bool reversed) noexcept;

  State state_ = State::idle;
  int inStateMs_ = 0;
  bool battery_ = true;
  bool reversed_ = false;
  bool bursting_ = false;  // Ringing voltage is on.
  DtmfReceiver receiver_;
  std::array<char, 64> digits_{};
  std::size_t digitCount_ = 0;
  int sinceDigitMs_ = 0;
  SegmentPlayer tone_;
};

}  // namespace branchline
