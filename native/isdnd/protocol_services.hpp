// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "isdnd/protocol_values.hpp"

/// Messages of supplementary services. Both ways as those of a call, unless it says otherwise.
namespace branchline::isdn {

/// HOLD (Q.932 §6.2): the call lives on without its B-channel. What the far end asks isdnd grants by itself where the span says so, and tells;
/// what the add-on asks the far end answers by HoldAnswer.
struct Hold {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
  }
};

/// RETRIEVE. To isdnd: `channel` 0 by the span's selection. From isdnd: the far end has its call back, on `channel`.
struct Retrieve {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.number(channel);
  }
};

/// From isdnd: what became of our Hold or Retrieve.
template <int Which>
struct HoldOutcome {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  bool granted = false;
  std::uint8_t channel = 0;  // The call's from now on; 0: none.
  std::uint8_t cause = 0;    // Of the refusal.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.flag(granted);
    a.number(channel);
    a.below(cause, 128);
  }
};
using HoldAnswer = HoldOutcome<0>;
using RetrieveAnswer = HoldOutcome<1>;

/// Joins two calls of a span and lets the asking side go: EuroISDN explicit call transfer (EN 300 369-1), QSIG call transfer with its path
/// replacement (ECMA-178), NI2 two B-channel transfer. From isdnd: the far end asks, and TransferAnswer is waited for.
struct Transfer {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint32_t other = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.number(other);
  }
};

struct TransferAnswer {
  std::uint8_t span = 0;
  std::uint32_t call = 0;  // As in Transfer.
  bool granted = false;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.flag(granted);
  }
};

/// Whom the call is with has changed: transferred, or told late.
struct PartyChanged {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  Number number;
  std::string name;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    number.fields(a);
    a.text(name, kMaxName);
  }
};

/// Towards the caller: the call is being diverted to another number before answer.
struct Diverted {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  Number to;
  std::uint8_t reason = 0;  // As Setup::redirectReason.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    to.fields(a);
    a.below(reason, 16);
  }
};

/// NOTIFY (Q.931 §4.5.22): 0 user suspended, 1 user resumed, 0x79 remote hold, 0x7A remote retrieval…
struct Notify {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t indicator = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(indicator, 128);
  }
};

/// One rate of AOC-S, as a call begins.
struct Tariff {
  enum class Rate : std::uint8_t { notAvailable, free, freeFromBeginning, duration, flat, volume, specialCode, last = specialCode };
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t item = 0;  // What is charged, PRI_AOC_CHARGED_ITEM: 2 basic communication, 3 call attempt, 4 call set-up…
  Rate rate = Rate::notAvailable;
  Amount amount;                // Duration, flat, volume.
  std::uint32_t timeUnit = 0;   // Duration: how many of `timeScale` cost `amount`.
  std::uint8_t timeScale = 0;   // 0 hundredth of a second, 1 tenth, 2 second, 3 ten seconds, 4 minute, 5 hour, 6 day.
  bool stepwise = false;        // Duration: charged when a unit begins.
  std::uint8_t volumeUnit = 0;  // Volume: 0 octet, 1 segment, 2 message.
  std::uint8_t special = 0;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(item, 7);
    a.choice(rate);
    amount.fields(a);
    a.number(timeUnit);
    a.below(timeScale, 7);
    a.flag(stepwise);
    a.below(volumeUnit, 3);
    a.number(special);
  }
};

/// AOC-D, during a call, or AOC-E, at its end.
struct Charge {
  enum class Kind : std::uint8_t { notAvailable, free, currency, units, last = units };
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  bool final = false;  // AOC-E.
  bool total = false;  // AOC-D: of the call so far; else a part of it.
  Kind kind = Kind::notAvailable;
  Amount amount;
  std::uint32_t units = 0;
  std::uint8_t billing = 0;  // 0 not available, 1 normal, 2 reverse, 3 credit card; AOC-E also 4…8 (diversion and transfer, EN 300 182-1).
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.flag(final);
    a.flag(total);
    a.choice(kind);
    amount.fields(a);
    a.number(units);
    a.below(billing, 9);
  }
};

}  // namespace branchline::isdn
