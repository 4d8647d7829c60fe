// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "audio/tone.hpp"
#include "channel/channel_io.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/heard_writer.hpp"
#include "common/clock.hpp"
#include "common/event.hpp"
#include "common/ring.hpp"

namespace branchline {

/// What a virtual card is made of.
struct VirtualCardOptions {
  int fxo = 0;             // 0…64 ports to the exchange, numbered first.
  int fxs = 0;             // 0…64 ports to telephones.
  std::uint64_t seed = 1;  // Of its impairments: the same seed and the same steps of the clock give the same noise.
};

/// A telephony card in memory. FXO ports face an imitated exchange, FXS ports an imitated telephone; what lies beyond follows scripts. It runs on the
/// audio clock's thread inside frame(), which neither allocates nor locks: scripts and audio files are prepared by the control calls, which hand
/// them over through a ring. Heard files and far-end events are the work of its writer thread, or of runDue with a stepped clock.
class VirtualCard final : public ChannelIo, public SteppedPart {
 public:
  /// Channels are numbered from 1. `clock` and `sink` outlive the card. Throws std::invalid_argument for numbers out of range.
  VirtualCard(const VirtualCardOptions& options, const Clock& clock, EventSink& sink);
  ~VirtualCard() override;

  // --- ChannelIo ------------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<ChannelInfo>& channels() const noexcept override { return channels_; }
  [[nodiscard]] const std::vector<SpanInfo>& spans() const noexcept override { return spans_; }
  [[nodiscard]] std::optional<SpanStatus> spanStatus(int span) const override;
  [[nodiscard]] std::optional<ChannelState> channelState(int channel) const override;
  Status open(int channel) override;
  void close(int channel) override;
  Status setHook(int channel, Hook operation) override;
  Status dial(int channel, std::string_view digits, DialMethod method) override;
  Status setPolarity(int channel, bool reversed) override;
  Status setRingCadence(int, std::span<const int>) override { return Status::unavailable; }
  Status setOnHookTransfer(int, int) override { return Status::unavailable; }
  Status setMessageWaiting(int, bool) override { return Status::unavailable; }
  Status setFlashTime(int, int) override { return Status::unavailable; }
  Status setGains(int, double, double) override { return Status::unavailable; }
  Status setEchoCanceller(int, int) override { return Status::unavailable; }
  [[nodiscard]] DChannel openDChannel(int) override { return {}; }
  bool nextEvent(ChannelEvent& event) override;
  void frame() noexcept override;
  void read(int channel, Frame& out) noexcept override;
  void write(int channel, const Frame& in) noexcept override;

  // --- The far side; any thread but the audio clock's -------------------------------------------------------------------------------------
  /// Who can be called from now on; calls in progress keep theirs. Reads the audio files. Throws std::invalid_argument that names the far end and
  /// the step; then nothing changed.
  void setFarEnds(std::vector<FarEnd> farEnds);
  /// The exchange rings an FXO port; the script runs once it is answered. wrongState: the line is in use. Throws like setFarEnds.
  Status callIn(int channel, FarEnd caller);
  /// The telephone at an FXS port is lifted and keys `digits`; the script runs once the called party answers. Throws like setFarEnds.
  Status phoneDials(int channel, std::string_view digits, FarEnd caller);
  /// The far end of a channel clears, or gives up.
  Status hangUp(int channel);
  /// Takes an FXO line's battery away or brings it back, as if its cable were pulled.
  Status setBattery(int channel, bool present);

  /// Stepped clock: what the writer thread does otherwise.
  void runDue(std::int64_t nowNs) override;

 private:
  struct Port;
  struct Command {
    enum class Type : std::uint8_t { hook, dial, polarity, place, hangUp, battery, table };
    Type type = Type::hook;
    int channel = 0;
    Hook hook = Hook::onHook;
    bool on = false;           // polarity: reversed; battery: present.
    FarEndSet* set = nullptr;  // place, table: handed over.
    std::array<char, DigitSender::kMostDigits> digits{};
    std::size_t digitCount = 0;
  };

  [[nodiscard]] Port* portOf(int channel) const noexcept;
  [[nodiscard]] Port* portOf(int channel, ChannelKind kind) const noexcept;
  Status post(const Command& command);
  Status place(Port& port, std::string_view digits, FarEnd caller);
  void run(const Command& command) noexcept;
  void runHook(Port& port, Hook operation) noexcept;
  void frame(Port& port) noexcept;
  void writeUntilStopped();

  const Clock& clock_;
  std::vector<ChannelInfo> channels_;
  std::vector<SpanInfo> spans_;
  SpscRing<ChannelEvent> events_{4096};
  SpscRing<Command> commands_{256};
  std::mutex writing_;  // One control thread at a time at the ring's writing end.
  HeardWriter heard_;
  VirtualWorld world_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::atomic<bool> stopping_{false};
  std::thread writer_;
};

}  // namespace branchline
