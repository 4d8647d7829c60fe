// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

#include "audio/detect/tone_detector.hpp"
#include "audio/engine.hpp"

namespace branchline {

/// One period of a call progress tone of the United Kingdom (BT SIN 350), to be played in a loop; empty for none. Static storage.
[[nodiscard]] std::span<const ToneSegment> ukTone(CallTone tone) noexcept;

/// Ringing voltage of the United Kingdom: 0.4 s on, 0.2 s off, 0.4 s on, 2 s off. True where it is on `ms` after its beginning.
[[nodiscard]] bool ukRingingOn(std::int64_t ms) noexcept;

}  // namespace branchline
