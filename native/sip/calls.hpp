// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsua.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "sip/context.hpp"
#include "sip/sip_call.hpp"
#include "sip/trunks.hpp"

namespace branchline {

/// The SIP legs: commands of theirs go to pjsua, what pjsua tells of them goes to JavaScript.
class Calls {
 public:
  Calls(SipContext context, LegOwner& owner, Trunks& trunks) : context_(context), owner_(owner), trunks_(trunks) {}

  // --- JavaScript thread: check, queue, return --------------------------------------------------------------------------------------------
  Engine::Created dial(const std::shared_ptr<Trunk>& trunk, SipDialOptions options);
  Status ring(Handle leg, bool earlyMedia);
  Status answer(Handle leg);
  Status clear(Handle leg, ClearRequest request);
  Status sendDigits(Handle leg, std::string_view digits, int onMs, int offMs, DigitMethod method);

  // --- pjsua's callbacks: SIP worker, or the control thread inside a call of pjsua's
  // -------------------------------------------------------------------
  void incoming(pjsua_acc_id account, pjsua_call_id id, pjsip_rx_data* request);
  void stateChanged(pjsua_call_id id, pjsip_event* event);
  void transactionChanged(pjsua_call_id id, pjsip_transaction* transaction, pjsip_event* event);
  void mediaChanged(pjsua_call_id id);
  void streamCreated(pjsua_call_id id, pjsua_on_stream_created_param* parameters);
  /// PJMEDIA worker.
  void telephoneEvent(pjsua_call_id id, const pjsua_dtmf_event& event);

  // --- Message hooks ------------------------------------------------------------------------------------------------------------------------
  /// The INVITE of the dial that runs on this thread is about to go to its transport.
  void inviteLeaving();
  void cancelArrived(Handle leg, std::string_view reason);
  void infoDigit(Handle leg, char digit, int durationMs);
  /// True where the trunk's REFERs are told, false where they are refused.
  bool referArrived(Handle leg, std::string referTo);

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool anyOver(Handle trunk) const;
  /// Hangs up every call. Control thread.
  void clearAll();
  /// Ends what is left, after pjsua is gone.
  void endAll(const char* detail);

 private:
  using CallPointer = std::shared_ptr<SipCall>;
  struct Entry {
    CallPointer call;
    Handle trunk = kNoHandle;
  };

  /// pjsua keeps a leg's handle with its call, so that a place given to another call is never mistaken for it.
  static void* userDataOf(Handle leg) noexcept { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(leg)); }
  static Handle legOfId(pjsua_call_id id) noexcept { return static_cast<Handle>(reinterpret_cast<std::uintptr_t>(pjsua_call_get_user_data(id))); }

  [[nodiscard]] CallPointer find(Handle leg) const;
  [[nodiscard]] CallPointer ofId(pjsua_call_id id) const;
  CallPointer create(bool outgoing, const Trunk* trunk);

  void makeCall(const CallPointer& call, const Trunk& trunk, const SipDialOptions& options);
  /// Hangs up, after the ACK where that is still on its way.
  void hangUpPolitely(const CallPointer& call, ClearRequest request);
  void hangUp(const CallPointer& call, ClearRequest request);
  void sendNextDigit(const CallPointer& call, std::string digits, int onMs, int offMs, DigitMethod method);
  void flushTelephoneEvents(const CallPointer& call);
  void tellPress(const CallPointer& call, const TelephoneEventTracker::Press& press);
  void noteAnswered(const CallPointer& call);
  void noteAcknowledged(const CallPointer& call);
  void end(const CallPointer& call, CallEnd end);

  SipContext context_;
  LegOwner& owner_;
  Trunks& trunks_;
  mutable std::mutex mutex_;
  std::unordered_map<Handle, Entry> calls_;
  CallPointer dialling_;  // Control thread: the call inside pjsua_call_make_call.
};

}  // namespace branchline
