// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/dahdi_driver.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace branchline {

int SystemDahdiDriver::open(const char* path) noexcept { return ::open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); }

void SystemDahdiDriver::close(int descriptor) noexcept { ::close(descriptor); }

void SystemDahdiDriver::replace(int descriptor, int with) noexcept {
  ::dup3(with, descriptor, O_CLOEXEC);
  ::close(with);
}

int SystemDahdiDriver::duplicate(int descriptor) noexcept { return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

int SystemDahdiDriver::control(int descriptor, unsigned long request, void* argument) noexcept { return ::ioctl(descriptor, request, argument); }

ssize_t SystemDahdiDriver::read(int descriptor, void* buffer, std::size_t size) noexcept { return ::read(descriptor, buffer, size); }

ssize_t SystemDahdiDriver::write(int descriptor, const void* buffer, std::size_t size) noexcept { return ::write(descriptor, buffer, size); }

int SystemDahdiDriver::poll(std::span<pollfd> waited, int timeoutMs) noexcept { return ::poll(waited.data(), waited.size(), timeoutMs); }

std::optional<std::string> SystemDahdiDriver::readText(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

int controlErrno(DahdiDriver& driver, int descriptor, unsigned long request, void* argument) noexcept {
  for (;;) {
    if (driver.control(descriptor, request, argument) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

bool meansGone(int error) noexcept { return error == ENODEV || error == ENXIO || error == EBADF || error == EIO; }

}  // namespace branchline
