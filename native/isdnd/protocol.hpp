// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

/// What the add-on and isdnd say to each other: one message a packet of a SOCK_SEQPACKET socket pair, in order, both ways. D frames have a socket
/// of their own each (ConfigureSpan). Numbers name spans as the card does (1…); calls by ids that the side which begins them chooses.
namespace branchline::isdn {

inline constexpr std::uint8_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxMessageBytes = 1024;
inline constexpr std::size_t kMaxDigits = 63;  // libpri's own limit.
inline constexpr std::size_t kMaxName = 63;
inline constexpr std::size_t kMaxSubaddress = 31;
inline constexpr std::size_t kMaxLogText = 400;
/// Ids of calls that the far end began have this bit; those the add-on begins do not.
inline constexpr std::uint32_t kIncomingCallBit = 0x8000'0000U;

enum class SwitchType : std::uint8_t { euroIsdn, qsig, ni2, last = ni2 };
enum class Node : std::uint8_t { user, network, last = network };
enum class Access : std::uint8_t { primary, basicPointToPoint, basicPointToMultipoint, last = basicPointToMultipoint };
enum class Selection : std::uint8_t { ascending, descending, roundRobin, last = roundRobin };
enum class Bearer : std::uint8_t { speech, audio3k1, digital64k, last = digital64k };
/// Q.850 §2.2.3 (Q.931 table 4-20): who generated a cause.
enum class Location : std::uint8_t {
  user = 0,
  privateLocal = 1,
  publicLocal = 2,
  transit = 3,
  publicRemote = 4,
  privateRemote = 5,
  international = 7,
  beyondInterworking = 10,
  last = 15,
};
/// Who ended a call: us by Clear, the far end by a message, or neither (a timer, layer 2, RESTART).
enum class EndedBy : std::uint8_t { us, peer, line, last = line };
enum class LogLevel : std::uint8_t { info, error, last = error };

/// A party's number. Empty digits: not given.
struct Number {
  std::string digits;
  std::uint8_t type = 0;          // Type of number, Q.931 table 4-9: 0 unknown, 1 international, 2 national, 4 subscriber.
  std::uint8_t plan = 1;          // Numbering plan: 0 unknown, 1 E.164, 9 private.
  std::uint8_t presentation = 0;  // Q.931 table 4-12: 0 allowed, 1 restricted, 2 not available.
  std::uint8_t screening = 0;     // 0 user, not screened; 1 user, passed; 2 user, failed; 3 network.

  bool operator==(const Number&) const = default;
  template <typename Archive>
  void fields(Archive& a) {
    a.text(digits, kMaxDigits);
    a.below(type, 8);
    a.below(plan, 16);
    a.below(presentation, 4);
    a.below(screening, 4);
  }
};

// --- To isdnd ----------------------------------------------------------------------------------------------------------------------------

/// Begins a span. The packet carries the D channel's descriptor (SCM_RIGHTS): a SOCK_SEQPACKET socket whose packets are frames without FCS.
struct ConfigureSpan {
  std::uint8_t span = 0;
  SwitchType switchType = SwitchType::euroIsdn;
  Node node = Node::user;
  Access access = Access::primary;
  Selection selection = Selection::ascending;
  bool overlap = false;                        // Offers and takes SETUP ACKNOWLEDGE.
  bool restartChannels = true;                 // RESTART of every idle channel whenever layer 2 has come up (never point to multipoint).
  std::uint32_t channels = 0;                  // Bit n: B-channel n is ours.
  std::uint16_t t309Seconds = 6;               // How long an answered call outlives its D channel.
  Location location = Location::privateLocal;  // Of causes that we generate, unless Clear says otherwise.

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
  }
};

/// Ends a span: its calls end with cause 41 towards the add-on; the far end learns of it by its layer 2.
struct RemoveSpan {
  std::uint8_t span = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
  }
};

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

/// Ends a call: DISCONNECT, RELEASE or RELEASE COMPLETE, as its state asks. Released follows.
struct Clear {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t cause = 16;
  std::optional<Location> location;  // Absent: the span's.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(cause, 128);
    a.optionalChoice(location);
  }
};

/// RESTART of one channel; 0: of every idle one.
struct RestartChannel {
  std::uint8_t span = 0;
  std::uint8_t channel = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.below(channel, 32);
  }
};

// --- Both ways: sent, the call does it; received, the far end did ---------------------------------------------------------------------------

/// SETUP.
struct Setup {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;  // To isdnd 0: by the span's selection. From isdnd: the one that is used.
  bool exclusive = false;    // No other channel will do.
  bool complete = true;      // False: more digits follow by Information.
  Bearer bearer = Bearer::speech;
  Number called;
  std::string calledSubaddress;
  Number calling;
  std::string callingName;
  std::string callingSubaddress;
  Number redirecting;               // The number that diverted the call.
  std::uint8_t redirectReason = 0;  // Q.952: 1 busy, 2 no reply, 3 deflection, 15 unconditional.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(channel, 32);
    a.flag(exclusive);
    a.flag(complete);
    a.choice(bearer);
    called.fields(a);
    a.text(calledSubaddress, kMaxSubaddress);
    calling.fields(a);
    a.text(callingName, kMaxName);
    a.text(callingSubaddress, kMaxSubaddress);
    redirecting.fields(a);
    a.below(redirectReason, 16);
  }
};

/// Digits after SETUP ACKNOWLEDGE.
struct Information {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::string digits;
  bool complete = false;  // Only from isdnd: the far end said "sending complete".
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.text(digits, kMaxDigits);
    a.flag(complete);
  }
};

/// What lies between SETUP and CONNECT. `channel`: of the call, from isdnd only. `inband`: there is something to hear (progress indicator 8 or 1).
template <int Which>
struct Progressing {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;
  bool inband = false;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(channel, 32);
    a.flag(inband);
  }
};
using SetupAck = Progressing<0>;
using Proceeding = Progressing<1>;
using Alerting = Progressing<2>;
using Progress = Progressing<3>;

/// CONNECT. isdnd acknowledges one that it receives itself.
struct Connect {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;  // From isdnd only.
  Number connected;
  std::string name;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(channel, 32);
    connected.fields(a);
    a.text(name, kMaxName);
  }
};

// --- From isdnd --------------------------------------------------------------------------------------------------------------------------

/// The SETUP of a Setup left on `channel`.
struct Seized {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(channel, 32);
  }
};

/// A call that we answered is through: CONNECT ACKNOWLEDGE came (user side), or CONNECT left (network side, which waits for none).
struct Connected {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
  }
};

/// The far end began to clear; isdnd releases by itself and Released follows.
struct Disconnect {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t cause = 0;
  Location location = Location::user;
  bool inband = false;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(cause, 128);
    a.choice(location);
    a.flag(inband);
  }
};

/// The one last message of every call: it and its channel are free.
struct Released {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t cause = 0;  // That of the end: the first one said, by either side.
  Location location = Location::user;
  EndedBy by = EndedBy::line;
  bool sent = false;       // A SETUP of ours left, or the far end's came.
  bool responded = false;  // The far end answered our SETUP with anything.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(cause, 128);
    a.choice(location);
    a.choice(by);
    a.flag(sent);
    a.flag(responded);
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
    a.below(channel, 32);
    a.flag(byPeer);
  }
};

struct SpanStatus {
  std::uint8_t span = 0;
  bool up = false;
  std::uint16_t calls = 0;
  std::uint32_t busyChannels = 0;        // Bit n: B-channel n.
  std::uint32_t restartingChannels = 0;  // Wait for RESTART or its acknowledgement.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.flag(up);
    a.number(calls);
    a.number(busyChannels);
    a.number(restartingChannels);
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

/// Order is part of the protocol: the index is the type on the wire.
using Message = std::variant<ConfigureSpan, RemoveSpan, QuerySpan, Step, Clear, RestartChannel, Setup, Information, SetupAck, Proceeding, Alerting,
                             Progress, Connect, Seized, Connected, Disconnect, Released, LayerTwo, ChannelRestarted, SpanStatus, StepDone, Log>;

/// The packet of a message: magic, version, type, then the fields in order, little-endian. Throws std::length_error where a text is longer than
/// its limit and std::out_of_range where a number is beyond its field: a caller's mistake.
[[nodiscard]] std::vector<std::uint8_t> encode(const Message& message);

/// The message of a packet; nullopt for anything that encode() would not have made (short, long, another version, a value out of range).
[[nodiscard]] std::optional<Message> decode(std::span<const std::uint8_t> packet);

}  // namespace branchline::isdn
