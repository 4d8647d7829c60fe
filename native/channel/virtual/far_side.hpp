// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "audio/frame.hpp"
#include "channel/channel_io.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/heard_writer.hpp"
#include "channel/virtual/line_impairments.hpp"
#include "channel/virtual/script_runner.hpp"
#include "common/clock.hpp"
#include "common/ring.hpp"
#include "country/country.hpp"

namespace branchline {

/// What the ports of a virtual card and their far sides share. Outlives them.
struct VirtualWorld {
  const Clock& clock;
  SpscRing<ChannelEvent>& events;  // To the line-events thread; written by the audio thread.
  HeardWriter& heard;
  const Country& country;
  FarEndSet* silentCaller;     // Who calls where glare is asked for.
  FarEndSet* table = nullptr;  // The far ends that can be called. Audio thread; counted as one user. Null: none.
};

/// What a far side does to the wire.
struct WireSignal {
  bool battery = true;    // An exchange feeds the line …
  bool reversed = false;  // … with this polarity.
  bool ringing = false;   // Its ringing voltage is on.
  bool loop = false;      // A telephone's loop is closed.
};

/// What the wire of one port of the virtual card leads to. All calls come on the audio thread but isIdle.
class FarSide {
 public:
  FarSide(int channel, VirtualWorld& world) : channel_(channel), world_(world), script_(world.country) {}
  virtual ~FarSide() = default;
  FarSide(const FarSide&) = delete;
  FarSide& operator=(const FarSide&) = delete;

  /// The port goes on or off hook, rings or stops ringing. Not `flash`: that is portLoop.
  virtual void portHook(Hook operation) noexcept = 0;
  /// A port that is off hook opens its loop for a moment, or closes it again: a flash, a dial pulse.
  virtual void portLoop(bool closed) noexcept = 0;
  virtual void portPolarity(bool reversed) noexcept = 0;
  /// The card was pulled: the wire hangs loose.
  virtual void portGone() noexcept = 0;
  /// Someone calls over this wire; `set` holds one far end and becomes this side's user. `digits`: what a telephone dials.
  virtual void place(FarEndSet* set, std::string_view digits, DialMethod method) noexcept = 0;
  /// The far end clears.
  virtual void hangUp() noexcept = 0;
  virtual void impair(const SignallingFaults&) noexcept {}
  /// 20 ms of audio, both ways.
  virtual void frame(const Frame& fromPort, Frame& toPort) noexcept = 0;
  /// As of the last call.
  [[nodiscard]] const WireSignal& signal() const noexcept { return signal_; }

  /// No call, no tone, on hook. Any thread; as of the last frame.
  [[nodiscard]] bool isIdle() const noexcept { return idle_.load(std::memory_order_acquire); }

  /// Flashes of the port that it has heard, so far. Any thread.
  [[nodiscard]] std::uint32_t flashes() const noexcept { return flashes_.load(std::memory_order_relaxed); }

 protected:
  void countFlash() noexcept { flashes_.fetch_add(1, std::memory_order_relaxed); }
  void publishIdle(bool idle) noexcept { idle_.store(idle, std::memory_order_release); }

  // One call with one far end: begin, perhaps answer, end.
  void beginCall(FarEndSet* set, const FarEnd& farEnd) noexcept;  // Adds a user to `set`.
  void runScript(bool answered) noexcept;
  void answerCall() noexcept;
  void endCall() noexcept;
  void hear(const Frame& frame) noexcept;
  [[nodiscard]] bool inCall() const noexcept { return set_ != nullptr; }
  [[nodiscard]] bool answered() const noexcept { return answered_; }

  const int channel_;
  VirtualWorld& world_;
  ScriptRunner script_;
  WireSignal signal_;

 private:
  FarEndSet* set_ = nullptr;
  const FarEnd* farEnd_ = nullptr;
  bool answered_ = false;
  std::atomic<bool> idle_{true};
  std::atomic<std::uint32_t> flashes_{0};
};

/// Releases `set` when nobody else uses it. Audio thread.
void dropFarEndUser(FarEndSet* set, HeardWriter& heard) noexcept;

}  // namespace branchline
