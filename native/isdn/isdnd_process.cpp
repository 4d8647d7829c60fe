// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdnd_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace branchline {
namespace {

constexpr int kDescriptorInChild = 3;
constexpr int kEndPatienceMs = 500;

[[noreturn]] void fail(int error, const std::string& what) { throw std::system_error(error, std::generic_category(), what); }

/// Signals as a fresh process has them: nothing blocked, nothing ignored by what started us.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
  }
  ~SpawnAttributes() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;

  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};
};

}  // namespace

IsdndProcess::IsdndProcess(const std::string& program, bool stepped) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) fail(errno, "no socket pair for isdnd");
  SpawnAttributes spawn;
  // Also where it is that number already: then this takes close-on-exec off.
  posix_spawn_file_actions_adddup2(&spawn.actions, ends[1], kDescriptorInChild);
  std::string name = program;
  std::string descriptor = std::to_string(kDescriptorInChild);
  std::string flag = "--stepped";
  std::array<char*, 4> arguments{name.data(), descriptor.data(), stepped ? flag.data() : nullptr, nullptr};
  const int error = posix_spawn(&pid_, program.c_str(), &spawn.actions, &spawn.attributes, arguments.data(), environ);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    fail(error, program + " can't be started");
  }
  control_ = ends[0];
}

IsdndProcess::~IsdndProcess() {
  close(control_);
  for (int waited = 0; waited < kEndPatienceMs; waited++) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) return;
    usleep(1000);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool IsdndProcess::send(const isdn::Message& message, int descriptor) {
  auto packet = isdn::encode(message);
  iovec part{packet.data(), packet.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> extra{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = extra.data();
    header.msg_controllen = extra.size();
    cmsghdr* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  return sendmsg(control_, &header, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(packet.size());
}

IsdndProcess::Received IsdndProcess::receive(isdn::Message& message, int timeoutMs) {
  std::array<std::uint8_t, isdn::kMaxMessageBytes> packet{};
  pollfd waited{control_, POLLIN, 0};
  if (timeoutMs > 0) (void)poll(&waited, 1, timeoutMs);
  const ssize_t size = recv(control_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing;
  if (size <= 0 || static_cast<std::size_t>(size) > packet.size()) return Received::gone;
  auto decoded = isdn::decode({packet.data(), static_cast<std::size_t>(size)});
  if (!decoded) return Received::gone;
  message = std::move(*decoded);
  return Received::message;
}

}  // namespace branchline
