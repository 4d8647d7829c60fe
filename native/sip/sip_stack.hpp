// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "common/event.hpp"
#include "sip/options.hpp"

namespace branchline {

/// SIP on pjsua: trunks and legs. One a process at a time (pjsua is a singleton).
///
/// Threads: JavaScript calls the public methods, which check, queue and return; every call of pjsua is made on the control thread; PJSIP's worker
/// calls back; RTP is received on PJMEDIA's worker and clocked by the engine's audio thread. Events are posted to the sink by whichever thread learns
/// them.
class SipStack final : public LegOwner {
 public:
  /// Starts and waits for it. Throws std::runtime_error that says what to change. `engine` and `sink` must outlive it.
  SipStack(Engine& engine, EventSink& sink, SipOptions options);
  /// As close.
  ~SipStack() override;
  SipStack(const SipStack&) = delete;
  SipStack& operator=(const SipStack&) = delete;

  [[nodiscard]] SipPorts ports() const noexcept;

  /// Full when 63 trunks are there; invalidArgument for an address that is no literal.
  Engine::Created addTrunk(SipTrunkOptions options);
  /// Calls in progress stay; no new ones.
  Status removeTrunk(Handle trunk);
  /// A leg that is on its way: legSeized or legEnded follows.
  Engine::Created dial(Handle trunk, SipDialOptions options);

  Status ring(Handle leg, bool earlyMedia) override;
  Status answer(Handle leg) override;
  Status clear(Handle leg, ClearRequest request) override;
  Status sendDigits(Handle leg, std::string_view digits, int onMs, int offMs, DigitMethod method) override;

  /// Says goodbye on every leg (BYE, CANCEL, a final response), ends them all, un-registers, stops. Some seconds at worst. Idempotent.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// {"pjsip": "2.17", "openssl": "3.0.x"}: what is linked in.
std::map<std::string, std::string> sipLibraryVersions();

}  // namespace branchline
