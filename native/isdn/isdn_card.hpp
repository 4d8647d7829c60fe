// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audio/media_port.hpp"
#include "channel/card_lines.hpp"
#include "channel/echo_settings.hpp"
#include "isdn/bearer_tests.hpp"
#include "isdn/isdn_stack.hpp"

namespace branchline {

/// The ISDN spans of a card, of whatever kind: joins an IsdnStack to the card's D channels, B-channels and events. A card that goes ends the calls of
/// its spans; when it is back, they come into service by themselves. Tells JavaScript `channelState` of its bearers.
class IsdnCard final : private CardUser, private BChannelPorts {
 public:
  /// Opens every B-channel of `spans` and each D channel (whatever `dChannel` says). Throws std::invalid_argument for a span that the card has not,
  /// and as IsdnStack does. All references outlive this.
  IsdnCard(Engine& engine, EventSink& sink, CardLines& card, std::string isdnd, std::vector<IsdnSpanOptions> spans);
  ~IsdnCard() override;
  IsdnCard(const IsdnCard&) = delete;
  IsdnCard& operator=(const IsdnCard&) = delete;

  [[nodiscard]] IsdnStack& stack() noexcept { return *stack_; }
  /// A span is run so from now on; its calls end. invalidArgument: the card was not started with it. Any one thread.
  Status configure(IsdnSpanOptions span);
  /// How echo is cancelled, from each channel's next call on. ISDN brings none of its own: the card's canceller, where there is one, or none.
  void setEcho(EchoSettings settings) noexcept { echo_.store(settings, std::memory_order_relaxed); }
  /// Who cancels a B-channel's echo now. Any thread.
  [[nodiscard]] EchoBy echoBy(int channel) const noexcept;
  /// Tests of its B-channels.
  [[nodiscard]] BearerTests& tests() noexcept { return *tests_; }
  /// The B-channels of a span of the card, as ConfigureSpan has them.
  [[nodiscard]] static std::uint32_t bearersOf(const ChannelIo& io, int span);

 private:
  class Port final : public MediaPort {
   public:
    Port(ChannelIo& io, int channel) : io_(io), channel_(channel) {}
    void pull(Frame& out) noexcept override { io_.read(channel_, out); }
    void push(const Frame& in) noexcept override { io_.write(channel_, in); }
    [[nodiscard]] int channel() const noexcept { return channel_; }
    /// ISDN thread: a call's audio begins, or the channel is idle (tail 0).
    void cancelEcho(int tailMs);
    [[nodiscard]] bool echoCancelled() const noexcept { return echoCancelled_.load(std::memory_order_relaxed); }

   private:
    ChannelIo& io_;
    const int channel_;
    std::atomic<bool> echoCancelled_{false};  // By the card.
  };

  // BChannelPorts
  MediaPort* portOf(int span, int channel) noexcept override;
  void beginAudio(int span, int channel, bool speech) override;
  bool claim(int span, int channel) override;
  void tellUse(int span, int channel, const char* use) override;
  // CardUser
  void runCommands() override {}
  void onCardEvent(const ChannelEvent& event) override;
  void runDue() override;
  void beginFrame() noexcept override {}

  void tellChannel(int channel, const char* state, const std::string& detail);
  [[nodiscard]] const ChannelInfo* bearerOf(int channel) const noexcept;

  Engine& engine_;
  EventSink& sink_;
  CardLines& card_;
  std::atomic<EchoSettings> echo_{EchoSettings{}};
  std::mutex configuring_;                     // Of spans_: configure() and a card that returns.
  std::map<int, IsdnSpanOptions> spans_;       // As they were configured last.
  std::map<std::pair<int, int>, Port> ports_;  // By span and B-channel; fixed after construction.
  std::set<int> gone_;                         // Line-events thread: spans of a card that is removed.
  std::set<int> back_;                         // … and those that have returned within this turn.
  std::mutex telling_;                         // Of away_, and of the order in which a channel's states are told.
  std::set<int> away_;                         // B-channels that are removed: what their calls end with says nothing of the line.
  BearerClaims claims_;
  std::unique_ptr<IsdnStack> stack_;
  std::unique_ptr<BearerTests> tests_;
};

}  // namespace branchline
