// SPDX-License-Identifier: GPL-2.0-or-later
#include "realtime/realtime_scope.hpp"

#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "realtime/realtime_check.hpp"

namespace branchline {

namespace {

struct ThreadState {
  int scopes = 0;
  std::uint8_t permitted = 0;  // Bits of Forbidden.
};
constinit thread_local ThreadState state;

const char* ruleOf(Forbidden what) noexcept {
  switch (what) {
    case Forbidden::memory: return "took or freed memory";
    case Forbidden::lock: return "took a lock";
    case Forbidden::wait: return "waited";
    case Forbidden::call: return "made a forbidden call";
  }
  return "";
}

void say(const char* text) noexcept { [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text)); }

[[noreturn]] void fail(Forbidden what, const char* function) noexcept {
  state.scopes = 0;  // backtrace itself takes memory the first time.
  for (const char* part : {"\nreal-time rule broken: the audio thread ", ruleOf(what), ": ", function, "\n"}) say(part);
  std::array<void*, 48> frames{};
  backtrace_symbols_fd(frames.data(), backtrace(frames.data(), static_cast<int>(frames.size())), STDERR_FILENO);
  std::abort();
}

bool isForbidden(Forbidden what) noexcept { return state.scopes > 0 && (state.permitted & static_cast<std::uint8_t>(what)) == 0; }

}  // namespace

void checkRealtime(Forbidden what, const char* function) noexcept {
  if (isForbidden(what)) fail(what, function);
}

void checkRealtimeTransfer(int descriptor, const char* function) noexcept {
  if (isForbidden(Forbidden::call) && (fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0) fail(Forbidden::call, function);
}

RealtimeScope::RealtimeScope() noexcept { ++state.scopes; }
RealtimeScope::~RealtimeScope() { --state.scopes; }

RealtimePermit::RealtimePermit(Forbidden what, const char*) noexcept : before_(state.permitted) {
  state.permitted |= static_cast<std::uint8_t>(what);
}
RealtimePermit::~RealtimePermit() { state.permitted = before_; }

}  // namespace branchline
