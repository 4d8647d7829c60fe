// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <string>

#include "isdnd/protocol.hpp"

namespace branchline {

/// A running isdnd and our end of its control socket. One thread at a time.
class IsdndProcess {
 public:
  /// Starts `program`; throws std::system_error when it can't be.
  IsdndProcess(const std::string& program, bool stepped);
  /// Closes the socket, upon which isdnd ends by itself; kills it where it has not within half a second. Reaps it.
  ~IsdndProcess();
  IsdndProcess(const IsdndProcess&) = delete;
  IsdndProcess& operator=(const IsdndProcess&) = delete;

  [[nodiscard]] int control() const noexcept { return control_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Never waits. `descriptor` travels with the message and stays ours as well. False: isdnd is gone, or has stopped to read.
  [[nodiscard]] bool send(const isdn::Message& message, int descriptor = -1);

  enum class Received : std::uint8_t { message, nothing, gone };
  /// The next message, waiting up to `timeoutMs`. `gone` also for a packet that is no message: nothing after it could be trusted.
  [[nodiscard]] Received receive(isdn::Message& message, int timeoutMs);

 private:
  int control_ = -1;
  pid_t pid_ = -1;
};

}  // namespace branchline
