// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "isdnd/protocol_values.hpp"

/// Messages about a span and its channels, and about time.
namespace branchline::isdn {

/// Begins a span. The packet carries the D channel's descriptor (SCM_RIGHTS): DAHDI's own, or a SOCK_SEQPACKET socket whose packets are frames
/// without FCS.
struct ConfigureSpan {
  std::uint8_t span = 0;
  SwitchType switchType = SwitchType::euroIsdn;
  Node node = Node::user;
  Access access = Access::primary;
  Selection selection = Selection::ascending;
  bool overlap = false;                        // Offers and takes SETUP ACKNOWLEDGE.
  bool restartChannels = true;                 // RESTART of every idle channel whenever layer 2 has come up (never point to multipoint).
  std::uint32_t channels = 0;                  // Bit n: B-channel n is ours.
  std::uint16_t t309Seconds = 6;               // How long an answered call outlives its D channel; 0: it ends with it.
  Location location = Location::privateLocal;  // Of causes that we generate, unless Clear says otherwise.
  Timers timers;
  std::uint8_t toneSeconds = 0;                       // How long a DISCONNECT with in-band information waits for Clear before we release.
  bool hold = false;                                  // The far end may put its calls on hold.
  bool transfer = false;                              // The far end may ask to join two of its calls.
  std::array<std::uint32_t, kInterfaces - 1> nfas{};  // As `channels`, of interfaces 1…7.

  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.choice(switchType);
    a.choice(node);
    a.choice(access);
    a.choice(selection);
    a.flag(overlap);
    a.flag(restartChannels);
    a.number(channels);
    a.number(t309Seconds);
    a.choice(location);
    timers.fields(a);
    a.number(toneSeconds);
    a.flag(hold);
    a.flag(transfer);
    for (std::uint32_t& channel : nfas) a.number(channel);
  }
};

/// Ends a span: its calls end with `cause` towards the add-on; the far end learns of it by its layer 2.
struct RemoveSpan {
  std::uint8_t span = 0;
  std::uint8_t cause = 41;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.below(cause, 128);
  }
};

/// SpanStatus always answers, also of a span that has ended or was removed: the add-on sees by it that isdnd does not hang.
struct QuerySpan {
  std::uint8_t span = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
  }
};

/// Stepped mode: runs what is due at or before `nowNs` and every D frame that lies there; StepDone is the last message it causes.
struct Step {
  std::uint32_t sequence = 0;
  std::int64_t nowNs = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(sequence);
    a.number(nowNs);
  }
};

/// RESTART of one channel, once it is idle; 0: of every idle one.
struct RestartChannel {
  std::uint8_t span = 0;
  std::uint8_t channel = 0;
  bool forget = false;  // Calls on it end here first, with no word to the far end: so does an exchange that has lost its memory.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(channel);
    a.flag(forget);
  }
};

struct LayerTwo {
  std::uint8_t span = 0;
  bool up = false;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.flag(up);
  }
};

struct ChannelRestarted {
  std::uint8_t span = 0;
  std::uint8_t channel = 0;
  bool byPeer = false;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(channel);
    a.flag(byPeer);
  }
};

struct SpanStatus {
  std::uint8_t span = 0;
  bool up = false;
  std::uint16_t calls = 0;
  std::uint32_t busyChannels = 0;        // Bit n: B-channel n.
  std::uint32_t restartingChannels = 0;  // Wait for RESTART or its acknowledgement.
  std::uint32_t withdrawnChannels = 0;   // Out of service, by either side.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.flag(up);
    a.number(calls);
    a.number(busyChannels);
    a.number(restartingChannels);
    a.number(withdrawnChannels);
  }
};

struct StepDone {
  std::uint32_t sequence = 0;
  std::uint32_t frames = 0;    // D frames that it read or wrote: while there are any, another step at the same moment may find more to do.
  std::int64_t nextDueNs = 0;  // The next timer; 0: none runs.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(sequence);
    a.number(frames);
    a.number(nextDueNs);
  }
};

struct Log {
  std::uint8_t span = 0;  // 0: none.
  LogLevel level = LogLevel::info;
  std::string text;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.choice(level);
    a.text(text, kMaxLogText);
  }
};

/// SERVICE (NI2, ANSI T1.607 annex): a B-channel goes out of service, or comes back. A call on it lives on. Both sides must have it in service.
struct Service {
  std::uint8_t span = 0;
  std::uint8_t channel = 0;
  bool inService = true;
  bool acknowledged = false;  // Only from isdnd: the far end has taken what we said.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(channel);
    a.flag(inService);
    a.flag(acknowledged);
  }
};

}  // namespace branchline::isdn
