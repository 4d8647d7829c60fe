// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// What must not be done while audio waits for it.
enum class Forbidden : std::uint8_t {
  memory = 1,  // Taken or given back.
  lock = 2,
  wait = 4,
  call = 8,  // Into the kernel, but for reads and writes that cannot block, eventfd and clock_gettime; and output by stdio.
};

/// While one lives, its thread does the audio thread's work: in a build with the guard (README.md) anything of `Forbidden` aborts the process with
/// a message that names it and a backtrace. Scopes nest. In a release build it is nothing.
class [[maybe_unused]] RealtimeScope {
 public:
#ifdef BRANCHLINE_REALTIME_GUARD
  RealtimeScope() noexcept;
  ~RealtimeScope();
#else
  constexpr RealtimeScope() noexcept = default;
#endif
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;
};

/// While one lives, its thread may do `what` inside a scope. `reason` is for who reads the code: why it cannot be otherwise.
class [[maybe_unused]] RealtimePermit {
 public:
#ifdef BRANCHLINE_REALTIME_GUARD
  RealtimePermit(Forbidden what, const char* reason) noexcept;
  ~RealtimePermit();
#else
  constexpr RealtimePermit(Forbidden, const char*) noexcept {}
#endif
  RealtimePermit(const RealtimePermit&) = delete;
  RealtimePermit& operator=(const RealtimePermit&) = delete;

#ifdef BRANCHLINE_REALTIME_GUARD
 private:
  std::uint8_t before_;
#endif
};

}  // namespace branchline
