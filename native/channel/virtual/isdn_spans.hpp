// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/virtual/card_span.hpp"
#include "channel/virtual/isdn_bearer.hpp"
#include "channel/virtual/isdn_exchange.hpp"

namespace branchline {

/// The ISDN half of a virtual card's shape.
struct IsdnSpansOptions {
  int e1 = 0;         // 0…8 spans.
  int bri = 0;        // 0…16 spans; the first is point to point, the others point to multipoint.
  std::string isdnd;  // Program for the exchange's side.
  ExchangeCountry country;
};

/// The ISDN spans of the virtual card: their B-channels, their D channels, and the exchange that they lead to.
class IsdnSpans {
 public:
  /// Their numbers follow on `analogueSpans` and `analogueChannels`. Throws std::invalid_argument for numbers out of range, std::system_error where
  /// isdnd can't be started.
  IsdnSpans(const IsdnSpansOptions& options, int analogueSpans, int analogueChannels, std::uint64_t seed, VirtualWorld& world, EventSink& sink);
  IsdnSpans(const IsdnSpans&) = delete;
  IsdnSpans& operator=(const IsdnSpans&) = delete;
  /// How many B-channels such a card has.
  [[nodiscard]] static int bearersOf(const IsdnSpansOptions& options) noexcept { return options.e1 * 30 + options.bri * 2; }

  // --- Any thread -----------------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<ChannelInfo>& channels() const noexcept { return channels_; }
  [[nodiscard]] const std::vector<SpanInfo>& spans() const noexcept { return spans_; }
  [[nodiscard]] bool hasChannel(int channel) const noexcept { return bearerOf(channel) != nullptr; }
  [[nodiscard]] bool hasSpan(int span) const noexcept { return statusOf(span) != nullptr; }
  [[nodiscard]] std::optional<SpanStatus> status(int span) const;
  /// As ChannelIo. −1 while the card is pulled.
  [[nodiscard]] DChannel openDChannel(int span);
  /// The exchange's side of a span that our side runs so: the other node, all else the same. invalidArgument: no such span.
  Status follow(const isdn::ConfigureSpan& ours);
  /// What is wrong with a span from now on, in place of what was. Throws std::invalid_argument that says what to change.
  void setFaults(int span, const IsdnFaults& faults);
  /// The exchange loses its memory of a B-channel (its number in Q.931), 0: of all, with the calls there, and sends RESTART. Throws
  /// std::invalid_argument that says what to change.
  void restart(int span, int channel);
  [[nodiscard]] IsdnExchange& exchange() noexcept { return *exchange_; }
  /// The subscriber on a channel clears. False where there is none.
  bool hangUp(int channel);

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------------
  void frame() noexcept;
  void read(int channel, Frame& out) const noexcept;
  void write(int channel, const Frame& in) noexcept;
  void impair(int channel, const LineImpairments& impairments) noexcept { bearerOf(channel)->impair(impairments); }
  void setLoop(int channel, bool looped) noexcept { bearerOf(channel)->setLoop(looped); }
  void setTransparent(int channel, bool transparent) noexcept { bearerOf(channel)->setTransparent(transparent); }
  void setStatus(int span, const SpanStatus& status) noexcept;
  void pull() noexcept;
  void restore() noexcept;

  /// Stepped clock: what the exchange's thread does otherwise.
  void runDue(std::int64_t nowNs) { exchange_->runDue(nowNs); }
  /// frame() is not called any more, and what it was told last is to be done.
  void stop() noexcept;

 private:
  struct Span {
    int number = 0;
    CardSpan status;
    DChannelRelay* relay = nullptr;
    std::atomic<bool> bus{false};  // Point to multipoint.
  };

  void add(const IsdnSpansOptions& options, SpanKind kind, std::vector<IsdnExchange::Span>& exchange);
  [[nodiscard]] IsdnBearer* bearerOf(int channel) const noexcept;
  [[nodiscard]] Span* statusOf(int span) const noexcept;
  [[nodiscard]] Span& need(int span) const;
  void run(const BearerCommand& command) noexcept;
  void emit(int channel, ChannelEventType type, int value = 0) noexcept { world_.events.push({channel, type, value, world_.clock.nowNs()}); }

  VirtualWorld& world_;
  const int firstSpan_;
  const int firstChannel_;
  const std::uint64_t seed_;  // Of impairments.
  std::vector<ChannelInfo> channels_;
  std::vector<SpanInfo> spans_;
  std::vector<std::unique_ptr<Span>> status_;
  std::vector<std::unique_ptr<IsdnBearer>> bearers_;
  BearerNewsBox news_;
  SpscRing<BearerCommand> commands_{256};
  std::atomic<bool> present_{true};
  std::unique_ptr<IsdnExchange> exchange_;
};

}  // namespace branchline
