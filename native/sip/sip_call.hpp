// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsua.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "audio/leg_owner.hpp"
#include "sip/options.hpp"
#include "sip/rtp_port.hpp"
#include "sip/telephone_events.hpp"

namespace branchline {

/// One leg of ours and the pjsua call behind it. Held by shared pointer: by the table of calls until the leg ends, by whoever is in the middle of
/// something with it, and by the sentinel port of its stream.
struct SipCall {
  SipCall(Handle leg, bool outgoing, TrunkDigits digits, ReferPolicy refer) : leg(leg), outgoing(outgoing), digits(digits), refer(refer) {}

  const Handle leg;
  const bool outgoing;
  const TrunkDigits digits;
  const ReferPolicy refer;
  std::atomic<pjsua_call_id> id{PJSUA_INVALID_ID};

  /// The leg's audio. Clocked by the engine from its first stream on.
  RtpPort audio;
  std::atomic<bool> attached{false};

  // What the peer offers for digits; read on JavaScript's thread.
  std::atomic<bool> takesTelephoneEvents{false};
  std::atomic<bool> takesInfo{false};

  std::atomic<bool> ended{false};

  std::mutex mutex;  // Guards what follows; taken for moments, never across a call of PJSIP or the engine.
  bool seized = false;
  bool responded = false;
  bool answered = false;
  bool acknowledged = false;                  // The ACK came, or was sent.
  std::optional<ClearRequest> clearAfterAck;  // A BYE may not leave before it (RFC 3261 §15).
  bool held = false;
  int lastProgress = 0;          // The 18x told last, + 1000 with audio.
  std::optional<int> peerCause;  // Of a Reason header in CANCEL.
  std::optional<ClearRequest> cleared;
  TelephoneEventTracker telephoneEvents;
  bool telephoneTimer = false;
};

/// How a leg ended: the fields of legEnded.
struct CallEnd {
  int q850 = 16;
  bool inferred = false;
  int sipStatus = 0;
  const char* by = "us";
  std::optional<bool> sent{};  // Absent: by what was seen.
  std::string detail{};
};

}  // namespace branchline
