// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audio/engine.hpp"
#include "audio/guarded_pointer.hpp"
#include "channel/channel_io.hpp"
#include "common/event.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// "red yellow" of SpanAlarm's bits; "" of none.
[[nodiscard]] std::string alarmNames(std::uint8_t alarms);

/// Who lives from a card: the analogue lines, the ISDN spans. Line-events thread but for beginFrame.
class CardUser {
 public:
  virtual ~CardUser() = default;
  /// What was commanded since the last turn. Comes before the events: a line that was seized and rung within one turn is glare.
  virtual void runCommands() = 0;
  /// An event of the card. Every user is told each; what is not its own it passes over.
  virtual void onCardEvent(const ChannelEvent& event) = 0;
  /// After the events: timers, findings of the audio thread.
  virtual void runDue() = 0;
  /// Audio thread, at a frame's beginning, when the card has what came in this frame.
  virtual void beginFrame() noexcept = 0;
};

/// A card at work, of whatever kind: the one owner of its frame hook and the one reader of its events, which all its users share. Its line-events
/// thread (with a stepped clock: the stepping one) takes turns: commands, events, what is due. It tells JavaScript `spanAlarm` {span, alarms}.
class CardLines final : public SteppedPart {
 public:
  /// All three outlive this; their audio thread may run already.
  CardLines(Engine& engine, EventSink& sink, ChannelIo& io);
  /// Its users are gone by then.
  ~CardLines() override;
  CardLines(const CardLines&) = delete;
  CardLines& operator=(const CardLines&) = delete;

  [[nodiscard]] ChannelIo& io() noexcept { return io_; }
  /// `user` stays until remove(). Throws std::length_error beyond four.
  void add(CardUser& user);
  /// Returns when neither thread is inside `user` or will be again. Not on the line-events thread.
  void remove(CardUser& user);
  /// Any thread: a turn now. There is one every 10 ms anyway, for events and findings that have no wake-up of their own.
  void wake() noexcept { wake_.notify(); }

  // --- SteppedPart; the line-events thread calls it otherwise -----------------------------------------------------------------------------
  void runDue(std::int64_t nowNs) override;

 private:
  void runUntilStopped();
  void runFrame() noexcept;
  void tellAlarm(const ChannelEvent& event);

  Engine& engine_;
  EventSink& sink_;
  ChannelIo& io_;
  std::mutex turn_;  // Held through a turn, and of users_.
  std::vector<CardUser*> users_;
  std::array<GuardedPointer<CardUser>, 4> framed_;  // The same, for the audio thread.
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
