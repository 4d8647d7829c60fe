// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "channel/channel_io.hpp"

namespace branchline::test {

/// What the far side of a card under test can do and see. A case that needs more is passed over.
struct FarAbilities {
  bool reversal = false;   // The exchange tells an answer by polarity, the telephone's side sees that of the port.
  bool cut = false;        // The wire of the FXO line can be cut.
  bool recall = false;     // A flash of the FXO port is told by the exchange.
  bool flash = false;      // The telephone can flash.
  bool bursts = false;     // The telephone's side tells bursts of ringing, and battery drops.
  bool bearers = false;    // A B-channel that is joined to one of the far side's.
  bool alarms = false;     // Alarms of a span can be set.
  bool pull = false;       // The card can be pulled and put back.
  bool echo = false;       // The FXO line can be given an echo, which the card's own canceller has to do with.
  bool dChannels = false;  // The ISDN span's D channel is joined to one of the far side's.
};

/// A card under test and what is at the other end of its wires. An FXO line, an FXS port and, with `bearers`, a B-channel are under test; none is
/// open yet.
class CardFixture {
 public:
  virtual ~CardFixture() = default;
  [[nodiscard]] virtual ChannelIo& io() = 0;
  [[nodiscard]] virtual FarAbilities abilities() const = 0;
  [[nodiscard]] virtual int fxo() const = 0;
  [[nodiscard]] virtual int fxs() const = 0;
  [[nodiscard]] virtual int bearer() const { return 0; }
  /// Whose alarms can be set.
  [[nodiscard]] virtual int span() const = 0;

  /// The next 20 ms of both sides: the card's frame(), then `onFrame`, which reads and writes, then what is due.
  virtual void frame(const std::function<void()>& onFrame) = 0;

  // --- The exchange at the FXO line ------------------------------------------------------------------------------------------------------
  /// Someone calls the line, and speaks 1004 Hz once he is answered.
  virtual void ring() = 0;
  /// The caller, or the called party, clears: a line that rings stops, an answered one has its battery dropped.
  virtual void clear() = 0;
  /// The party of a number, whom the next call reaches: answers at once and speaks 1004 Hz.
  virtual void expectCall(std::string_view number) = 0;
  /// The exchange has understood that number, by tones or pulses.
  [[nodiscard]] virtual bool understood(std::string_view number) = 0;
  virtual void cut(bool) {}
  /// Of what the FXO port sends, `shift` times 6 dB weaker and `delayMs` late; shift 0 ends it.
  virtual void setEcho(int /*shift*/, int /*delayMs*/) {}
  [[nodiscard]] virtual int flashesAtExchange() { return 0; }
  [[nodiscard]] virtual bool seized() = 0;

  // --- The telephone at the FXS port -----------------------------------------------------------------------------------------------------
  virtual void lift() = 0;
  virtual void putDown() = 0;
  /// Lifted, it dials by pulses.
  virtual void pulse(std::string_view digits) = 0;
  virtual void flash() {}
  [[nodiscard]] virtual int burstsAtTelephone() { return 0; }
  [[nodiscard]] virtual int dropsAtTelephone() { return 0; }
  [[nodiscard]] virtual int reversalsAtTelephone() { return 0; }

  // --- B-channels and spans -----------------------------------------------------------------------------------------------------------------
  /// The far end of the B-channel speaks 1004 Hz and keeps what it hears.
  virtual void talkOnBearer() {}
  [[nodiscard]] virtual std::vector<std::int16_t> heardOnBearer() { return {}; }
  /// The far end of the B-channel sends back the octets that it hears, from now on.
  virtual void loopBearer() {}
  /// SpanAlarm bits of the ISDN span, or of the only one that there is.
  virtual void setAlarms(std::uint8_t) {}
  virtual void pull() {}
  virtual void putBack() {}
};

}  // namespace branchline::test
