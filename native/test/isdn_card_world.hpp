// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// A virtual card with ISDN spans (1 analogue, then one E1 and two BRI), the ISDN lines above it, and its exchange.

#include <cstdlib>
#include <filesystem>

#include "channel/card_lines.hpp"
#include "channel/virtual/virtual_card.hpp"
#include "isdn/isdn_card.hpp"
#include "isdn_world.hpp"

namespace branchline::test {

inline constexpr int kE1 = 2;
inline constexpr int kPointToPoint = 3;
inline constexpr int kBus = 4;

class CardWorld {
 public:
  explicit CardWorld(const std::function<void(IsdnSpanOptions&)>& change = [](IsdnSpanOptions&) {})
      : card({.fxo = 1, .fxs = 1, .isdn = {.e1 = 1, .bri = 2, .isdnd = kIsdndProgram}}, engine.clock(), events),
        lines(engine, events, card) {
    engine.addPart(card);
    std::vector<IsdnSpanOptions> spans;
    for (const SpanInfo& span : card.spans()) {
      if (span.kind == SpanKind::analogue) continue;
      IsdnSpanOptions options{.configuration = {.span = static_cast<std::uint8_t>(span.number)}};
      if (span.number == kPointToPoint) options.configuration.access = isdn::Access::basicPointToPoint;
      if (span.number == kBus) options.configuration.access = isdn::Access::basicPointToMultipoint;
      options.configuration.channels = IsdnCard::bearersOf(card, span.number);
      change(options);
      CHECK(card.isdn()->follow(options.configuration) == Status::ok);
      spans.push_back(options);
    }
    isdn.emplace(engine, events, lines, kIsdndProgram, spans);
    REQUIRE(await([&] { return isUp(kE1); }));
    engine.step(1000);
  }
  ~CardWorld() {
    isdn.reset();
    engine.removePart(card);
  }
  CardWorld(const CardWorld&) = delete;
  CardWorld& operator=(const CardWorld&) = delete;

  void step(int milliseconds) { engine.step(milliseconds); }
  bool await(const std::function<bool()>& done, int milliseconds = 10'000) {
    for (int gone = 0; gone < milliseconds && !done(); gone += 20) engine.step(20);
    return done();
  }
  [[nodiscard]] bool isUp(int span) {
    bool up = false;
    for (const Event& event : events.of("spanState")) {
      if (number(event, "span") == span) up = truth(event, "up");
    }
    return up;
  }
  std::vector<Event> of(const std::string& type, Handle leg) {
    auto found = events.of(type);
    std::erase_if(found, [&](const Event& event) { return event.subject != leg; });
    return found;
  }
  Event awaitOne(const std::string& type, Handle leg) {
    REQUIRE(await([&] { return !of(type, leg).empty(); }, 30'000));
    const auto found = of(type, leg);
    REQUIRE(found.size() == 1);
    return found[0];
  }
  Handle dial(int span, const std::string& number, IsdnDialOptions options = {}) {
    options.called.digits = number;
    const Engine::Created created = isdn->stack().dial(span, options);
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  /// The next call that is offered.
  Event incoming() {
    const std::size_t before = events.of("legIncoming").size();
    REQUIRE(await([&] { return events.of("legIncoming").size() > before; }, 30'000));
    return events.of("legIncoming").back();
  }
  /// What the far end saw of calls.
  std::vector<Event> farEnd(const std::string& what) {
    auto found = events.of("isdnFarEnd");
    std::erase_if(found, [&](const Event& event) { return text(event, "what") != what; });
    return found;
  }
  [[nodiscard]] std::string useOf(int channel) {
    std::string use = "idle";
    for (const Event& event : events.of("channelState")) {
      if (number(event, "channel") == channel) use = text(event, "state");
    }
    return use;
  }

  KeptEvents events;
  Engine engine{{.stepped = true, .maxHandles = 256}, events};
  VirtualCard card;
  CardLines lines;
  std::optional<IsdnCard> isdn;
};

inline FarEndStep stepOf(FarEndStep::Action action) { return {.action = action}; }
inline FarEndStep ringFor(int milliseconds) { return {.action = FarEndStep::Action::ring, .milliseconds = milliseconds}; }
inline FarEndStep refuse(CallTone tone, int q850 = 0) { return {.action = FarEndStep::Action::refuse, .refusal = tone, .q850 = q850}; }
inline FarEndStep speakTone() { return {.action = FarEndStep::Action::tone, .tone = {.segments = {{{1004, 0, 0, 0}, -10, 1000}}, .loop = true}}; }

}  // namespace branchline::test
