// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "audio/frame.hpp"

namespace branchline {

/// The audio of one party's connection, as a line stack offers it to the engine: an RTP stream, a B-channel, an analogue channel. Both calls come
/// on the audio clock's thread, once each 20 ms, pull before push. Neither may allocate, lock (PJMEDIA's jitter buffer is the one exception,
/// DESIGN.md §3), log or wait.
class MediaPort {
 public:
  virtual ~MediaPort() = default;
  /// Fills `out` with what the party said in the last 20 ms (8 kHz, 160 samples); silence where nothing came.
  virtual void pull(Frame& out) noexcept = 0;
  /// Sends `in` (8 kHz, 160 samples) to the party.
  virtual void push(const Frame& in) noexcept = 0;
};

}  // namespace branchline
