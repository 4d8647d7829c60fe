// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/virtual/card_command.hpp"
#include "channel/virtual/card_port.hpp"
#include "channel/virtual/card_span.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/heard_writer.hpp"
#include "channel/virtual/isdn_spans.hpp"
#include "common/clock.hpp"
#include "common/event.hpp"
#include "common/ring.hpp"
#include "country/country.hpp"

namespace branchline {

/// What a virtual card is made of.
struct VirtualCardOptions {
  int fxo = 0;                                 // 0…64 ports to the exchange, numbered first.
  int fxs = 0;                                 // 0…64 ports to telephones.
  const Country* country = &defaultCountry();  // Whose exchange and telephones it imitates.
  IsdnSpansOptions isdn = {};                  // Their spans and channels follow on the analogue ones.
  std::uint64_t seed = 1;                      // Of its impairments: the same seed and the same steps of the clock give the same noise.
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
  Status setRingCadence(int channel, std::span<const int> onOffMs) override;
  Status setOnHookTransfer(int channel, int milliseconds) override;
  Status setMessageWaiting(int channel, bool waiting) override;
  Status setFlashTime(int channel, int milliseconds) override;
  Status setGains(int channel, double receiveDb, double transmitDb) override;
  Status setEchoCanceller(int, int) override { return Status::unavailable; }
  Status setTransparent(int channel, bool transparent) override;
  [[nodiscard]] DChannel openDChannel(int span) override { return isdn_ ? isdn_->openDChannel(span) : DChannel{}; }
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
  /// The telephone at an FXS port is lifted and dials `digits`; the script runs once the called party answers. wrongState: it is in use. unavailable:
  /// the card is pulled. Throws like setFarEnds.
  Status phoneDials(int channel, std::string_view digits, FarEnd caller, DialMethod method = DialMethod::dtmf);
  /// The far end of a channel clears, or gives up.
  Status hangUp(int channel);
  /// What is wrong with a line from now on, in place of what was. Throws std::invalid_argument that says what to change. invalidArgument: no such
  /// channel, or signalling faults for one that is not FXO.
  Status impair(int channel, const LineImpairments& impairments);
  /// The far end of a B-channel loops its timeslot: what it hears it sends back, whatever else it does. invalidArgument: no such B-channel.
  Status setLoop(int channel, bool looped);
  /// A span's alarms and counters from now on. The driver tells alarms only as none ↔ some. `invalidArgument`: no such span.
  Status setSpan(int span, const SpanStatus& status);
  /// The card is pulled out of its slot: every call is lost, every channel and span tells it, and no operation works until restore().
  Status pull();
  /// It is put back, and its driver loaded anew. wrongState: it was not pulled.
  Status restore();
  [[nodiscard]] bool isPresent() const noexcept { return present_; }
  /// Null where it has no ISDN spans.
  [[nodiscard]] IsdnSpans* isdn() noexcept { return isdn_.get(); }
  /// Nothing where there is no such analogue channel.
  [[nodiscard]] const CardPort* port(int channel) const noexcept { return portOf(channel); }

  /// Stepped clock: what the writer thread does otherwise.
  void runDue(std::int64_t nowNs) override;

 private:
  [[nodiscard]] CardPort* portOf(int channel) const noexcept;
  [[nodiscard]] CardPort* portOf(int channel, ChannelKind kind) const noexcept;
  /// The control calls of one open port of a present card. `kind`: only of that one.
  Status operate(int channel, std::optional<ChannelKind> kind, const card_command::ForPort& what);
  Status post(const CardCommand& command);
  Status postToBearer(int channel, const card_command::ForBearer& what);
  Status place(CardPort& port, std::string_view digits, DialMethod method, FarEnd caller);
  void writeUntilStopped();

  // Audio thread.
  void run(const card_command::Port& command) noexcept;
  void run(const card_command::Bearer& command) noexcept;
  void run(const card_command::SetTable& command) noexcept;
  void run(const card_command::SetSpan& command) noexcept;
  void run(const card_command::Pull&) noexcept;
  void run(const card_command::Restore&) noexcept;

  const Clock& clock_;
  std::vector<ChannelInfo> channels_;
  std::vector<SpanInfo> spans_;
  SpscRing<ChannelEvent> events_{4096};
  SpscRing<CardCommand> commands_{256};
  std::mutex writing_;  // One control thread at a time at the ring's writing end.
  FarEndSet silentCaller_;
  HeardWriter heard_;
  VirtualWorld world_;
  std::vector<std::unique_ptr<CardPort>> ports_;
  CardSpan analogueSpan_;
  std::unique_ptr<IsdnSpans> isdn_;
  std::atomic<bool> present_{true};
  std::atomic<bool> stopping_{false};
  std::thread writer_;
};

}  // namespace branchline
