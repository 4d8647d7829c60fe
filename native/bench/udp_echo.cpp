// SPDX-License-Identifier: GPL-3.0-or-later
//
// The calibration of media figures: what the kernel alone takes for a call's packets. Sends every packet back to where it came from, one receive and
// one send each, until its input closes.
//
//   udp_echo SOCKETS      prints {"ports": […]}

#include <sys/epoll.h>
#include <unistd.h>

#include <array>

#include "bench/bench_udp.hpp"

using namespace branchline::bench;

int main(int argc, char** argv) {
  const int sockets = argc > 1 ? std::atoi(argv[1]) : 0;
  if (sockets < 1 || sockets > 4096) {
    std::fputs("usage: udp_echo SOCKETS (1…4096)\n", stderr);
    return 2;
  }
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> ports;
  for (int i = 0; i < sockets; i++) {
    const int fd = openUdp();
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    ports.push_back(portOf(fd));
  }
  epoll_event input{.events = EPOLLIN, .data = {.fd = STDIN_FILENO}};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0) fail("stdin must be a pipe");
  std::printf("{\"ports\": %s}\n", jsonList(ports).c_str());
  std::fflush(stdout);

  std::array<epoll_event, 64> ready{};
  std::array<char, 2048> buffer{};
  for (;;) {
    const int count = epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; i++) {
      const int fd = ready[static_cast<std::size_t>(i)].data.fd;
      if (fd == STDIN_FILENO) return 0;
      Received received;
      if (receive(fd, buffer, received)) sendTo(fd, received.from, {buffer.data(), received.bytes});
    }
  }
}
