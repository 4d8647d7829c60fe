// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

/// What messages are made of.
namespace branchline::isdn {

inline constexpr std::uint8_t kProtocolVersion = 2;
inline constexpr std::size_t kMaxMessageBytes = 1024;
inline constexpr std::size_t kMaxDigits = 63;  // libpri's own limit.
inline constexpr std::size_t kMaxName = 63;
inline constexpr std::size_t kMaxSubaddress = 31;
inline constexpr std::size_t kMaxLogText = 400;
inline constexpr std::size_t kMaxCurrency = 10;
/// B-channels are numbered through all interfaces of one D channel: 1…31 on its own span, and with NFAS (Q.931 §4.5.13) 32·i + 1…31 on interface i.
inline constexpr int kInterfaces = 8;
inline constexpr int kChannels = 32 * kInterfaces;
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

/// A progress indicator (Q.931 §4.5.23). Sent in answer to a message it says what is to be heard, or why the far end is no ISDN terminal.
struct ProgressIndicator {
  std::uint8_t description = 0;  // 0: none. 1 not end-to-end ISDN, 2 destination not ISDN, 3 origination not ISDN, 8 in-band information.
  Location location = Location::user;

  bool operator==(const ProgressIndicator&) const = default;
  template <typename Archive>
  void fields(Archive& a) {
    a.below(description, 128);
    a.choice(location);
  }
};

/// Milliseconds; 0: libpri's own value (Q.921 §5.9, Q.931 table 9-1), for those that are ours none.
struct Timers {
  std::uint32_t t200 = 0;
  std::uint32_t t203 = 0;
  std::uint32_t t303 = 0;
  std::uint32_t t305 = 0;
  std::uint32_t t308 = 0;
  std::uint32_t t313 = 0;
  std::uint32_t t316 = 0;
  std::uint32_t hold = 0;
  std::uint32_t retrieve = 0;
  // Ours: libpri has none of them.
  std::uint32_t t301 = 180'000;  // ALERTING came, no CONNECT: cause 19.
  std::uint32_t t304 = 30'000;   // SETUP ACKNOWLEDGE came, or digits went after it, and nothing since: cause 102.
  std::uint32_t t310 = 60'000;   // CALL PROCEEDING came and nothing since: cause 102. PROGRESS stops it.

  template <typename Archive>
  void fields(Archive& a) {
    for (std::uint32_t* const timer : {&t200, &t203, &t303, &t305, &t308, &t313, &t316, &hold, &retrieve, &t301, &t304, &t310}) a.number(*timer);
  }
};

/// Money or units of an advice of charge. Money is `cost` · 10^(`multiplier` − 3).
struct Amount {
  std::int32_t cost = 0;
  std::uint8_t multiplier = 3;  // 0 thousandth … 3 one … 6 thousand (EN 300 182-1).
  std::string currency;

  bool operator==(const Amount&) const = default;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(cost);
    a.below(multiplier, 7);
    a.text(currency, kMaxCurrency);
  }
};

}  // namespace branchline::isdn
