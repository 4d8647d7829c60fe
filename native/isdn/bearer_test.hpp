// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <utility>
#include <vector>

#include "audio/frame.hpp"
#include "common/event.hpp"

namespace branchline {

/// A test of one B-channel, which it has to itself. Frames are as ChannelIo has them, of octets where the test is transparent.
class BearerTest {
 public:
  virtual ~BearerTest() = default;
  [[nodiscard]] virtual bool isTransparent() const noexcept = 0;
  /// Audio thread, once a frame: what came in, and what goes out. False: it has all it wants.
  virtual bool frame(const Frame& received, Frame& sent) noexcept = 0;
  /// Any thread, once the audio thread is out of it: the event of its end, and what that tells.
  [[nodiscard]] virtual const char* eventName() const noexcept = 0;
  [[nodiscard]] virtual std::vector<std::pair<const char*, FieldValue>> figures() const = 0;
};

}  // namespace branchline
