// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "isdnd/message_socket.hpp"
#include "isdnd/server.hpp"

namespace branchline::isdn::test {

/// isdnd's server on a thread, and our end of its control socket.
class ServedIsdnd {
 public:
  template <typename AnyClock>
  explicit ServedIsdnd(AnyClock& clock) {
    const auto ends = packetSocketPair();
    control_ = ends[0];
    thread_ = std::thread([this, &clock, end = ends[1]] {
      Server server(end, clock);
      clean_ = server.run();
    });
  }
  ~ServedIsdnd() {
    stop();
    close(control_);
  }
  ServedIsdnd(const ServedIsdnd&) = delete;
  ServedIsdnd& operator=(const ServedIsdnd&) = delete;

  [[nodiscard]] int control() const { return control_; }
  void say(const Message& message, int descriptor = -1) {
    if (sendMessage(control_, message, descriptor) != Sent::sent) FAIL("isdnd takes no message");
  }
  /// The next message; waits for it. nullopt: closed.
  std::optional<Message> hear() {
    ReceivedMessage received = receiveMessage(control_);
    if (received.state == ReceivedMessage::State::malformed) FAIL("isdnd sent what is no message");
    if (received.state != ReceivedMessage::State::message) return std::nullopt;
    return std::move(received.message);
  }
  /// Closes the control socket and waits for the server's end. True: nothing that it could not read had come.
  bool stop() {
    shutdown(control_, SHUT_RDWR);
    return join();
  }
  bool join() {
    if (thread_.joinable()) thread_.join();
    return clean_;
  }

 private:
  int control_ = -1;
  bool clean_ = false;
  std::thread thread_;
};

}  // namespace branchline::isdn::test
