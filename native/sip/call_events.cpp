// SPDX-License-Identifier: GPL-3.0-or-later
// The half of Calls that listens: what pjsua and the message hooks tell of calls, on its way to JavaScript and the engine.
#include <algorithm>
#include <cstdint>
#include <span>

#include "sip/call_ends.hpp"
#include "sip/calls.hpp"
#include "sip/causes.hpp"
#include "sip/incoming_headers.hpp"
#include "sip/message_hooks.hpp"
#include "sip/pj.hpp"
#include "sip/stream_sentinel.hpp"

namespace branchline {
namespace {

constexpr auto kGiveUp = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(TelephoneEventTracker::kGiveUpNs));
constexpr int kAudioProgress = 1000;  // Added to SipCall::lastProgress where there is audio.

bool peerTakesInfo(pjsip_dialog* dialog) {
  const pj_str_t info = pjText("INFO");
  return dialog != nullptr && pjsip_dlg_remote_has_cap(dialog, PJSIP_H_ALLOW, nullptr, &info) == PJSIP_DIALOG_CAP_SUPPORTED;
}

}  // namespace

// --- What pjsua tells -----------------------------------------------------------------------------------------------------------------------

void Calls::inviteLeaving() {
  // The dialling thread only: a retransmission or an INVITE with credentials comes on another, or after the call was marked.
  if (!context_.control.isCurrent() || !dialling_) return;
  {
    const std::lock_guard lock(dialling_->mutex);
    if (dialling_->seized) return;
    dialling_->seized = true;
  }
  context_.post("legSeized", dialling_->leg, "leg", {});
}

void Calls::incoming(pjsua_acc_id account, pjsua_call_id id, pjsip_rx_data* request) {
  const std::shared_ptr<Trunk> trunk = trunks_.ofAccount(account);
  const CallPointer call = create(false, trunk.get());
  if (!call) {
    pjsua_call_hangup(id, PJSIP_SC_SERVICE_UNAVAILABLE, nullptr, nullptr);
    return;
  }
  pjsua_call_set_user_data(id, userDataOf(call->leg));
  call->id = id;
  pjsip_dialog* const dialog = pjsip_rdata_get_dlg(request);
  rememberLeg(dialog, call->leg);
  call->takesInfo = peerTakesInfo(dialog);
  context_.post("legIncoming", call->leg, "leg", incomingFields(*request));
}

void Calls::stateChanged(pjsua_call_id id, pjsip_event* event) {
  const CallPointer call = ofId(id);
  if (!call) return;
  pjsua_call_info info;
  if (pjsua_call_get_info(id, &info) != PJ_SUCCESS) return;
  switch (info.state) {
    case PJSIP_INV_STATE_CONNECTING:
      // Incoming: the 200 has left. Outgoing: it came, but its SDP is read only after this; CONFIRMED follows at once.
      if (!call->outgoing) noteAnswered(call);
      break;
    case PJSIP_INV_STATE_CONFIRMED:
      noteAnswered(call);
      noteAcknowledged(call);
      break;
    case PJSIP_INV_STATE_DISCONNECTED: end(call, endOf(*call, *event)); break;
    default: break;
  }
}

void Calls::noteAnswered(const CallPointer& call) {
  {
    const std::lock_guard lock(call->mutex);
    if (call->answered) return;
    call->answered = true;
    call->responded = true;
  }
  context_.post("legAnswered", call->leg, "leg", {});
}

void Calls::noteAcknowledged(const CallPointer& call) {
  std::optional<ClearRequest> clear;
  {
    const std::lock_guard lock(call->mutex);
    call->acknowledged = true;
    clear = call->clearAfterAck;
  }
  if (clear) context_.control.post([this, call, request = *clear] { hangUp(call, request); });
}

void Calls::transactionChanged(pjsua_call_id id, pjsip_transaction* transaction, pjsip_event* event) {
  const CallPointer call = ofId(id);
  if (!call || transaction->method.id != PJSIP_INVITE_METHOD) return;
  pjsip_dialog* const dialog = pjsip_tsx_get_dlg(transaction);
  rememberLeg(dialog, call->leg);
  if (!call->outgoing || transaction->role != PJSIP_ROLE_UAC || event->type != PJSIP_EVENT_TSX_STATE ||
      event->body.tsx_state.type != PJSIP_EVENT_RX_MSG) {
    return;
  }
  call->takesInfo = peerTakesInfo(dialog);
  const int status = transaction->status_code;
  const bool audio = call->audio.hasStream();
  const bool ringing = status > 100 && status < 200;
  bool tell = false;
  {
    const std::lock_guard lock(call->mutex);
    call->responded = true;
    const int progress = status + (audio ? kAudioProgress : 0);
    tell = ringing && !call->answered && call->lastProgress != progress;
    if (tell) call->lastProgress = progress;
  }
  if (tell) context_.post("legProgress", call->leg, "leg", {{"sipStatus", std::int64_t{status}}, {"earlyMedia", audio}});
}

void Calls::mediaChanged(pjsua_call_id id) {
  const CallPointer call = ofId(id);
  if (!call) return;
  pjsua_call_info info;
  if (pjsua_call_get_info(id, &info) != PJ_SUCCESS) return;
  const bool held = info.media_status == PJSUA_CALL_MEDIA_REMOTE_HOLD;
  {
    const std::lock_guard lock(call->mutex);
    if (call->held == held) return;
    call->held = held;
  }
  EndFields fields;  // In a braced list of one, g++ 12 takes the variant for uninitialised.
  fields.emplace_back("held", held);
  context_.post("legHeld", call->leg, "leg", std::move(fields));
}

namespace {

/// Whether SRTP stands between the stream and its socket, agreed on or not.
bool isEncrypted(pjmedia_stream& stream) {
  pjmedia_transport_info info;
  pjmedia_transport_info_init(&info);
  if (pjmedia_transport_get_info(pjmedia_stream_get_transport(&stream), &info) != PJ_SUCCESS) return false;
  const std::span layers(info.spc_info, info.specific_info_cnt);
  return std::ranges::any_of(layers, [](const auto& layer) { return layer.type == PJMEDIA_TRANSPORT_TYPE_SRTP; });
}

}  // namespace

void Calls::streamCreated(pjsua_call_id id, pjsua_on_stream_created_param* parameters) {
  const CallPointer call = ofId(id);
  if (!call) return;
  pjmedia_stream_info info;
  if (pjmedia_stream_get_info(parameters->stream, &info) == PJ_SUCCESS) call->takesTelephoneEvents = info.tx_event_pt >= 0;
  std::unique_ptr<RtpStream> stream;
  try {
    stream = std::make_unique<RtpStream>(parameters->port, isEncrypted(*parameters->stream));
  } catch (const std::exception& error) {
    PJ_LOG(1, ("branchline", "call %d: %s", id, error.what()));
    context_.control.post([this, call] { hangUp(call, {.q850 = 88}); });
  }
  pjmedia_port* const sentinel = makeStreamSentinel(call, stream.get());
  if (sentinel == nullptr) return;
  parameters->port = sentinel;
  parameters->destroy_port = PJ_TRUE;
  call->audio.setStream(std::move(stream));
  if (!call->attached.exchange(true)) context_.engine.attach(call->leg, call->audio);
}

// --- Digits and transfers of the peer -----------------------------------------------------------------------------------------------------------

void Calls::telephoneEvent(pjsua_call_id id, const pjsua_dtmf_event& event) {
  const CallPointer call = ofId(id);
  if (!call) return;
  const bool last = (event.flags & PJMEDIA_STREAM_DTMF_IS_END) != 0;
  std::optional<TelephoneEventTracker::Press> press;
  bool startTimer = false;
  {
    const std::lock_guard lock(call->mutex);
    press = call->telephoneEvents.packet(static_cast<char>(event.digit), event.timestamp, static_cast<int>(event.duration), last, context_.nowNs());
    startTimer = call->telephoneEvents.waiting() && !call->telephoneTimer;
    if (startTimer) call->telephoneTimer = true;
  }
  if (press) tellPress(call, *press);
  if (startTimer) context_.control.after(kGiveUp, [this, call] { flushTelephoneEvents(call); });
}

void Calls::flushTelephoneEvents(const CallPointer& call) {
  if (call->ended) return;
  std::optional<TelephoneEventTracker::Press> press;
  bool again = false;
  {
    const std::lock_guard lock(call->mutex);
    press = call->telephoneEvents.due(context_.nowNs());
    again = call->telephoneEvents.waiting();
    call->telephoneTimer = again;
  }
  if (press) tellPress(call, *press);
  if (again) context_.control.after(std::chrono::milliseconds(50), [this, call] { flushTelephoneEvents(call); });
}

void Calls::tellPress(const CallPointer& call, const TelephoneEventTracker::Press& press) {
  context_.engine.digitReceived(call->leg, press.digit, press.durationMs, "rfc4733");
}

void Calls::infoDigit(Handle leg, char digit, int durationMs) {
  if (find(leg)) context_.engine.digitReceived(leg, digit, durationMs, "info");
}

void Calls::cancelArrived(Handle leg, std::string_view reason) {
  const CallPointer call = find(leg);
  if (!call) return;
  const std::lock_guard lock(call->mutex);
  call->peerCause = causeOfReason(reason);
}

bool Calls::referArrived(Handle leg, std::string referTo) {
  const CallPointer call = find(leg);
  if (!call || call->refer == ReferPolicy::refuse) return false;
  context_.post("legReferred", leg, "leg", {{"referTo", std::move(referTo)}});
  return true;
}

}  // namespace branchline
