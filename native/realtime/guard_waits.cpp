// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <ctime>

#include "realtime/interpose.hpp"

// --- Locks: a lock that is only tried, and letting go of one, do not wait -----------------------------------------------------------------
BRANCHLINE_FORBID(lock, int, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
BRANCHLINE_FORBID(lock, int, pthread_mutex_timedlock, (pthread_mutex_t * mutex, const timespec* until), mutex, until)
BRANCHLINE_FORBID(lock, int, pthread_mutex_clocklock, (pthread_mutex_t * mutex, clockid_t clock, const timespec* until), mutex, clock, until)
BRANCHLINE_FORBID(lock, int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), lock)
BRANCHLINE_FORBID(lock, int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), lock)
BRANCHLINE_FORBID(lock, int, pthread_spin_lock, (pthread_spinlock_t * lock), lock)

// --- Waits --------------------------------------------------------------------------------------------------------------------------------
BRANCHLINE_FORBID(wait, int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex), condition, mutex)
BRANCHLINE_FORBID(wait, int, pthread_cond_timedwait, (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* until), condition, mutex,
                  until)
BRANCHLINE_FORBID(wait, int, pthread_cond_clockwait, (pthread_cond_t * condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until),
                  condition, mutex, clock, until)
BRANCHLINE_FORBID(wait, int, pthread_barrier_wait, (pthread_barrier_t * barrier), barrier)
BRANCHLINE_FORBID(wait, int, pthread_join, (pthread_t thread, void** result), thread, result)
BRANCHLINE_FORBID(wait, int, sem_wait, (sem_t * semaphore), semaphore)
BRANCHLINE_FORBID(wait, int, sem_timedwait, (sem_t * semaphore, const timespec* until), semaphore, until)
BRANCHLINE_FORBID(wait, int, nanosleep, (const timespec* time, timespec* left), time, left)
BRANCHLINE_FORBID(wait, int, clock_nanosleep, (clockid_t clock, int flags, const timespec* time, timespec* left), clock, flags, time, left)
BRANCHLINE_FORBID(wait, int, usleep, (useconds_t time), time)
BRANCHLINE_FORBID(wait, unsigned, sleep, (unsigned time), time)
BRANCHLINE_FORBID(wait, int, poll, (pollfd * waited, nfds_t count, int timeout), waited, count, timeout)
BRANCHLINE_FORBID(wait, int, select, (int count, fd_set* in, fd_set* out, fd_set* failed, timeval* timeout), count, in, out, failed, timeout)
BRANCHLINE_FORBID(wait, int, epoll_wait, (int set, epoll_event* events, int count, int timeout), set, events, count, timeout)

namespace {

// std::atomic's wait and what is built on it (latch, barrier, semaphore) come straight to the futex.
void checkSystemCall(long number, long operation) noexcept {
  if (number != SYS_futex) return;
  const long command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) branchline::checkRealtime(branchline::Forbidden::wait, "futex");
}

}  // namespace

BRANCHLINE_INTERPOSED long syscall(long number, ...) noexcept {
  static const auto next = reinterpret_cast<long (*)(long, ...)>(dlsym(RTLD_NEXT, "syscall"));
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  checkSystemCall(number, arguments[1]);
  return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}
