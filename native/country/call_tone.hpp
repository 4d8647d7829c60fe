// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// Tones that an exchange tells a caller something by (ITU-T E.180, E.182).
enum class CallTone : std::uint8_t {
  none,
  dial,
  specialDial,  // Dial tone that tells something more: a message waits, calls are diverted.
  ringing,
  busy,
  congestion,
  unobtainable,  // Also the special information tone.
  callWaiting,
  howler,  // Receiver off hook.
};

/// The name of `tone` in the border's `tone` event; "" for none. A string literal.
[[nodiscard]] const char* callToneName(CallTone tone) noexcept;

}  // namespace branchline
