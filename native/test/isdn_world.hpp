// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// An ISDN stack, its isdnd, and an exchange: a second isdnd on the network's side of the D channel that the test commands.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "engine_support.hpp"
#include "isdn/isdn_stack.hpp"
#include "isdnd_program.hpp"

namespace branchline::test {

inline constexpr std::uint8_t kSpan = 1;

inline std::array<int, 2> dChannelPair() {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
  return ends;
}

inline isdn::ConfigureSpan e1(isdn::Node node) {
  return {.span = kSpan,
          .node = node,
          .channels = 0xFFFE'FFFE,
          .location = node == isdn::Node::network ? isdn::Location::publicLocal : isdn::Location::privateLocal};
}

class Exchange final : public SteppedPart {
 public:
  Exchange(isdn::ConfigureSpan configuration, int dChannel) : isdnd_(kIsdndProgram, true) {
    REQUIRE(isdnd_.send(configuration, dChannel));
    close(dChannel);
  }
  void say(const isdn::Message& message) { REQUIRE(isdnd_.send(message)); }
  void runDue(std::int64_t nowNs) override {
    for (bool moving = true; moving;) {
      say(isdn::Step{.sequence = 1, .nowNs = nowNs});
      for (bool done = false; !done;) {
        isdn::Message message;
        if (isdnd_.receive(message, 10'000) != IsdndProcess::Received::message) FAIL("the exchange's isdnd is gone");
        if (const auto* const step = std::get_if<isdn::StepDone>(&message)) {
          done = true;
          moving = step->frames > 0;
          continue;
        }
        heard.push_back(message);
        if (on) on(message);
      }
    }
  }
  template <typename Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const auto& message : heard) {
      if (const auto* const one = std::get_if<Kind>(&message)) found.push_back(*one);
    }
    return found;
  }
  /// Answers every call as soon as it comes.
  void answerAll() {
    on = [this](const isdn::Message& message) {
      if (const auto* const setup = std::get_if<isdn::Setup>(&message)) say(isdn::Connect{.span = kSpan, .call = setup->call});
    };
  }

  std::vector<isdn::Message> heard;
  std::function<void(const isdn::Message&)> on;

 private:
  IsdndProcess isdnd_;
};

/// B-channels that say and keep nothing.
class SilentPorts final : public BChannelPorts {
 public:
  MediaPort* portOf(int, int channel) noexcept override {
    channels.push_back(channel);
    return &party_;
  }
  std::vector<int> channels;  // That were asked for.

 private:
  Party party_;
};

class IsdnWorld {
 public:
  explicit IsdnWorld(const std::function<void(isdn::ConfigureSpan&, IsdnSpanOptions&)>& change = [](isdn::ConfigureSpan&, IsdnSpanOptions&) {}) {
    const auto wire = dChannelPair();
    isdn::ConfigureSpan network = e1(isdn::Node::network);
    IsdnSpanOptions span{.configuration = e1(isdn::Node::user), .dChannel = wire[0]};
    change(network, span);
    stack = std::make_unique<IsdnStack>(engine, events, kIsdndProgram, std::vector{span}, &ports);
    exchange = std::make_unique<Exchange>(network, wire[1]);
    engine.addPart(*exchange);
    REQUIRE(await([this] { return !events.of("spanState").empty(); }));
    step(200);
  }
  ~IsdnWorld() {
    stack.reset();
    engine.removePart(*exchange);
  }
  IsdnWorld(const IsdnWorld&) = delete;
  IsdnWorld& operator=(const IsdnWorld&) = delete;

  void step(int milliseconds) { engine.step(milliseconds); }
  bool await(const std::function<bool()>& done, int milliseconds = 10'000) {
    for (int gone = 0; gone < milliseconds && !done(); gone += 20) engine.step(20);
    return done();
  }
  Handle dial(const std::string& number, IsdnDialOptions options = {}) {
    options.called.digits = number;
    const Engine::Created created = stack->dial(kSpan, options);
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  std::vector<Event> of(const std::string& type, Handle leg) {
    auto found = events.of(type);
    std::erase_if(found, [&](const Event& event) { return event.subject != leg; });
    return found;
  }
  Event one(const std::string& type, Handle leg) {
    const auto found = of(type, leg);
    REQUIRE(found.size() == 1);
    return found[0];
  }
  /// An incoming call, offered; its leg.
  Handle callIn(std::uint32_t call, const std::string& number) {
    exchange->say(isdn::Setup{.span = kSpan, .call = call, .called = {.digits = number}});
    const std::size_t before = events.of("legIncoming").size();
    REQUIRE(await([&] { return events.of("legIncoming").size() > before; }));
    return events.of("legIncoming").back().subject;
  }

  KeptEvents events;
  SilentPorts ports;
  Engine engine{{.stepped = true, .maxHandles = 256}, events};
  std::unique_ptr<IsdnStack> stack;
  std::unique_ptr<Exchange> exchange;
};

inline bool truth(const Event& event, const std::string& name) { return std::get<bool>(field(event, name)); }

}  // namespace branchline::test
