// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>
#include <pjlib.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "sip/lock_waits.hpp"
#include "sip/rtp_port.hpp"

using namespace branchline;
using namespace std::chrono_literals;

namespace {

/// A mutex of PJLIB's.
class Pjlib {
 public:
  Pjlib() {
    REQUIRE(pj_init() == PJ_SUCCESS);
    pj_caching_pool_init(&cache_, nullptr, 0);
    pool_ = pj_pool_create(&cache_.factory, "test", 1000, 1000, nullptr);
    REQUIRE(pj_mutex_create_recursive(pool_, "test", &mutex) == PJ_SUCCESS);
  }
  ~Pjlib() {
    pj_mutex_destroy(mutex);
    pj_pool_release(pool_);
    pj_caching_pool_destroy(&cache_);
    pj_shutdown();
  }
  pj_mutex_t* mutex = nullptr;

 private:
  pj_caching_pool cache_{};
  pj_pool_t* pool_ = nullptr;
};

std::uint64_t waits() {
  const auto counts = lockWaits().read().counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// Takes `mutex` while another thread holds it for some milliseconds.
void lockWhileHeld(pj_mutex_t* mutex) {
  std::atomic<bool> held{false};
  std::thread holder([&] {
    registerThreadWithPjlib();
    pj_mutex_lock(mutex);
    held = true;
    std::this_thread::sleep_for(5ms);
    pj_mutex_unlock(mutex);
  });
  while (!held) std::this_thread::yield();
  pj_mutex_lock(mutex);
  pj_mutex_unlock(mutex);
  holder.join();
}

}  // namespace

TEST_CASE("a mutex that is had at once, or by a thread that nobody counts, is not counted") {
  Pjlib pjlib;
  lockWhileHeld(pjlib.mutex);
  {
    const CountedLocks counted;
    pj_mutex_lock(pjlib.mutex);
    pj_mutex_unlock(pjlib.mutex);
  }
  lockWhileHeld(pjlib.mutex);
  CHECK(waits() == 0);
}

TEST_CASE("a wait for a mutex is counted with its time") {
  Pjlib pjlib;
  RtpPort::forgetThreads();
  const std::int64_t before = lockWaits().read().sumNs;
  {
    const CountedLocks counted;
    lockWhileHeld(pjlib.mutex);
  }
  CHECK(waits() == 1);
  CHECK(lockWaits().read().sumNs - before > 0);
}
