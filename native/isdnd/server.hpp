// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "common/clock.hpp"
#include "isdnd/span_runner.hpp"

namespace branchline::isdn {

/// isdnd itself: reads the control socket, makes spans, hands messages to them. Everything happens on the thread that calls run(), but what spans
/// with threads of their own do.
class Server final : private Outbox {
 public:
  /// `control` is this end of the socket pair (SOCK_SEQPACKET, blocking), owned from now on. The clock is libpri's too (setLibpriClock) and
  /// outlives the server.
  Server(int control, const MonotonicClock& clock) : Server(control, clock, nullptr) {}
  /// Time moves by Step messages only, and everything runs on run()'s thread.
  Server(int control, SteppedClock& clock) : Server(control, clock, &clock) {}
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until the control socket is closed at its other end. False: a packet came that is no message; nothing after it can be trusted.
  [[nodiscard]] bool run();

 private:
  Server(int control, const Clock& clock, SteppedClock* stepped);
  void send(const Message& message) override;
  void handle(const Message& message, int descriptor);
  void configure(const ConfigureSpan& configuration, int descriptor);
  void step(const Step& step);

  const int control_;
  const Clock& clock_;
  SteppedClock* const stepped_;  // nullptr: real time.
  std::vector<std::unique_ptr<SpanRunner>> spans_;
};

}  // namespace branchline::isdn
