// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/frame.hpp"
#include "common/handle.hpp"
#include "country/dial_method.hpp"

namespace branchline {

/// Analogue channels are named by the port: FXO faces the exchange, FXS feeds a telephone. `bearer`: a B-channel of an ISDN span.
enum class ChannelKind : std::uint8_t { fxo, fxs, bearer };

enum class SpanKind : std::uint8_t { analogue, basic, e1, t1 };

struct ChannelInfo {
  int number = 0;  // 1…, as the card numbers them.
  ChannelKind kind = ChannelKind::fxo;
  std::string name;
  int span = 0;      // SpanInfo::number.
  int timeslot = 0;  // Within its span, from 1: on an E1 or T1 the B-channel number of Q.931.
};

/// One physical interface.
struct SpanInfo {
  int number = 0;  // 1…, as the card numbers them.
  SpanKind kind = SpanKind::analogue;
  std::string name;
  int dTimeslot = 0;  // Of its D channel: 16 (E1), 24 (T1), 3 (basic); 0: none.
};

/// Alarms of a span, as bits.
enum SpanAlarm : std::uint8_t {
  kAlarmRed = 1,       // No signal, or no framing, from the far end.
  kAlarmYellow = 2,    // The far end has lost ours.
  kAlarmBlue = 4,      // Unframed all ones: what lies between is out of order.
  kAlarmLoopback = 8,  // Somebody loops it for a test.
  kAlarmRemoved = 16,  // The card is gone.
};

/// A span's present. Counters rise from the start of the driver.
struct SpanStatus {
  std::uint8_t alarms = 0;
  std::uint32_t slips = 0;
  std::uint32_t bipolarViolations = 0;
  std::uint32_t crcErrors = 0;
  std::uint32_t framingErrors = 0;
  std::uint32_t missedInterrupts = 0;
};

/// An analogue channel's present. Aligned so that an atomic of it needs no lock.
struct alignas(4) ChannelState {
  bool offHook = false;   // FXO: ours. FXS: the telephone's.
  bool battery = true;    // FXO: the line is fed.
  bool reversed = false;  // Polarity of the feed.
};

/// A D channel, for isdnd. Non-blocking, and its taker's own: DAHDI's, whose frames end with two octets of FCS and whose events are asked for by
/// ioctl; or a SOCK_SEQPACKET socket with one frame a packet and no FCS. isdnd sees which it is.
struct DChannel {
  int descriptor = -1;  // −1: there is none now.
};

/// Hook and ringing operations. `ring`/`stopRing` only on FXS ports, `flash` only on FXO ports.
enum class Hook : std::uint8_t { onHook, offHook, flash, ring, stopRing };

enum class ChannelEventType : std::uint8_t {
  ringBegin,  // FXO: a burst of ringing voltage began. FXS: the port began to send one.
  ringEnd,    // It ended.
  offHook,    // FXS: the telephone was lifted.
  onHook,     // FXS: it was hung up. FXO: the exchange dropped the battery while we were off hook (kewlstart).
  flash,      // FXS: the telephone flashed its hook.
  polarity,   // FXO: the line's polarity was reversed, `value` 1: from what it is at rest (answer supervision, also before caller display).
  alarm,      // No battery on an idle FXO line, or the port is gone for now.
  alarmCleared,
  digit,       // The card's own receiver; `value` is the ASCII digit.
  pulseDigit,  // FXS: a digit dialled by pulses; `value` is the ASCII digit.
  dialDone,    // dial() has sent its last digit.
  removed,     // The card was pulled, or its driver went: the channel answers nothing until `restored`.
  restored,    // It is back, opened anew, on hook.
  spanAlarm,   // `channel` is the span's number, `value` its alarms (SpanAlarm); 0: none any more. As with DAHDI only none ↔ some is told for sure.
};

struct ChannelEvent {
  int channel = 0;
  ChannelEventType type = ChannelEventType::alarm;
  int value = 0;
  std::int64_t atNs = 0;
};

/// A telephony card's channels: what DAHDI does with system calls and the virtual card in memory. Signalling state machines sit above it and are
/// the same for both (DESIGN.md §3). Thread of control calls: the line-events thread, or any before that runs; of frame, read and write: the audio
/// clock's. What a card can't do answers `unavailable`; calls for a removed channel do too.
class ChannelIo {
 public:
  virtual ~ChannelIo() = default;
  /// Both fixed from construction on: a pulled card keeps its numbers.
  [[nodiscard]] virtual const std::vector<ChannelInfo>& channels() const noexcept = 0;
  [[nodiscard]] virtual const std::vector<SpanInfo>& spans() const noexcept = 0;
  /// Any thread. Nothing for a span that is not ours.
  [[nodiscard]] virtual std::optional<SpanStatus> spanStatus(int span) const = 0;
  [[nodiscard]] virtual std::optional<ChannelState> channelState(int channel) const = 0;

  virtual Status open(int channel) = 0;
  /// Hangs it up.
  virtual void close(int channel) = 0;
  virtual Status setHook(int channel, Hook operation) = 0;
  /// Digits to the line; dialDone follows. DTMF 70 ms on and off as DAHDI's default is near to. Pulses only on FXO ports.
  virtual Status dial(int channel, std::string_view digits, DialMethod method) = 0;
  /// FXS: polarity of the feed, reversed while the called party has answered (answer supervision for what hangs on the port).
  virtual Status setPolarity(int channel, bool reversed) = 0;
  /// FXS: on and off times of ringing, in ms, from the next `ring` on; 1 to 8 pairs.
  virtual Status setRingCadence(int channel, std::span<const int> onOffMs) = 0;
  /// FXS: audio passes while the telephone is on hook, for so long (caller display, message waiting by FSK); 0 ends it.
  virtual Status setOnHookTransfer(int channel, int milliseconds) = 0;
  /// FXS: the telephone's message-waiting lamp (or line reversal, as the card does it).
  virtual Status setMessageWaiting(int channel, bool waiting) = 0;
  /// FXO: how long `flash` opens the loop. FXS: the longest opening that counts as a flash.
  virtual Status setFlashTime(int channel, int milliseconds) = 0;
  /// Gains of the analogue part or of the driver's tables, in dB: what comes from the line, what goes to it.
  virtual Status setGains(int channel, double receiveDb, double transmitDb) = 0;
  /// The card's or the driver's echo canceller; tail in ms, 0 off. `unavailable` where there is none: the engine's is used then.
  virtual Status setEchoCanceller(int channel, int tailMs) = 0;
  /// How many frames after a frame was written the echo of it may begin to be read at the earliest, less one: for a canceller above this.
  [[nodiscard]] virtual std::size_t echoDelayFrames() const noexcept { return 0; }
  /// ISDN: a B-channel's octets as they are, not audio: until this is taken back each sample of read and write is an octet, 0 … 255, its first bit on
  /// the line the most significant. No law, no gain, no echo canceller touches them.
  virtual Status setTransparent(int channel, bool transparent) = 0;
  /// ISDN: a span's D channel. Each call opens it anew.
  [[nodiscard]] virtual DChannel openDChannel(int span) = 0;
  /// The next event of any open channel or span; false when there is none. Never blocks.
  virtual bool nextEvent(ChannelEvent& event) = 0;

  // --- Audio clock's thread -------------------------------------------------------------------------------------------------------------
  /// Once each 20 ms before the legs are pulled: the virtual card runs its far ends here.
  virtual void frame() noexcept = 0;
  virtual void read(int channel, Frame& out) noexcept = 0;
  virtual void write(int channel, const Frame& in) noexcept = 0;
  /// How much longer than 20 ms the frame at hand is to last, for the audio clock to keep in step with the card's. After frame().
  [[nodiscard]] virtual std::int32_t paceNs() const noexcept { return 0; }
};

}  // namespace branchline
