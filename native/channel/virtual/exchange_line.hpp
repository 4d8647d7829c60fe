// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <string_view>

#include "audio/detect/dtmf_receiver.hpp"
#include "channel/segment_player.hpp"
#include "channel/virtual/call_announcement.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/pulse_dialling.hpp"

namespace branchline {

/// A line of an imitated exchange of the world's country, which an FXO port faces: battery, dial tone, DTMF and pulse receivers, ringing, answer by
/// polarity reversal, caller display, recall (a flash holds the call until the next one), clearing by battery drop; all of that as badly as its
/// faults say. The far ends of the world's table are its subscribers.
class ExchangeLine final : public FarSide {
 public:
  ExchangeLine(int channel, VirtualWorld& world) : FarSide(channel, world), announcement_(world.country) {}

  void portHook(Hook operation) noexcept override;
  void portLoop(bool closed) noexcept override { loop_ = closed; }
  void portPolarity(bool) noexcept override {}  // Only the exchange feeds this wire.
  void portGone() noexcept override { portHook(Hook::onHook); }
  void place(FarEndSet* set, std::string_view digits, DialMethod method) noexcept override;
  void hangUp() noexcept override;
  void impair(const SignallingFaults& faults) noexcept override;
  void frame(const Frame& fromPort, Frame& toPort) noexcept override;

 private:
  enum class State : std::uint8_t {
    idle,
    announcing,  // Someone calls the port, which is told so before it rings.
    ringing,
    seized,  // The port went off hook: dial tone follows.
    dialTone,
    collecting,
    routing,   // The number is complete.
    calling,   // The far end's script runs.
    recalled,  // The port flashed: dial tone, the call is held.
    released,  // The far end has cleared: no battery for a moment.
    howling,   // Nothing to talk to: number unobtainable until the port goes on hook.
  };

  void enter(State state) noexcept;
  void offHook() noexcept;
  void onHook() noexcept;
  void answerRinging() noexcept;
  void ring(std::span<std::int16_t> out) noexcept;
  [[nodiscard]] bool callsPort() const noexcept { return state_ == State::announcing || state_ == State::ringing; }
  void stopRinging() noexcept;
  void hearLoop() noexcept;
  void recall() noexcept;
  void collect(const Frame& fromPort) noexcept;
  void collected(char digit) noexcept;
  void route() noexcept;
  void call(const Frame& fromPort, std::span<std::int16_t> out) noexcept;
  void tellAnswer() noexcept;
  void release() noexcept;
  [[nodiscard]] std::string_view digits() const noexcept { return {digits_.data(), digitCount_}; }

  State state_ = State::idle;
  int inStateMs_ = 0;
  SignallingFaults faults_;
  bool loop_ = true;  // Closed, but for flashes and pulses, while the port is off hook.
  PulseReceiver pulses_;
  bool bursting_ = false;  // The cadence of ringing has a burst now.
  bool glares_ = false;    // It rings a port that went off hook at the same moment.
  int bursts_ = 0;         // Of this call.
  CallAnnouncement announcement_;
  int burstMs_ = 0;
  int answerTellMs_ = -1;  // Until the answer is told; −1: nothing to tell.
  DtmfReceiver receiver_;
  std::array<char, 64> digits_{};
  std::size_t digitCount_ = 0;
  int sinceDigitMs_ = 0;
  SegmentPlayer tone_;
};

}  // namespace branchline
