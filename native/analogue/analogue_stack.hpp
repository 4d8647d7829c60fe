// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analogue/line_machine.hpp"
#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "channel/card_lines.hpp"
#include "channel/channel_io.hpp"
#include "common/event.hpp"

namespace branchline {

/// The analogue lines of a card: one state machine a channel, all of them on the card's line-events thread. Commands from JavaScript are queued for
/// it; it posts the legs' and channels' events.
class AnalogueStack final : public LegOwner, private CardUser, private LineHost {
 public:
  /// Opens every analogue channel of the card. All three outlive the stack; their threads may run already.
  AnalogueStack(Engine& engine, EventSink& sink, CardLines& card);
  /// Ends every leg, hangs every line up.
  ~AnalogueStack() override;
  AnalogueStack(const AnalogueStack&) = delete;
  AnalogueStack& operator=(const AnalogueStack&) = delete;

  /// A new leg that calls over `channel`: seizes an FXO line and keys `digits` (none: a test of the line), or rings the telephone of an FXS port
  /// (`digits` then empty). wrongState: the line is in use; unavailable: it is out of service; invalidArgument: no such channel, or digits that it
  /// can't key.
  [[nodiscard]] Engine::Created dial(int channel, std::string_view digits, const CallOptions& options = {});
  /// What lines go by that nobody has set otherwise: the country's.
  [[nodiscard]] LineSettings defaults() const { return defaultLineSettings(engine_.country()); }
  /// What a line goes by from its next call on. invalidArgument: no such channel. Throws std::invalid_argument that says what to change.
  Status configure(int channel, const LineSettings& settings);
  /// How echo is cancelled on all lines, from each one's next call on. invalidArgument for a tail that is neither 32 nor 64 ms.
  Status setEcho(EchoSettings settings);
  /// Who cancels a channel's echo now; nobody where it has no call, or is none of ours. Any thread.
  [[nodiscard]] EchoBy echoBy(int channel) noexcept;
  /// Recall to the exchange (timed break) during an answered call on an FXO line; elsewhere it does nothing.
  Status flash(Handle leg);

  // --- LegOwner -------------------------------------------------------------------------------------------------------------------------
  Status ring(Handle leg, bool earlyMedia) override;
  Status answer(Handle leg) override;
  Status clear(Handle leg, ClearRequest request) override;
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::unavailable; }  // In-band is all a line has.

 private:
  struct Command {
    enum class Type : std::uint8_t { dial, ring, answer, clear, flash, configure };
    Type type = Type::dial;
    int channel = 0;
    Handle leg = kNoHandle;
    std::string digits;  // dial …
    CallOptions options;
    bool earlyMedia = false;  // ring.
    int q850 = 16;            // clear.
    LineSettings settings;    // configure.
  };
  struct LegEntry {
    int channel = 0;
    bool incoming = false;
  };

  // CardUser
  void runCommands() override;
  void onCardEvent(const ChannelEvent& event) override;
  void runDue() override;
  void beginFrame() noexcept override;

  // LineHost
  [[nodiscard]] std::int64_t nowNs() const noexcept override { return engine_.clock().nowNs(); }
  [[nodiscard]] ChannelIo& io() noexcept override { return card_.io(); }
  [[nodiscard]] const Country& country() const noexcept override { return engine_.country(); }
  [[nodiscard]] EchoSettings echo() const noexcept override { return echo_.load(std::memory_order_relaxed); }
  Handle offerLeg(int channel, const std::string& to, const CallerIdMessage& caller) override;
  void attachLeg(Handle leg, LinePort& port) override;
  void tell(const char* type, Handle leg) override;
  void tellProgress(Handle leg, bool earlyMedia) override;
  void endLeg(Handle leg, const LegEnd& end) override;
  void tellChannel(int channel, const char* state, const std::string& detail) override;

  [[nodiscard]] LineMachine* machineOf(int channel) noexcept;
  Status post(Handle leg, Command command, bool incomingOnly);
  void run(const Command& command);

  Engine& engine_;
  EventSink& sink_;
  CardLines& card_;
  std::vector<std::unique_ptr<LineMachine>> machines_;  // In the card's order; fixed after construction.

  std::atomic<EchoSettings> echo_{EchoSettings{}};
  std::mutex mutex_;  // Of the two below.
  std::vector<Command> commands_;
  std::unordered_map<Handle, LegEntry> legs_;
};

}  // namespace branchline
