// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "analogue/line_machine.hpp"
#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "channel/channel_io.hpp"
#include "common/clock.hpp"
#include "common/event.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// The analogue lines of a card: one state machine a channel, all of them on one line-events thread (or on the stepping thread). Commands from
/// JavaScript are queued for it; it posts the legs' and channels' events. The card's audio runs in a frame hook of the engine.
class AnalogueStack final : public LegOwner, public SteppedPart, private LineHost {
 public:
  /// Opens every channel of `io`. All three outlive the stack; their audio thread may run already.
  AnalogueStack(Engine& engine, EventSink& sink, ChannelIo& io);
  /// Ends every leg, hangs every line up, stops the thread.
  ~AnalogueStack() override;
  AnalogueStack(const AnalogueStack&) = delete;
  AnalogueStack& operator=(const AnalogueStack&) = delete;

  /// A new leg that calls over `channel`: seizes an FXO line and keys `digits`, or rings the telephone of an FXS port (`digits` then empty).
  /// wrongState: the line is in use; unavailable: it is out of service; invalidArgument: no such channel, or digits that it can't key.
  [[nodiscard]] Engine::Created dial(int channel, std::string_view digits);

  // --- LegOwner -------------------------------------------------------------------------------------------------------------------------
  Status ring(Handle leg, bool earlyMedia) override;
  Status answer(Handle leg) override;
  Status clear(Handle leg, ClearRequest request) override;
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::unavailable; }  // In-band is all a line has.

  // --- SteppedPart; the line-events thread calls it otherwise -----------------------------------------------------------------------------
  void runDue(std::int64_t nowNs) override;

 private:
  struct Command {
    enum class Type : std::uint8_t { dial, ring, answer, clear };
    Type type = Type::dial;
    int channel = 0;
    Handle leg = kNoHandle;
    std::string digits;       // dial.
    bool earlyMedia = false;  // ring.
    int q850 = 16;            // clear.
  };
  struct LegEntry {
    int channel = 0;
    bool incoming = false;
  };

  // LineHost
  [[nodiscard]] std::int64_t nowNs() const noexcept override { return engine_.clock().nowNs(); }
  [[nodiscard]] ChannelIo& io() noexcept override { return io_; }
  Handle offerLeg(int channel, const std::string& to) override;
  void attachLeg(Handle leg, LinePort& port) override;
  void tell(const char* type, Handle leg) override;
  void tellProgress(Handle leg, bool earlyMedia) override;
  void endLeg(Handle leg, const LegEnd& end) override;
  void tellChannel(int channel, const char* state, const std::string& detail) override;

  [[nodiscard]] LineMachine* machineOf(int channel) noexcept;
  Status post(Handle leg, Command command, bool incomingOnly);
  void run(const Command& command);
  void runUntilStopped();
  void runFrame() noexcept;

  Engine& engine_;
  EventSink& sink_;
  ChannelIo& io_;
  std::vector<std::unique_ptr<LineMachine>> machines_;  // In the card's order; fixed after construction.

  std::mutex mutex_;  // Of the two below.
  std::vector<Command> commands_;
  std::unordered_map<Handle, LegEntry> legs_;

  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
