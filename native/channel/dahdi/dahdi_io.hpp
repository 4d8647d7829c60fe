// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/dahdi/card_pace.hpp"
#include "channel/dahdi/dahdi_channel.hpp"
#include "channel/dahdi/dahdi_driver.hpp"
#include "channel/dahdi/dahdi_layout.hpp"
#include "channel/dahdi/span_watch.hpp"
#include "common/clock.hpp"
#include "common/ring.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// Telephony cards by DAHDI. One thread ("bl-dahdi", above normal where that is allowed) waits for the driver's events, looks after the spans and
/// opens again what was lost: a card that is pulled, a driver that is restarted, a span that goes away and returns. A returned channel is known by
/// its number and by being of the same kind.
class DahdiIo final : public ChannelIo, public SteppedPart {
 public:
  /// The channels and spans of `layout` (findDahdi). `driver` and `clock` outlive it. With a stepped clock there is no thread, runDue does its work.
  DahdiIo(DahdiDriver& driver, DahdiLayout layout, const Clock& clock);
  ~DahdiIo() override;

  // --- ChannelIo ------------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<ChannelInfo>& channels() const noexcept override { return layout_.channels; }
  [[nodiscard]] const std::vector<SpanInfo>& spans() const noexcept override { return layout_.spans; }
  [[nodiscard]] std::optional<SpanStatus> spanStatus(int span) const override;
  [[nodiscard]] std::optional<ChannelState> channelState(int channel) const override;
  /// `unavailable`: it can't be opened now. The event `removed` follows, and `restored` once it could be.
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
  Status setEchoCanceller(int channel, int tailMs) override;
  /// One frame or two wait in the driver to be sent, and one is being received.
  [[nodiscard]] std::size_t echoDelayFrames() const noexcept override { return 2; }
  Status setTransparent(int channel, bool transparent) override;
  [[nodiscard]] DChannel openDChannel(int span) override;
  bool nextEvent(ChannelEvent& event) override;
  void frame() noexcept override;
  void read(int channel, Frame& out) noexcept override;
  void write(int channel, const Frame& in) noexcept override;
  [[nodiscard]] std::int32_t paceNs() const noexcept override { return paceNs_; }

  // --- SteppedPart ----------------------------------------------------------------------------------------------------------------------
  void runDue(std::int64_t nowNs) override { turn(nowNs, 0); }

 private:
  [[nodiscard]] DahdiChannel* channelOf(int channel) const noexcept;
  template <typename Command>
  Status with(int channel, Command command);
  [[nodiscard]] int openDriverChannel(int number);
  [[nodiscard]] bool isThere(int descriptor);
  void tell(const ChannelEvent& event);
  void lose(DahdiChannel& channel, std::int64_t nowNs);
  void turn(std::int64_t nowNs, int patienceMs);
  void waitForEvents(int patienceMs);
  void takeEvents(std::int64_t nowNs);
  void openMissed(std::int64_t nowNs);
  void retryHooks(std::int64_t nowNs);
  void askSpans(std::int64_t nowNs);
  void runUntilStopped();

  DahdiDriver& driver_;
  const Clock& clock_;
  const DahdiLayout layout_;
  std::vector<std::unique_ptr<DahdiChannel>> channels_;
  std::vector<DahdiChannel*> byNumber_;
  SpanWatch spanWatch_;

  std::mutex opening_;          // Of dChannels_.
  std::vector<int> dChannels_;  // Our descriptors of the D channels, by place in the layout's spans; −1: not open.

  std::mutex telling_;  // One thread at a time at the ring's writing end.
  SpscRing<ChannelEvent> events_{4096};

  // Event thread:
  std::vector<pollfd> waited_;
  std::vector<ChannelEvent> found_;
  std::int64_t spansDueNs_ = 0;
  std::int64_t openDueNs_ = 0;
  std::int64_t lostAtNs_ = 0;
  std::int64_t openPatienceNs_ = 0;
  bool hooksPending_ = false;

  // Audio thread:
  CardPace pace_;
  std::int32_t paceNs_ = 0;

  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
