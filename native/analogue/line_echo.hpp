// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "audio/echo/echo_canceller.hpp"
#include "audio/frame.hpp"
#include "audio/guarded_pointer.hpp"
#include "channel/channel_io.hpp"
#include "channel/echo_settings.hpp"

namespace branchline {

/// The echo of one line: chooses at a call's beginning who cancels it, and is the engine's canceller where nobody below can. What a call has set is
/// gone with it.
class LineEcho {
 public:
  LineEcho(ChannelIo& io, int channel) : io_(io), channel_(channel), delayFrames_(io.echoDelayFrames()) {}

  // --- Line-events thread ---------------------------------------------------------------------------------------------------------------
  /// A call's audio begins.
  void begin(EchoSettings settings);
  void end();

  /// Any thread.
  [[nodiscard]] EchoBy by() const noexcept { return by_.load(std::memory_order_relaxed); }

  // --- Audio thread, once a frame -------------------------------------------------------------------------------------------------------
  /// Takes the echo of earlier frames out of what the line said in this one.
  void clean(Frame& received) noexcept;
  /// What went to the line in this frame; not called: silence did.
  void sent(const Frame& frame) noexcept { history_[newest_] = frame; }

 private:
  static constexpr std::size_t kMostFrames = 8;

  ChannelIo& io_;
  const int channel_;
  const std::size_t delayFrames_;
  std::atomic<EchoBy> by_{EchoBy::nobody};
  int tailMs_ = 0;  // Of `canceller_`.
  std::unique_ptr<EchoCanceller> canceller_;
  GuardedPointer<EchoCanceller> cancelling_;
  // Audio thread:
  std::array<Frame, kMostFrames> history_;  // A ring of what was sent.
  std::size_t newest_ = 0;
};

}  // namespace branchline
