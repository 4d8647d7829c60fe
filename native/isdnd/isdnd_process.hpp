// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <deque>
#include <string>

#include "isdnd/protocol.hpp"

namespace branchline {

/// A running isdnd and our end of its control socket. One thread at a time.
class IsdndProcess {
 public:
  /// Starts `program`; throws std::system_error when it can't be.
  IsdndProcess(const std::string& program, bool stepped);
  /// Closes the socket, upon which isdnd ends by itself; kills it where it has not within half a second. Reaps it, unless the kernel does not let go
  /// of it within as long again (a driver's call that never returns): init does then, once we have ended.
  ~IsdndProcess();
  IsdndProcess(const IsdndProcess&) = delete;
  IsdndProcess& operator=(const IsdndProcess&) = delete;

  [[nodiscard]] int control() const noexcept { return control_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// What control() is to be polled for; receive() then does what there is to do.
  [[nodiscard]] short awaited() const noexcept;
  /// Never waits: what a full socket does not take waits here, in order, and goes with the next send() or receive(). `descriptor` travels with the
  /// message and stays ours as well. False: isdnd is gone, or has not read for so long that more waits than can be kept.
  [[nodiscard]] bool send(const isdn::Message& message, int descriptor = -1);
  /// Ends a process that is not trusted to end by itself, however it hangs: stopped, or in a loop. The destructor reaps it.
  void kill() noexcept;

  enum class Received : std::uint8_t { message, nothing, gone };
  /// The next message, waiting up to `timeoutMs`. `gone` also for a packet that is no message: nothing after it could be trusted.
  [[nodiscard]] Received receive(isdn::Message& message, int timeoutMs);

 private:
  struct Waiting {
    isdn::Message message;
    int descriptor = -1;  // A copy of our own; -1: none.
  };

  [[nodiscard]] bool flush();
  [[nodiscard]] bool reap() noexcept;

  int control_ = -1;
  pid_t pid_ = -1;
  std::deque<Waiting> waiting_;
};

}  // namespace branchline
