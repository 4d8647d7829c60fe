// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the far ends of the benchmarks share: UDP sockets on 127.0.0.1 whose packets carry the kernel's time of arrival, so that a far end that
// the scheduler runs late does not count as a late packet.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <span>
#include <string>
#include <vector>

namespace branchline::bench {

/// Ends the program with a word about why it can't go on.
[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// A non-blocking UDP socket on a free port of 127.0.0.1.
inline int openUdp() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) fail("SO_TIMESTAMPNS");
  const int bytes = 4 << 20;  // The system's limit cuts it down where that is less.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0) fail("SO_RCVBUF");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
  return fd;
}

inline int portOf(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

struct Received {
  std::size_t bytes = 0;
  /// Wall time of arrival in the kernel, ns since 1970.
  std::int64_t atNs = 0;
  sockaddr_in from{};
};

/// Takes one packet; false when there is none.
inline bool receive(int fd, std::span<char> buffer, Received& received) {
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  msghdr message{};
  message.msg_name = &received.from;
  message.msg_namelen = sizeof received.from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t bytes = recvmsg(fd, &message, 0);
  if (bytes < 0) return false;
  received.bytes = static_cast<std::size_t>(bytes);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(header), sizeof time);
    received.atNs = time.tv_sec * 1'000'000'000LL + time.tv_nsec;
  }
  return true;
}

inline void sendTo(int fd, const sockaddr_in& to, std::span<const char> bytes) {
  // A packet that the kernel refuses is a lost packet, as on any network.
  (void)sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

inline std::int64_t nowNs(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

/// The value below which this part (0…1) of the values lies; 0 of none. Sorts them.
inline double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

inline std::string jsonList(const std::vector<int>& numbers) {
  std::string text = "[";
  for (const int number : numbers) text += (text.size() > 1 ? "," : "") + std::to_string(number);
  return text + "]";
}

}  // namespace branchline::bench
