// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/wake_fd.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace branchline {

WakeFd::WakeFd() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeFd::~WakeFd() { close(fd_); }

void WakeFd::notify() noexcept {
  const std::uint64_t one = 1;
  // Fails only where the counter is at its limit, and then the waiter is awake anyway.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void WakeFd::wait(int timeoutMs) noexcept {
  pollfd waited{fd_, POLLIN, 0};
  poll(&waited, 1, timeoutMs);
  clear();
}

void WakeFd::clear() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
}

}  // namespace branchline
