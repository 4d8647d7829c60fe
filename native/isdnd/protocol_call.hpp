// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "isdnd/protocol_values.hpp"

/// Messages of a call, from SETUP to its end. SETUP to CONNECT go both ways: sent, the call does it; received, the far end did.
namespace branchline::isdn {

/// Ends a call: DISCONNECT, RELEASE or RELEASE COMPLETE, as its state asks. Released follows.
struct Clear {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t cause = 16;
  std::optional<Location> location;  // Absent: the span's.
  bool inband = false;               // A tone goes with it: DISCONNECT with progress 8.
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.below(cause, 128);
    a.optionalChoice(location);
    a.flag(inband);
  }
};

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
  ProgressIndicator progress;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.number(channel);
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
    progress.fields(a);
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

/// What lies between SETUP and CONNECT. `channel`: of the call, from isdnd only. `inband`: there is something to hear (progress indicator 8 or 1);
/// `progress`: the first indicator as it is, which says nothing where `inband` is enough to send.
template <int Which>
struct Progressing {
  std::uint8_t span = 0;
  std::uint32_t call = 0;
  std::uint8_t channel = 0;
  bool inband = false;
  ProgressIndicator progress;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.number(channel);
    a.flag(inband);
    progress.fields(a);
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
  ProgressIndicator progress;
  template <typename Archive>
  void fields(Archive& a) {
    a.number(span);
    a.number(call);
    a.number(channel);
    connected.fields(a);
    a.text(name, kMaxName);
    progress.fields(a);
  }
};

/// The SETUP of a Setup left on `channel`.
struct Seized {
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

/// The far end began to clear; isdnd releases by itself and Released follows. `inband`: there is a tone to hear, and Released follows when the span's
/// toneSeconds are over or Clear says so.
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

}  // namespace branchline::isdn
