// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/wake_fd.hpp"
#include "engine_support.hpp"
#include "realtime/realtime_scope.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

struct Death {
  bool aborted = false;
  std::string said;
};

/// What becomes of a process that does `work`.
Death deathOf(const std::function<void()>& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDERR_FILENO);
    work();
    _exit(0);
  }
  close(ends[1]);
  Death death;
  char part[512];
  for (ssize_t got = 0; (got = read(ends[0], part, sizeof part)) > 0;) death.said.append(part, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  death.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  return death;
}

Death deathInFrame(const std::function<void()>& work) {
  return deathOf([&] {
    const RealtimeScope realtime;
    work();
  });
}

void checkDies(const std::string& rule, const std::function<void()>& work) {
  const Death death = deathInFrame(work);
  CAPTURE(rule);
  CAPTURE(death.said);
  CHECK(death.aborted);
  CHECK(death.said.find("real-time rule broken: the audio thread " + rule) != std::string::npos);
}

void checkLives(const std::function<void()>& work) {
  const Death death = deathInFrame(work);
  CAPTURE(death.said);
  CHECK_FALSE(death.aborted);
  CHECK(death.said.empty());
}

// So that no compiler leaves the work out.
void* volatile kept = nullptr;

}  // namespace

TEST_CASE("a frame that takes or frees memory aborts, by whichever way") {
  int* const number = new int(1);
  std::vector<int> grown(1);
  void* const block = std::malloc(10);
  checkDies("took or freed memory", [] { kept = new int(1); });
  checkDies("took or freed memory", [] { kept = new int[10]; });
  checkDies("took or freed memory", [&] { delete number; });
  checkDies("took or freed memory", [&] { grown.resize(1000); });
  checkDies("took or freed memory", [] { kept = std::malloc(10); });
  checkDies("took or freed memory", [] { kept = std::calloc(10, 10); });
  checkDies("took or freed memory", [&] { kept = std::realloc(block, 100'000); });
#ifndef __SANITIZE_THREAD__  // It tells of every other way.
  checkDies("took or freed memory", [] { kept = std::aligned_alloc(64, 64); });
#endif
  checkDies("took or freed memory", [&] { std::free(block); });
  delete number;
  std::free(block);
}

TEST_CASE("a frame that takes a lock aborts; one that only tries does not") {
  std::mutex mutex;
  std::shared_mutex shared;
  checkDies("took a lock: pthread_mutex_lock", [&] { mutex.lock(); });
  checkDies("took a lock: pthread_rwlock_rdlock", [&] { shared.lock_shared(); });
  checkDies("took a lock: pthread_rwlock_wrlock", [&] { shared.lock(); });
  checkLives([&] {
    if (mutex.try_lock()) mutex.unlock();
  });
}

TEST_CASE("a frame that waits aborts") {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable condition;
  std::atomic<int> zero{0};
  checkDies("waited: pthread_cond_wait", [&] { condition.wait(lock); });
  checkDies("waited: pthread_cond_clockwait", [&] { condition.wait_for(lock, 1ms); });
  checkDies("waited: futex", [&] { zero.wait(0); });
  checkDies("waited", [] { std::this_thread::sleep_for(1ms); });
  checkDies("waited: poll", [] { WakeFd().wait(0); });
}

TEST_CASE("a frame that opens, closes, logs or asks a driver aborts") {
  checkDies("made a forbidden call: open", [] { open("/dev/null", O_RDONLY); });
  checkDies("made a forbidden call: close", [] { close(0); });
  checkDies("made a forbidden call: ioctl", [] { ioctl(0, FIONREAD, &kept); });
  checkDies("made a forbidden call", [] { std::fprintf(stderr, "%d\n", 1); });
  checkDies("made a forbidden call", [] { std::fputs("hello\n", stderr); });
}

TEST_CASE("a frame may read and write where that cannot block, and only there") {
  int sockets[2];
  int blocking[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sockets) == 0);
  REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, blocking) == 0);
  const int event = eventfd(0, EFD_NONBLOCK);
  char byte = 0;
  checkLives([&] {
    eventfd_write(event, 1);
    if (write(sockets[0], &byte, 1) == 1 && read(sockets[1], &byte, 1) == 1) send(sockets[0], &byte, 1, 0);
    send(blocking[0], &byte, 1, MSG_DONTWAIT);
  });
  checkDies("made a forbidden call: write", [&] { kept = write(blocking[0], &byte, 1) == 1 ? &byte : nullptr; });
  checkDies("made a forbidden call: read", [&] { kept = read(blocking[1], &byte, 1) == 1 ? &byte : nullptr; });
  checkDies("made a forbidden call: send", [&] { send(blocking[0], &byte, 1, 0); });
  for (const int descriptor : {sockets[0], sockets[1], blocking[0], blocking[1], event}) close(descriptor);
}

TEST_CASE("outside a frame, after it, and on other threads everything is allowed") {
  const Death death = deathOf([] {
    {
      const RealtimeScope realtime;
    }
    kept = new int(1);
    std::thread other;
    std::atomic<bool> go{false};
    other = std::thread([&] {
      while (!go) std::this_thread::sleep_for(1ms);
      kept = new int(2);
      go = false;
    });
    {
      const RealtimeScope realtime;
      go = true;
      while (go) {
      }
    }
    other.join();
  });
  CAPTURE(death.said);
  CHECK_FALSE(death.aborted);
}

TEST_CASE("a permit allows what it names and nothing else, and ends") {
  std::mutex mutex;
  const auto locked = [&] {
    const RealtimePermit permit(Forbidden::lock, "tested");
    const std::lock_guard lock(mutex);
  };
  checkLives(locked);
  checkDies("took or freed memory", [] {
    const RealtimePermit permit(Forbidden::lock, "tested");
    kept = new int(1);
  });
  checkDies("took a lock", [&] {
    locked();
    mutex.lock();
  });
}

TEST_CASE("an inner frame's end leaves the outer one guarded") {
  checkDies("took or freed memory", [] {
    {
      const RealtimeScope inner;
    }
    kept = new int(1);
  });
}

TEST_CASE("the engine's frames are guarded: a port that allocates in one aborts") {
  struct Greedy final : MediaPort {
    void pull(Frame& out) noexcept override {
      kept = new int(1);
      out.samples.fill(0);
    }
    void push(const Frame&) noexcept override {}
  };
  const Death death = deathOf([] {
    Bench bench;
    Greedy port;
    bench.leg(port);
    bench.engine.step(20);
  });
  CHECK(death.aborted);
  CHECK(death.said.find("took or freed memory") != std::string::npos);
}
