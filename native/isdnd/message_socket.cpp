// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/message_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace branchline::isdn {
namespace {

/// One packet with room for one descriptor.
struct Packet {
  Packet(std::uint8_t* octets, std::size_t size) : part{octets, size} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
  }
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  void makeRoomForDescriptor() {
    header.msg_control = extra.data();
    header.msg_controllen = extra.size();
  }

  iovec part;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> extra{};
  msghdr header{};
};

}  // namespace

std::array<int, 2> packetSocketPair(int flags) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "no socket pair");
  return ends;
}

Sent sendMessage(int socket, const Message& message, int descriptor, int flags) {
  auto octets = encode(message);
  Packet packet(octets.data(), octets.size());
  if (descriptor >= 0) {
    packet.makeRoomForDescriptor();
    cmsghdr* const rights = CMSG_FIRSTHDR(&packet.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  ssize_t sent = 0;
  do sent = sendmsg(socket, &packet.header, flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent == static_cast<ssize_t>(octets.size())) return Sent::sent;
  return sent < 0 && (errno == EAGAIN || errno == ENOBUFS) ? Sent::full : Sent::failed;
}

ReceivedMessage receiveMessage(int socket, int flags) {
  std::array<std::uint8_t, kMaxMessageBytes> octets{};
  Packet packet(octets.data(), octets.size());
  packet.makeRoomForDescriptor();
  ssize_t size = 0;
  do size = recvmsg(socket, &packet.header, flags | MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  ReceivedMessage received;
  if (size < 0 && errno == EAGAIN) return received;
  received.state = ReceivedMessage::State::closed;
  if (size <= 0) return received;
  const cmsghdr* const rights = CMSG_FIRSTHDR(&packet.header);
  if (rights != nullptr && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
    std::memcpy(&received.descriptor, CMSG_DATA(rights), sizeof received.descriptor);
  received.state = ReceivedMessage::State::malformed;
  if ((packet.header.msg_flags & MSG_TRUNC) != 0) return received;
  if (auto message = decode({octets.data(), static_cast<std::size_t>(size)})) {
    received.message = std::move(*message);
    received.state = ReceivedMessage::State::message;
  }
  return received;
}

}  // namespace branchline::isdn
