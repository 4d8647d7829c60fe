// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/calls.hpp"

#include <algorithm>
#include <cstdint>

#include "sip/call_ends.hpp"
#include "sip/causes.hpp"
#include "sip/dialog_identity.hpp"
#include "sip/headers.hpp"
#include "sip/pj.hpp"

namespace branchline {
namespace {

constexpr std::chrono::seconds kAckPatience{4};  // An ACK that has not come by then, through eight copies of the 200, is not on its way.

}  // namespace

// --- The table ------------------------------------------------------------------------------------------------------------------------------

Calls::CallPointer Calls::find(Handle leg) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(leg);
  return found == calls_.end() ? nullptr : found->second.call;
}

Calls::CallPointer Calls::ofId(pjsua_call_id id) const {
  CallPointer call = find(legOfId(id));
  if (call) call->id = id;  // Known to us before pjsua_call_make_call has returned it.
  return call;
}

std::size_t Calls::count() const {
  const std::lock_guard lock(mutex_);
  return calls_.size();
}

bool Calls::anyOver(Handle trunk) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(calls_.begin(), calls_.end(), [trunk](const auto& entry) { return entry.second.trunk == trunk; });
}

Calls::CallPointer Calls::create(bool outgoing, const Trunk* trunk) {
  const Handle leg = context_.engine.createLeg(owner_);
  if (leg == kNoHandle) return nullptr;
  auto call = std::make_shared<SipCall>(leg, outgoing, trunk != nullptr ? trunk->options.dtmf : TrunkDigits::automatic,
                                        trunk != nullptr ? trunk->options.refer : ReferPolicy::refuse);
  const std::lock_guard lock(mutex_);
  calls_.emplace(leg, Entry{call, trunk != nullptr ? trunk->handle : kNoHandle});
  return call;
}

void Calls::end(const CallPointer& call, CallEnd end) {
  if (call->ended.exchange(true)) return;
  bool seized = false;
  bool responded = false;
  {
    const std::lock_guard lock(call->mutex);
    seized = call->seized;
    // PJSIP tells of the end by a final response before it tells of the response itself.
    responded = call->responded || end.by == std::string_view("peer");
  }
  {
    const std::lock_guard lock(mutex_);
    calls_.erase(call->leg);
  }
  context_.engine.endLeg(call->leg, {{"q850", std::int64_t{end.q850}},
                                     {"inferred", end.inferred},
                                     {"sipStatus", std::int64_t{end.sipStatus}},
                                     {"by", std::string(end.by)},
                                     {"sent", seized && end.sent.value_or(true)},
                                     {"responded", responded},
                                     {"detail", std::move(end.detail)}});
}

// --- Commands -------------------------------------------------------------------------------------------------------------------------------

Engine::Created Calls::dial(const std::shared_ptr<Trunk>& trunk, SipDialOptions options) {
  if (count() >= static_cast<std::size_t>(context_.options.maxCalls)) return {Status::full, kNoHandle};
  const CallPointer call = create(true, trunk.get());
  if (!call) return {Status::full, kNoHandle};
  context_.control.post([this, call, trunk, options = std::move(options)] { makeCall(call, *trunk, options); });
  return {Status::ok, call->leg};
}

void Calls::makeCall(const CallPointer& call, const Trunk& trunk, const SipDialOptions& options) {
  if (const std::string fault = faultOf(options); !fault.empty()) {
    end(call, {.q850 = 28, .inferred = true, .by = "line", .sent = false, .detail = fault});
    return;
  }
  if (trunk.account == PJSUA_INVALID_ID) {
    end(call, {.q850 = 38, .inferred = true, .by = "line", .sent = false, .detail = "the trunk could not be opened"});
    return;
  }
  const TemporaryPool pool("dial");
  const std::string from = nameAddress(options.fromName, options.fromUri);
  pjsua_msg_data message;
  pjsua_msg_data_init(&message);
  message.local_uri = pjText(from);
  for (const auto& [name, value] : inviteHeaders(options)) pj_list_push_back(&message.hdr_list, makeHeader(pool, name, value));

  pjsua_call_setting setting;
  pjsua_call_setting_default(&setting);
  setting.aud_cnt = 1;
  setting.vid_cnt = 0;
  setting.txt_cnt = 0;
  setting.custom_call_id = pjText(options.callId);

  const pj_str_t uri = pjText(options.uri);
  pjsua_call_id id = PJSUA_INVALID_ID;
  pj_status_t status = PJ_SUCCESS;
  {
    const ChosenFromTag tag(options.fromTag);
    dialling_ = call;
    status = pjsua_call_make_call(trunk.account, &uri, &setting, userDataOf(call->leg), &message, &id);
    dialling_ = nullptr;
  }
  if (status != PJ_SUCCESS) {
    end(call, endOfFailedDial(status));
  } else {
    call->id = id;
  }
}

Status Calls::ring(Handle leg, bool earlyMedia) {
  const CallPointer call = find(leg);
  if (!call) return Status::staleHandle;
  if (call->outgoing) return Status::wrongState;
  context_.control.post([call, earlyMedia] {
    const int status = earlyMedia ? PJSIP_SC_PROGRESS : PJSIP_SC_RINGING;
    if (!call->ended) pjsua_call_answer(call->id, static_cast<unsigned>(status), nullptr, nullptr);
  });
  return Status::ok;
}

Status Calls::answer(Handle leg) {
  const CallPointer call = find(leg);
  if (!call) return Status::staleHandle;
  if (call->outgoing) return Status::wrongState;
  context_.control.post([this, call] {
    if (call->ended) return;
    // Fails where the caller has just cancelled, of which pjsua tells by itself, or where no media can be made.
    const pj_status_t status = pjsua_call_answer(call->id, PJSIP_SC_OK, nullptr, nullptr);
    if (status != PJ_SUCCESS && !call->ended) hangUp(call, {.q850 = 88, .sipStatus = PJSIP_SC_NOT_ACCEPTABLE_HERE});
  });
  return Status::ok;
}

Status Calls::clear(Handle leg, ClearRequest request) {
  const CallPointer call = find(leg);
  if (!call) return Status::staleHandle;
  if (request.q850 < 1 || request.q850 > 127 || request.sipStatus > 699) return Status::invalidArgument;
  context_.control.post([this, call, request] { hangUpPolitely(call, request); });
  return Status::ok;
}

void Calls::hangUpPolitely(const CallPointer& call, ClearRequest request) {
  bool wait = false;
  {
    const std::lock_guard lock(call->mutex);
    if (call->clearAfterAck) return;
    wait = !call->outgoing && call->answered && !call->acknowledged;
    if (wait) call->clearAfterAck = request;
  }
  if (!wait) {
    hangUp(call, request);
    return;
  }
  context_.control.after(kAckPatience, [this, call, request] { hangUp(call, request); });
}

void Calls::hangUp(const CallPointer& call, ClearRequest request) {
  if (call->ended) return;
  bool answered = false;
  {
    const std::lock_guard lock(call->mutex);
    if (call->cleared) return;
    call->cleared = request;
    answered = call->answered;
  }
  const pjsua_call_id id = call->id;
  if (id == PJSUA_INVALID_ID || legOfId(id) != call->leg) {
    end(call, {.q850 = request.q850, .detail = "cleared"});
    return;
  }
  const TemporaryPool pool("hangup");
  pjsua_msg_data message;
  pjsua_msg_data_init(&message);
  pj_list_push_back(&message.hdr_list, makeHeader(pool, "Reason", reasonOfCause(request.q850)));
  const int status = answered || call->outgoing ? 0 : refusalStatus(request);
  // Tells DISCONNECTED before it returns; BYE, CANCEL (at the first provisional response) or the refusal, and ACK with BYE for a 200 that crosses the
  // CANCEL, are then pjsua's own affair.
  pjsua_call_hangup(id, static_cast<unsigned>(status), nullptr, &message);
  if (!call->ended) end(call, {.q850 = request.q850, .detail = "cleared"});
}

Status Calls::sendDigits(Handle leg, std::string_view digits, int onMs, int offMs, DigitMethod method) {
  const CallPointer call = find(leg);
  if (!call) return Status::staleHandle;
  if (digits.empty() || digits.size() > 128 || digits.find_first_not_of("0123456789*#ABCDabcd") != std::string_view::npos || onMs < 40 ||
      onMs > 8000 || offMs < 0 || offMs > 8000) {
    return Status::invalidArgument;
  }
  if (!call->attached) return Status::wrongState;
  if (method == DigitMethod::automatic) {
    switch (call->digits) {
      case TrunkDigits::rfc4733: method = DigitMethod::rfc4733; break;
      case TrunkDigits::info: method = DigitMethod::info; break;
      case TrunkDigits::inBand: method = DigitMethod::inBand; break;
      case TrunkDigits::automatic:
        method = call->takesTelephoneEvents ? DigitMethod::rfc4733 : call->takesInfo ? DigitMethod::info : DigitMethod::inBand;
    }
  }
  if (method == DigitMethod::inBand || (method == DigitMethod::rfc4733 && !call->takesTelephoneEvents)) return Status::unavailable;
  context_.control.post([this, call, text = std::string(digits), onMs, offMs, method] { sendNextDigit(call, text, onMs, offMs, method); });
  return Status::ok;
}

void Calls::sendNextDigit(const CallPointer& call, std::string digits, int onMs, int offMs, DigitMethod method) {
  if (call->ended) return;
  const char* const name = method == DigitMethod::info ? "info" : "rfc4733";
  if (digits.empty()) {
    context_.post("digitsSent", call->leg, "leg", {{"method", std::string(name)}});
    return;
  }
  pjsua_call_send_dtmf_param parameter;
  pjsua_call_send_dtmf_param_default(&parameter);
  parameter.method = method == DigitMethod::info ? PJSUA_DTMF_METHOD_SIP_INFO : PJSUA_DTMF_METHOD_RFC2833;
  parameter.duration = static_cast<unsigned>(onMs);
  parameter.digits = pjText(std::string_view(digits).substr(0, 1));
  pjsua_call_send_dtmf(call->id, &parameter);
  // One at a time: the pauses are the caller's, and a call that ends sends no more.
  const bool last = digits.size() == 1;
  context_.control.after(std::chrono::milliseconds(onMs + (last ? 0 : offMs)),
                         [this, call, rest = digits.substr(1), onMs, offMs, method] { sendNextDigit(call, rest, onMs, offMs, method); });
}

void Calls::clearAll() {
  std::vector<CallPointer> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [leg, entry] : calls_) all.push_back(entry.call);
  }
  for (const CallPointer& call : all) hangUp(call, {.q850 = 31, .sipStatus = PJSIP_SC_SERVICE_UNAVAILABLE});
}

void Calls::endAll(const char* detail) {
  std::vector<CallPointer> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [leg, entry] : calls_) all.push_back(entry.call);
  }
  for (const CallPointer& call : all) end(call, {.q850 = 31, .detail = detail});
}

}  // namespace branchline
