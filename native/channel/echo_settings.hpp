// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// Who takes the echo of what is sent to a line out of what comes back. automatic: the card or its driver where it can, else the engine.
enum class EchoPolicy : std::uint8_t { automatic, card, engine, off };

struct EchoSettings {
  EchoPolicy policy = EchoPolicy::automatic;
  int tailMs = 64;  // 32 or 64: how long an echo may take, from the card to the telephone and back.
};

/// Who does it in the present call.
enum class EchoBy : std::uint8_t { nobody, card, engine };
/// The border's word for it: a string literal.
[[nodiscard]] constexpr const char* echoByName(EchoBy by) noexcept {
  switch (by) {
    case EchoBy::nobody: return "none";
    case EchoBy::card: return "card";
    case EchoBy::engine: return "engine";
  }
  return "";
}

}  // namespace branchline
