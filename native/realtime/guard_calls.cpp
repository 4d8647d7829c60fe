// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "realtime/interpose.hpp"

namespace {

void forbid(const char* function) noexcept { branchline::checkRealtime(branchline::Forbidden::call, function); }

// `flags` of a socket's call may say by themselves that it does not block.
void checkSocket(int descriptor, int flags, const char* function) noexcept {
  if ((flags & MSG_DONTWAIT) == 0) branchline::checkRealtimeTransfer(descriptor, function);
}

}  // namespace

// --- Reads and writes: allowed where they cannot block ------------------------------------------------------------------------------------
#define TRANSFER(Result, function, parameters, ...) \
  BRANCHLINE_INTERPOSE(branchline::checkRealtimeTransfer(descriptor, #function), Result, function, parameters, __VA_ARGS__)
#define SOCKET_TRANSFER(Result, function, parameters, ...) \
  BRANCHLINE_INTERPOSE(checkSocket(descriptor, flags, #function), Result, function, parameters, __VA_ARGS__)
TRANSFER(ssize_t, read, (int descriptor, void* to, std::size_t size), descriptor, to, size)
TRANSFER(ssize_t, write, (int descriptor, const void* from, std::size_t size), descriptor, from, size)
TRANSFER(ssize_t, readv, (int descriptor, const iovec* parts, int count), descriptor, parts, count)
TRANSFER(ssize_t, writev, (int descriptor, const iovec* parts, int count), descriptor, parts, count)
SOCKET_TRANSFER(ssize_t, recv, (int descriptor, void* to, std::size_t size, int flags), descriptor, to, size, flags)
SOCKET_TRANSFER(ssize_t, recvfrom, (int descriptor, void* to, std::size_t size, int flags, sockaddr* who, socklen_t* whoSize), descriptor, to, size,
                flags, who, whoSize)
SOCKET_TRANSFER(ssize_t, recvmsg, (int descriptor, msghdr* message, int flags), descriptor, message, flags)
SOCKET_TRANSFER(ssize_t, send, (int descriptor, const void* from, std::size_t size, int flags), descriptor, from, size, flags)
SOCKET_TRANSFER(ssize_t, sendto, (int descriptor, const void* from, std::size_t size, int flags, const sockaddr* to, socklen_t toSize), descriptor,
                from, size, flags, to, toSize)
SOCKET_TRANSFER(ssize_t, sendmsg, (int descriptor, const msghdr* message, int flags), descriptor, message, flags)
SOCKET_TRANSFER(int, sendmmsg, (int descriptor, mmsghdr* messages, unsigned count, int flags), descriptor, messages, count, flags)

// --- Files --------------------------------------------------------------------------------------------------------------------------------
// The mode that open takes only sometimes is passed on always: the kernel reads it where it is meant.
#define FORBID_OPEN(function, parameters, last, ...)                                           \
  BRANCHLINE_INTERPOSED int function parameters {                                              \
    static const auto next = reinterpret_cast<int(*) parameters>(dlsym(RTLD_NEXT, #function)); \
    forbid(#function);                                                                         \
    va_list list;                                                                              \
    va_start(list, last);                                                                      \
    const mode_t mode = va_arg(list, mode_t);                                                  \
    va_end(list);                                                                              \
    return next(__VA_ARGS__, mode);                                                            \
  }
FORBID_OPEN(open, (const char* path, int flags, ...), flags, path, flags)
FORBID_OPEN(open64, (const char* path, int flags, ...), flags, path, flags)
FORBID_OPEN(openat, (int folder, const char* path, int flags, ...), flags, folder, path, flags)
FORBID_OPEN(openat64, (int folder, const char* path, int flags, ...), flags, folder, path, flags)
BRANCHLINE_FORBID(call, int, close, (int descriptor), descriptor)
BRANCHLINE_FORBID(call, int, fsync, (int descriptor), descriptor)
BRANCHLINE_FORBID(call, int, fdatasync, (int descriptor), descriptor)
BRANCHLINE_FORBID(call, int, syncfs, (int descriptor), descriptor)
BRANCHLINE_FORBID(call, int, ftruncate, (int descriptor, off_t size), descriptor, size)
BRANCHLINE_FORBID(call, int, rename, (const char* from, const char* to), from, to)
BRANCHLINE_FORBID(call, int, unlink, (const char* path), path)
BRANCHLINE_FORBID(call, int, mkdir, (const char* path, mode_t mode), path, mode)
BRANCHLINE_FORBID(call, int, stat, (const char* __restrict path, struct stat* __restrict found), path, found)

// --- Output, and what goes into the kernel for longer -------------------------------------------------------------------------------------
BRANCHLINE_FORBID(call, FILE*, fopen, (const char* path, const char* mode), path, mode)
BRANCHLINE_FORBID(call, int, fclose, (FILE * file), file)
BRANCHLINE_FORBID(call, int, fflush, (FILE * file), file)
BRANCHLINE_FORBID(call, std::size_t, fread, (void* to, std::size_t size, std::size_t count, FILE* file), to, size, count, file)
BRANCHLINE_FORBID(call, std::size_t, fwrite, (const void* from, std::size_t size, std::size_t count, FILE* file), from, size, count, file)
BRANCHLINE_FORBID(call, int, fputs, (const char* text, FILE* file), text, file)
BRANCHLINE_FORBID(call, int, puts, (const char* text), text)
BRANCHLINE_FORBID(call, int, vfprintf, (FILE * file, const char* format, va_list list), file, format, list)
BRANCHLINE_FORBID(call, void, vsyslog, (int priority, const char* format, va_list list), priority, format, list)
BRANCHLINE_FORBID(call, int, pthread_create, (pthread_t * thread, const pthread_attr_t* how, void* (*run)(void*), void* context), thread, how, run,
                  context)

BRANCHLINE_INTERPOSED int fprintf(FILE* file, const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int written = vfprintf(file, format, list);
  va_end(list);
  return written;
}

BRANCHLINE_INTERPOSED int printf(const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int written = vfprintf(stdout, format, list);
  va_end(list);
  return written;
}

BRANCHLINE_INTERPOSED void syslog(int priority, const char* format, ...) {
  va_list list;
  va_start(list, format);
  vsyslog(priority, format, list);
  va_end(list);
}

BRANCHLINE_INTERPOSED int ioctl(int descriptor, unsigned long request, ...) noexcept {
  static const auto next = reinterpret_cast<int (*)(int, unsigned long, ...)>(dlsym(RTLD_NEXT, "ioctl"));
  forbid("ioctl");
  va_list list;
  va_start(list, request);
  void* const argument = va_arg(list, void*);
  va_end(list);
  return next(descriptor, request, argument);
}
