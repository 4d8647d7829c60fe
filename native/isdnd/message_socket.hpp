// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "isdnd/protocol.hpp"

/// Messages over one end of the control socket pair (SOCK_SEQPACKET): a packet each, a descriptor with one where it needs it (SCM_RIGHTS).
namespace branchline::isdn {

/// Both ends, close-on-exec and with these flags besides; the caller's. Throws std::system_error.
[[nodiscard]] std::array<int, 2> packetSocketPair(int flags = 0);

/// What became of a message that was to be sent. `full`: with MSG_DONTWAIT, the far side does not read fast enough; it may be sent later.
enum class Sent : std::uint8_t { sent, full, failed };

/// `descriptor` travels with the message and stays the sender's as well. `flags` as those of sendmsg.
Sent sendMessage(int socket, const Message& message, int descriptor = -1, int flags = 0);

struct ReceivedMessage {
  /// `malformed`: a packet that is no message; nothing after it can be trusted.
  enum class State : std::uint8_t { message, nothing, closed, malformed };
  State state = State::nothing;
  Message message;
  int descriptor = -1;  // The one that came with it, of whatever packet: the receiver's.
};

/// `flags` as those of recvmsg: without MSG_DONTWAIT it waits.
[[nodiscard]] ReceivedMessage receiveMessage(int socket, int flags = 0);

}  // namespace branchline::isdn
