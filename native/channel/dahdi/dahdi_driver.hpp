// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace branchline {

/// The system calls that DAHDI is worked with, so that tests can answer them with whatever a driver may do. All but `readText` answer as the system
/// does, −1 with errno; none waits but `poll`. Any thread.
class DahdiDriver {
 public:
  virtual ~DahdiDriver() = default;
  /// Opens for reading and writing, non-blocking, not for children.
  virtual int open(const char* path) noexcept = 0;
  virtual void close(int descriptor) noexcept = 0;
  /// In one step `descriptor` names what `with` named, which it no longer does: what it named before is closed, and a thread that uses it meanwhile
  /// reaches the one or the other, never a file of somebody else.
  virtual void replace(int descriptor, int with) noexcept = 0;
  /// Another descriptor of the same open file.
  virtual int duplicate(int descriptor) noexcept = 0;
  virtual int control(int descriptor, unsigned long request, void* argument) noexcept = 0;
  virtual ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept = 0;
  virtual ssize_t write(int descriptor, const void* buffer, std::size_t size) noexcept = 0;
  virtual int poll(std::span<pollfd> waited, int timeoutMs) noexcept = 0;
  /// A small file (sysfs, proc) without the last line's end; nothing where it can't be read.
  virtual std::optional<std::string> readText(const std::string& path) = 0;
};

/// The kernel's.
class SystemDahdiDriver final : public DahdiDriver {
 public:
  int open(const char* path) noexcept override;
  void close(int descriptor) noexcept override;
  void replace(int descriptor, int with) noexcept override;
  int duplicate(int descriptor) noexcept override;
  int control(int descriptor, unsigned long request, void* argument) noexcept override;
  ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept override;
  ssize_t write(int descriptor, const void* buffer, std::size_t size) noexcept override;
  int poll(std::span<pollfd> waited, int timeoutMs) noexcept override;
  std::optional<std::string> readText(const std::string& path) override;
};

/// `control`, again where a signal interrupted it. Answers 0 or an errno.
[[nodiscard]] int controlErrno(DahdiDriver& driver, int descriptor, unsigned long request, void* argument) noexcept;

/// The errors by which a driver says that a channel is not there (any more).
[[nodiscard]] bool meansGone(int error) noexcept;

}  // namespace branchline
