// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/dahdi/dahdi_audio.hpp"
#include "channel/dahdi/dahdi_driver.hpp"

struct dahdi_params;

namespace branchline {

/// One channel of calls and its descriptor. Commands and the event thread take turns by a mutex; the audio thread never sees it. The descriptor's
/// number stays ours from the first opening to the end (DahdiDriver::replace), so that the audio thread can't reach another file by it.
class DahdiChannel {
 public:
  DahdiChannel(DahdiDriver& driver, const ChannelInfo& info, SpanKind span) : driver_(driver), info_(info), span_(span) {}
  ~DahdiChannel();
  DahdiChannel(const DahdiChannel&) = delete;
  DahdiChannel& operator=(const DahdiChannel&) = delete;

  [[nodiscard]] const ChannelInfo& info() const noexcept { return info_; }
  /// Any thread.
  [[nodiscard]] ChannelState state() const noexcept { return state_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint32_t slips() const noexcept { return audio_.slips(); }
  [[nodiscard]] bool isLive() const noexcept { return live_.load(std::memory_order_acquire); }

  // --- Commands; any control thread -----------------------------------------------------------------------------------------------------
  /// Opens the channel, now or, as the event thread tries again, later. Whether it is open.
  bool open();
  void close();
  Status setHook(Hook operation, std::int64_t nowNs);
  Status dial(std::string_view digits, DialMethod method);
  Status setPolarity(bool reversed);
  Status setRingCadence(std::span<const int> onOffMs);
  Status setOnHookTransfer(int milliseconds);
  Status setMessageWaiting(bool waiting);
  Status setFlashTime(int milliseconds);
  Status setGains(double receiveDb, double transmitDb);
  Status setEchoCanceller(int tailMs);
  Status setTransparent(bool transparent);

  // --- Event thread ---------------------------------------------------------------------------------------------------------------------
  /// To be waited on; −1: there is none now.
  [[nodiscard]] int waitedDescriptor() const noexcept { return isLive() ? descriptor_.load(std::memory_order_relaxed) : -1; }
  /// Takes what the driver has to tell, into `events`. False: the channel is gone; lose() is to follow.
  bool drain(std::vector<ChannelEvent>& events);
  /// A call found the channel gone.
  [[nodiscard]] bool isSuspect() const noexcept { return suspect_.load(std::memory_order_acquire); }
  /// Lets go of what is left of it.
  void lose();
  /// Wanted open, and is not.
  [[nodiscard]] bool isMissed() const noexcept { return wanted_.load(std::memory_order_relaxed) && !isLive(); }
  /// Tries to open a missed channel again; what was set before is set anew. `started`: only one whose span is at work.
  bool reopen(bool started);
  /// The telephone at an FXS port is off its hook as the port is opened: the driver has no event of it.
  [[nodiscard]] bool foundOffHook() const noexcept { return info_.kind == ChannelKind::fxs && state().offHook; }
  /// A hook operation that the driver was too busy for is tried again. Whether there is one still.
  bool retryHook(std::int64_t nowNs);

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// False: the channel is gone, and the event thread is to be woken.
  bool frame() noexcept;
  void read(Frame& out) const noexcept { out = isLive() ? audio_.received() : Frame{}; }
  bool write(const Frame& in) noexcept;
  [[nodiscard]] const DahdiAudio& audio() const noexcept { return audio_; }

 private:
  struct PendingHook {
    Hook operation = Hook::onHook;
    std::int64_t untilNs = 0;
  };
  struct Gains {
    double receiveDb = 0;
    double transmitDb = 0;
  };

  // Under mutex_.
  [[nodiscard]] int openNow(bool started = false);
  [[nodiscard]] bool isSpanStarted(int descriptor);
  [[nodiscard]] int prepare(int descriptor, dahdi_params& found);
  void applySettings();
  [[nodiscard]] int control(unsigned long request, void* argument);
  [[nodiscard]] int controlInteger(unsigned long request, int value);
  [[nodiscard]] Status statusOf(int error) const;
  [[nodiscard]] int hook(Hook operation);
  void noteHook(Hook operation);
  [[nodiscard]] int applyCadence();
  [[nodiscard]] int applyFlashTime();
  [[nodiscard]] int applyGains();
  [[nodiscard]] int applyEchoCanceller();
  [[nodiscard]] int applyTransparency();
  [[nodiscard]] bool hasEchoCanceller() const;
  void park();
  std::optional<ChannelEvent> translate(int event);

  DahdiDriver& driver_;
  const ChannelInfo info_;
  const SpanKind span_;
  std::atomic<int> descriptor_{-1};
  std::atomic<bool> live_{false};
  std::atomic<bool> wanted_{false};
  std::atomic<bool> suspect_{false};
  std::atomic<bool> dialling_{false};  // The driver sends digits, which a write would end.
  std::atomic<ChannelState> state_{};
  DahdiAudio audio_;

  std::mutex mutex_;
  bool holdsLost_ = false;  // A channel that was lost is still open by our descriptor.
  std::optional<PendingHook> pending_;
  std::vector<int> cadence_;  // Settings of the calls above; empty: the driver's own.
  int flashMs_ = 0;
  std::optional<Gains> gains_;
  int tailMs_ = 0;
  bool transparent_ = false;
};

}  // namespace branchline
