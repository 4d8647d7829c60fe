// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audio/frame.hpp"
#include "common/handle.hpp"

namespace branchline {

enum class ChannelKind : std::uint8_t { fxo, fxs };  // Named by the port: FXO faces the exchange, FXS feeds a telephone. ISDN joins later.

struct ChannelInfo {
  int number = 0;  // 1…, as the card numbers them.
  ChannelKind kind = ChannelKind::fxo;
  std::string name;
};

/// Hook and ringing operations. `ring`/`stopRing` only on FXS ports, `flash` only on FXO ports.
enum class Hook : std::uint8_t { onHook, offHook, flash, ring, stopRing };

enum class ChannelEventType : std::uint8_t {
  ringBegin,  // FXO: a burst of ringing voltage began.
  ringEnd,    // FXO: it ended.
  offHook,    // FXS: the telephone was lifted.
  onHook,     // FXS: it was hung up. FXO: the exchange dropped the battery while we were off hook (kewlstart).
  flash,      // FXS: the telephone flashed its hook.
  polarity,   // FXO: the line's polarity was reversed (answer supervision, also before caller display).
  alarm,      // No battery on an idle FXO line, or the port is gone for now.
  alarmCleared,
  digit,     // The card's own receiver; `value` is the ASCII digit.
  dialDone,  // dial() has sent its last digit.
  removed,   // The card was pulled; the channel will answer nothing any more.
};

struct ChannelEvent {
  int channel = 0;
  ChannelEventType type = ChannelEventType::alarm;
  int value = 0;
  std::int64_t atNs = 0;
};

/// A telephony card's channels: what DAHDI does with system calls and the virtual card in memory. Signalling state machines sit above it and are
/// the same for both (DESIGN.md §3). Thread of control calls: the line-events thread; of frame, read and write: the audio clock's.
class ChannelIo {
 public:
  virtual ~ChannelIo() = default;
  [[nodiscard]] virtual const std::vector<ChannelInfo>& channels() const noexcept = 0;
  virtual Status open(int channel) = 0;
  virtual void close(int channel) = 0;
  virtual Status setHook(int channel, Hook operation) = 0;
  /// DTMF to the line, 70 ms on and off as DAHDI's default is near to; dialDone follows.
  virtual Status dial(int channel, std::string_view digits) = 0;
  /// FXS: polarity of the feed, reversed while the called party has answered (answer supervision for what hangs on the port). `unavailable` where the
  /// card can't.
  virtual Status setPolarity(int channel, bool reversed) = 0;
  /// The next event of any open channel; false when there is none. Never blocks.
  virtual bool nextEvent(ChannelEvent& event) = 0;

  // --- Audio clock's thread -------------------------------------------------------------------------------------------------------------
  /// Once each 20 ms before the legs are pulled: the virtual card runs its far ends here.
  virtual void frame() noexcept = 0;
  virtual void read(int channel, Frame& out) noexcept = 0;
  virtual void write(int channel, const Frame& in) noexcept = 0;
};

}  // namespace branchline
