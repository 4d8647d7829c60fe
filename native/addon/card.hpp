// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <memory>

#include "analogue/analogue_stack.hpp"
#include "audio/engine.hpp"
#include "channel/card_lines.hpp"
#include "channel/dahdi/dahdi_driver.hpp"
#include "channel/virtual/virtual_card.hpp"
#include "isdn/isdn_card.hpp"

namespace branchline {

/// An engine's card and what works above it, once a cardStart… made them. JavaScript thread; `stop` runs when no method does any more.
struct Card {
  SystemDahdiDriver dahdi;  // Of a real card.
  std::unique_ptr<ChannelIo> io;
  VirtualCard* virtualCard = nullptr;  // `io`, where it is one.
  std::unique_ptr<CardLines> lines;
  std::unique_ptr<AnalogueStack> analogue;
  std::unique_ptr<IsdnCard> isdn;  // Once isdnStart made it.
  EchoSettings echo;

  /// Takes `channels` into service with its analogue lines. Throws std::runtime_error where there is a card already.
  void start(Engine& engine, EventSink& sink, std::unique_ptr<ChannelIo> channels);
  void stop(Engine& engine);
  /// invalidArgument for a tail that is neither 32 nor 64 ms. Holds for ISDN lines that come later, too.
  Status setEcho(EchoSettings settings);
  [[nodiscard]] EchoBy echoBy(int channel) noexcept;
  /// The far end of the virtual card's ISDN spans; null where there are none.
  [[nodiscard]] IsdnSpans* exchange() noexcept { return virtualCard == nullptr ? nullptr : virtualCard->isdn(); }
};

class Instance;
/// The methods of tests of B-channels, and of their far end.
void bindBearerTests(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card);
/// The methods of ISDN lines, and of their far end.
void bindIsdn(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card);

}  // namespace branchline
