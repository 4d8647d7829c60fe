// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "audio/tone.hpp"
#include "channel/channel_io.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/impaired_audio.hpp"
#include "channel/virtual/line_impairments.hpp"

namespace branchline {

/// One analogue port of the virtual card: its end of the wire, as the driver shows it. Everything happens on the audio thread but what says
/// otherwise.
class CardPort {
 public:
  CardPort(int channel, ChannelKind kind, VirtualWorld& world, std::unique_ptr<FarSide> far, std::uint64_t seed);
  virtual ~CardPort() = default;
  CardPort(const CardPort&) = delete;
  CardPort& operator=(const CardPort&) = delete;

  // --- Any thread -----------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] int channel() const noexcept { return channel_; }
  [[nodiscard]] ChannelKind kind() const noexcept { return kind_; }
  [[nodiscard]] bool isOpen() const noexcept { return openedAtNs_.load() >= 0; }
  /// Events of before are nobody's.
  [[nodiscard]] bool hears(const ChannelEvent& event) const noexcept { return isOpen() && event.atNs > openedAtNs_.load(); }
  [[nodiscard]] ChannelState state() const noexcept { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] bool messageWaiting() const noexcept { return messageWaiting_.load(); }
  /// Ringing voltage is on the wire.
  [[nodiscard]] bool isRinging() const noexcept { return ringing_.load(); }
  /// Flashes of this port that its far side has heard.
  [[nodiscard]] std::uint32_t flashesHeard() const noexcept { return far_->flashes(); }
  /// Nothing goes on at the far side.
  [[nodiscard]] bool isIdle() const noexcept { return far_->isIdle(); }

  // --- Control threads ------------------------------------------------------------------------------------------------------------------
  void markOpened(std::int64_t nowNs) noexcept { openedAtNs_ = nowNs; }
  /// False where it was not open.
  bool markClosed() noexcept { return openedAtNs_.exchange(kClosed) != kClosed; }
  /// Prepares what startDialling() sends.
  virtual Status load(std::string_view digits, DialMethod method) noexcept;
  /// Takes back what was loaded and will not be dialled.
  virtual void unload(DialMethod) noexcept { dialler_.unload(); }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// The channel was opened: the driver begins anew.
  virtual void open() noexcept = 0;
  virtual void hook(Hook operation) noexcept = 0;
  virtual void startDialling(DialMethod method) noexcept;
  void setPolarity(bool reversed) noexcept;
  virtual void setRingCadence(std::span<const int>) noexcept {}
  virtual void setOnHookTransfer(int) noexcept {}
  void setMessageWaiting(bool waiting) noexcept { messageWaiting_ = waiting; }
  void setFlashTime(int milliseconds) noexcept { flashTimeMs_ = milliseconds; }
  void setGains(double receiveDb, double transmitDb) noexcept;
  void impair(const LineImpairments& impairments) noexcept;
  /// Slips of its audio, both ways, so far.
  [[nodiscard]] std::uint32_t slips() const noexcept { return impairedIn_.slips() + impairedOut_.slips(); }
  void pull() noexcept;
  void restore() noexcept;
  [[nodiscard]] bool isPulled() const noexcept { return pulled_; }
  void alarm(bool on) noexcept { emit(on ? ChannelEventType::alarm : ChannelEventType::alarmCleared); }
  /// Someone calls over the wire.
  void place(FarEndSet* set, std::string_view digits, DialMethod method) noexcept { far_->place(set, digits, method); }
  void farHangsUp() noexcept { far_->hangUp(); }
  void frame() noexcept;
  void read(Frame& out) const noexcept;
  void write(const Frame& in) noexcept { written_ = in; }

 protected:
  void emit(ChannelEventType type, int value = 0) noexcept { world_.events.push({channel_, type, value, world_.clock.nowNs()}); }
  /// Before the far side's frame: the port's own timers.
  virtual void work() noexcept = 0;
  /// After it: what the driver makes of the wire.
  virtual void watch(const WireSignal& wire) noexcept = 0;
  /// What the port sends reaches the far side.
  [[nodiscard]] virtual bool sends() const noexcept = 0;
  [[nodiscard]] virtual ChannelState stateOf(const WireSignal& wire) const noexcept = 0;
  virtual void gone() noexcept = 0;
  void stopDialling() noexcept;
  void showRinging(bool on) noexcept { ringing_ = on; }
  /// dial() has sent its last digit.
  void tellDialled() noexcept { emit(ChannelEventType::dialDone); }

  const int channel_;
  const ChannelKind kind_;
  VirtualWorld& world_;
  const std::unique_ptr<FarSide> far_;
  int flashTimeMs_ = 0;
  bool polarity_ = false;

 private:
  static constexpr std::int64_t kClosed = -1;

  std::atomic<std::int64_t> openedAtNs_{kClosed};
  std::atomic<ChannelState> state_{};
  static_assert(std::atomic<ChannelState>::is_always_lock_free);
  std::atomic<bool> messageWaiting_{false};
  std::atomic<bool> ringing_{false};
  DigitSender dialler_;  // Loaded by a control thread, sent by the audio thread.
  bool dialling_ = false;
  bool pulled_ = false;
  double receiveGain_ = 1;
  double transmitGain_ = 1;
  ImpairedAudio impairedIn_;
  ImpairedAudio impairedOut_;
  Echo echo_;
  Frame written_;  // For the next frame; silence once taken.
  Frame received_;
};

}  // namespace branchline
