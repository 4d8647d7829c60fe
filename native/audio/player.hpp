// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "audio/play_source.hpp"
#include "common/handle.hpp"

namespace branchline {

enum class PlayerEnd : std::uint8_t { finished, stopped, key, replaced, legEnded, error };
/// The border's word for it: a string literal.
[[nodiscard]] constexpr const char* playerEndName(PlayerEnd reason) noexcept {
  switch (reason) {
    case PlayerEnd::finished: return "finished";
    case PlayerEnd::stopped: return "stopped";
    case PlayerEnd::key: return "key";
    case PlayerEnd::replaced: return "replaced";
    case PlayerEnd::legEnded: return "legEnded";
    case PlayerEnd::error: return "error";
  }
  return "";
}

/// Something that plays, or waits to play, to a leg. Made and destroyed by control threads; in between the audio thread's.
struct Player {
  Handle handle = kNoHandle;
  Handle leg = kNoHandle;
  std::shared_ptr<PlaySource> source;  // The file thread has a claim on it too.
  std::string stopKeys;
  bool queued = false;
  // Audio thread:
  Player* next = nullptr;  // Plays to the same leg after this one.
  std::int64_t playedSamples = 0;
};

}  // namespace branchline
