// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/isdnd_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <system_error>
#include <utility>

#include "isdnd/message_socket.hpp"

namespace branchline {
namespace {

constexpr int kDescriptorInChild = 3;
constexpr int kEndPatienceMs = 500;
constexpr std::size_t kMostWaiting = 4'096;  // Messages: each B-channel of eight E1s in one go, several times over.

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
  const std::array<int, 2> ends = isdn::packetSocketPair();
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
  for (const Waiting& one : waiting_) {
    if (one.descriptor >= 0) close(one.descriptor);
  }
  if (reap()) return;
  kill();
  (void)reap();
}

bool IsdndProcess::reap() noexcept {
  for (int waited = 0; waited < kEndPatienceMs; waited++) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) return true;
    usleep(1000);
  }
  return false;
}

short IsdndProcess::awaited() const noexcept { return waiting_.empty() ? POLLIN : POLLIN | POLLOUT; }

void IsdndProcess::kill() noexcept { ::kill(pid_, SIGKILL); }

bool IsdndProcess::send(const isdn::Message& message, int descriptor) {
  if (!flush()) return false;
  if (waiting_.empty()) {
    const isdn::Sent sent = isdn::sendMessage(control_, message, descriptor, MSG_DONTWAIT);
    if (sent != isdn::Sent::full) return sent == isdn::Sent::sent;
  }
  if (waiting_.size() == kMostWaiting) return false;
  const int kept = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  waiting_.push_back({message, kept});
  return descriptor < 0 || kept >= 0;
}

bool IsdndProcess::flush() {
  while (!waiting_.empty()) {
    const Waiting& first = waiting_.front();
    const isdn::Sent sent = isdn::sendMessage(control_, first.message, first.descriptor, MSG_DONTWAIT);
    if (sent == isdn::Sent::full) return true;
    if (first.descriptor >= 0) close(first.descriptor);
    waiting_.pop_front();
    if (sent == isdn::Sent::failed) return false;
  }
  return true;
}

IsdndProcess::Received IsdndProcess::receive(isdn::Message& message, int timeoutMs) {
  pollfd waited{control_, 0, 0};
  do {
    if (!flush()) return Received::gone;
    waited.events = awaited();
  } while (timeoutMs > 0 && poll(&waited, 1, timeoutMs) > 0 && (waited.revents & POLLIN) == 0);
  isdn::ReceivedMessage received = isdn::receiveMessage(control_, MSG_DONTWAIT);
  if (received.descriptor >= 0) close(received.descriptor);
  switch (received.state) {
    case isdn::ReceivedMessage::State::message: message = std::move(received.message); return Received::message;
    case isdn::ReceivedMessage::State::nothing: return Received::nothing;
    case isdn::ReceivedMessage::State::closed:
    case isdn::ReceivedMessage::State::malformed: break;
  }
  return Received::gone;
}

}  // namespace branchline
