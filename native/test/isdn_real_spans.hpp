// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "isdn_world.hpp"

namespace branchline::test {

/// Two spans of one card that call each other, in real time: span 1 is the network's side, span 2 the user's.
class RealSpans {
 public:
  explicit RealSpans(const std::function<void(isdn::ConfigureSpan&)>& change = [](isdn::ConfigureSpan&) {}) : RealSpans(dChannelPair(), change) {}

  bool await(const std::function<bool()>& done) {
    for (int i = 0; i < 2'000 && !done(); i++) {
      engine.drainEvents();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return done();
  }
  int spansUp() {
    int up = 0;
    for (const Event& event : events.of("spanState")) up += truth(event, "up") ? 1 : -1;
    return up;
  }

  KeptEvents events;
  SilentPorts ports;
  Engine engine{{.stepped = false, .maxHandles = 1'024, .realtimePriority = false}, events};
  IsdnStack stack;

 private:
  RealSpans(std::array<int, 2> wire, const std::function<void(isdn::ConfigureSpan&)>& change)
      : stack(engine, events, kIsdndProgram,
              {{.configuration = side(1, isdn::Node::network, change), .dChannel = wire[0]},
               {.configuration = side(2, isdn::Node::user, change), .dChannel = wire[1]}},
              &ports) {}

  static isdn::ConfigureSpan side(std::uint8_t number, isdn::Node node, const std::function<void(isdn::ConfigureSpan&)>& change) {
    isdn::ConfigureSpan configuration = e1(node);
    configuration.span = number;
    change(configuration);
    return configuration;
  }
};

}  // namespace branchline::test
