// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/message_hooks.hpp"

#include <arpa/inet.h>

#include <cstdint>
#include <optional>

#include "sip/dtmf_info.hpp"
#include "sip/incoming_headers.hpp"
#include "sip/pj.hpp"
#include "sip/text.hpp"

namespace branchline {
namespace {

constexpr int kRetryAfterSeconds = 5;
constexpr const char* kAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO, REFER";

// PJSIP's modules are C structures without room for a context; one stack a process runs at a time.
MessageListener* listener = nullptr;
pjsip_endpoint* endpoint = nullptr;

extern pjsip_module requestModule;

// --- In a dialog ------------------------------------------------------------------------------------------------------------------------------

/// A dialog found and locked.
class LockedDialog {
 public:
  explicit LockedDialog(const pjsip_rx_data& request)
      : dialog_(pjsip_ua_find_dialog(&request.msg_info.cid->id, &request.msg_info.to->tag, &request.msg_info.from->tag, PJ_TRUE)) {}
  ~LockedDialog() {
    if (dialog_ != nullptr) pjsip_dlg_dec_lock(dialog_);
  }
  LockedDialog(const LockedDialog&) = delete;
  LockedDialog& operator=(const LockedDialog&) = delete;
  [[nodiscard]] pjsip_dialog* get() const noexcept { return dialog_; }
  [[nodiscard]] Handle leg() const noexcept {
    return dialog_ == nullptr ? kNoHandle : static_cast<Handle>(reinterpret_cast<std::uintptr_t>(dialog_->mod_data[requestModule.id]));
  }

 private:
  pjsip_dialog* dialog_;
};

/// Answers by a transaction, which keeps retransmissions from us.
void respond(pjsip_rx_data* request, int status, const pjsip_hdr* headers = nullptr) {
  pjsip_endpt_respond(endpoint, &requestModule, request, status, nullptr, headers, nullptr, nullptr);
}

bool takeInfo(pjsip_rx_data* request) {
  const Handle leg = LockedDialog(*request).leg();
  if (leg == kNoHandle) return false;  // PJSIP answers 481.
  const pjsip_msg_body* const body = request->msg_info.msg->body;
  if (body == nullptr) {
    respond(request, PJSIP_SC_OK);  // RFC 6086 §4.2.2: an INFO without a body keeps a session alive.
    return true;
  }
  std::optional<InfoDigit> press;
  if (equalsNoCase(viewOf(body->content_type.type), "application")) {
    press = parseDtmfInfo(viewOf(body->content_type.subtype), std::string_view(static_cast<const char*>(body->data), body->len));
  }
  respond(request, press ? PJSIP_SC_OK : PJSIP_SC_UNSUPPORTED_MEDIA_TYPE);
  if (press) listener->infoDigit(leg, press->digit, press->durationMs);
  return true;
}

/// The one NOTIFY of a REFER whose outcome is not reported: RFC 3515 §2.4.4 wants one at once, §2.4.7 allows it to be the last.
void notifyReferTaken(pjsip_dialog* dialog) {
  const pj_str_t name = pjText("NOTIFY");
  pjsip_method method;
  pjsip_method_init(&method, dialog->pool, &name);
  pjsip_tx_data* notify = nullptr;
  if (pjsip_dlg_create_request(dialog, &method, -1, &notify) != PJ_SUCCESS) return;
  pjsip_msg_add_hdr(notify->msg, makeHeader(notify->pool, "Event", "refer"));
  pjsip_msg_add_hdr(notify->msg, makeHeader(notify->pool, "Subscription-State", "terminated;reason=noresource"));
  const pj_str_t type = pjText("message");
  const pj_str_t subtype = pjText("sipfrag");
  const pj_str_t text = pjText("SIP/2.0 100 Trying\r\n");
  notify->msg->body = pjsip_msg_body_create(notify->pool, &type, &subtype, &text);
  pjsip_dlg_send_request(dialog, notify, -1, nullptr);
}

bool takeRefer(pjsip_rx_data* request) {
  const LockedDialog dialog(*request);
  if (dialog.leg() == kNoHandle) return false;
  std::string referTo = headerValue(*request->msg_info.msg, "Refer-To");
  if (referTo.empty()) referTo = headerValue(*request->msg_info.msg, "r");
  if (referTo.empty()) {
    respond(request, PJSIP_SC_BAD_REQUEST);
  } else if (listener->referArrived(dialog.leg(), uriOfNameAddress(referTo))) {
    respond(request, PJSIP_SC_ACCEPTED);
    notifyReferTaken(dialog.get());
  } else {
    respond(request, PJSIP_SC_DECLINE);
  }
  return true;
}

// --- Outside one ------------------------------------------------------------------------------------------------------------------------------

/// A new call: refused where there is no room, where it wants to replace another (pjsua would do so without asking), or where its SDP can't be read
/// (pjsua would answer 400, RFC 3261 §13.3.1.3 has 488 for it).
bool takeInvite(pjsip_rx_data* request) {
  if (!headerValue(*request->msg_info.msg, "Replaces").empty()) {
    pjsip_endpt_respond_stateless(endpoint, request, PJSIP_SC_NOT_IMPLEMENTED, nullptr, nullptr, nullptr);
    return true;
  }
  if (!listener->mayTakeCall()) {
    pjsip_hdr headers;
    pj_list_init(&headers);
    pj_list_push_back(&headers, makeHeader(request->tp_info.pool, "Retry-After", std::to_string(kRetryAfterSeconds)));
    pjsip_endpt_respond_stateless(endpoint, request, PJSIP_SC_SERVICE_UNAVAILABLE, nullptr, &headers, nullptr);
    return true;
  }
  const pjsip_rdata_sdp_info* const sdp = pjsip_rdata_get_sdp_info(request);
  const bool unreadable = sdp != nullptr && sdp->body.ptr != nullptr && sdp->sdp_err != PJ_SUCCESS;
  if (unreadable) pjsip_endpt_respond_stateless(endpoint, request, PJSIP_SC_NOT_ACCEPTABLE_HERE, nullptr, nullptr, nullptr);
  return unreadable;
}

void noteCancel(pjsip_rx_data* request) {
  pj_str_t key;
  if (pjsip_tsx_create_key(request->tp_info.pool, &key, PJSIP_ROLE_UAS, pjsip_get_invite_method(), request) != PJ_SUCCESS) return;
  pjsip_transaction* const invite = pjsip_tsx_layer_find_tsx2(&key, PJ_TRUE);
  if (invite == nullptr) return;
  if (pjsip_dialog* const dialog = pjsip_tsx_get_dlg(invite)) {
    const auto leg = static_cast<Handle>(reinterpret_cast<std::uintptr_t>(dialog->mod_data[requestModule.id]));
    listener->cancelArrived(leg, headerValue(*request->msg_info.msg, "Reason"));
  }
  pj_grp_lock_dec_ref(invite->grp_lock);
}

/// A method we have no use for outside a dialog (RFC 3261 §8.2.1), or do not know at all (§21.5.2).
void refuseMethod(pjsip_rx_data* request, std::string_view method) {
  constexpr std::string_view kKnown[] = {"REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REFER"};
  bool known = false;
  for (const std::string_view name : kKnown) known = known || method == name;
  pjsip_hdr headers;
  pj_list_init(&headers);
  pj_list_push_back(&headers, makeHeader(request->tp_info.pool, "Allow", kAllow));
  pjsip_endpt_respond_stateless(endpoint, request, known ? PJSIP_SC_METHOD_NOT_ALLOWED : PJSIP_SC_NOT_IMPLEMENTED, nullptr, &headers, nullptr);
}

bool takeOutsideDialog(pjsip_rx_data* request, std::string_view method) {
  if (method == "INVITE") return takeInvite(request);
  if (method == "CANCEL") {
    noteCancel(request);
    return false;
  }
  if (method == "OPTIONS" || method == "ACK") return false;  // pjsua answers the one; nobody answers the other.
  if (method == "BYE" || method == "UPDATE" || method == "PRACK" || method == "INFO") {
    // These live in a dialog only, and this one names none. (Where it names one that is not there, PJSIP answers.)
    pjsip_endpt_respond_stateless(endpoint, request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, nullptr, nullptr, nullptr);
  } else {
    refuseMethod(request, method);
  }
  return true;
}

// --- Names ------------------------------------------------------------------------------------------------------------------------------------

bool isLiteral(std::string_view host) {
  const std::string text(host);
  in_addr four{};
  in6_addr six{};
  return inet_pton(AF_INET, text.c_str(), &four) == 1 || inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

void learn(const pjsip_uri* uri, const pjsip_rx_data& message) {
  if (uri == nullptr || (!PJSIP_URI_SCHEME_IS_SIP(uri) && !PJSIP_URI_SCHEME_IS_SIPS(uri))) return;
  const std::string_view host = viewOf(static_cast<const pjsip_sip_uri*>(pjsip_uri_get_uri(uri))->host);
  if (!host.empty() && !isLiteral(host)) listener->nameHeard(host, message.pkt_info.src_name, message.pkt_info.src_port);
}

/// Names in Contact and Record-Route mean the place the message came from: nothing of ours asks DNS for them.
void learnNames(const pjsip_rx_data& message) {
  const void* const contact = pjsip_msg_find_hdr(message.msg_info.msg, PJSIP_H_CONTACT, nullptr);
  if (contact != nullptr) learn(static_cast<const pjsip_contact_hdr*>(contact)->uri, message);
  const pjsip_hdr* after = nullptr;
  while (const void* const route = pjsip_msg_find_hdr(message.msg_info.msg, PJSIP_H_RECORD_ROUTE, after)) {
    const auto* const header = static_cast<const pjsip_rr_hdr*>(route);
    learn(reinterpret_cast<const pjsip_uri*>(&header->name_addr), message);
    after = reinterpret_cast<const pjsip_hdr*>(header->next);
  }
}

void resolve(pjsip_resolver_t*, pj_pool_t*, const pjsip_host_info* target, void* token, pjsip_resolver_callback* callback) {
  std::string address = textOf(target->addr.host);
  int port = target->addr.port;
  if (!isLiteral(address)) {
    int known = 0;
    if (!listener->addressOf(viewOf(target->addr.host), address, known)) {
      callback(PJ_ERESOLVE, token, nullptr);
      return;
    }
    if (known != 0) port = known;
  }
  pjsip_transport_type_e type = target->type == PJSIP_TRANSPORT_UNSPECIFIED ? PJSIP_TRANSPORT_UDP : target->type;
  if (port == 0) port = pjsip_transport_get_default_port_for_type(type);
  pjsip_server_addresses servers{};
  servers.count = 1;
  servers.entry[0].type = type;
  const bool six = address.find(':') != std::string::npos;
  if (six) servers.entry[0].type = static_cast<pjsip_transport_type_e>(type | PJSIP_TRANSPORT_IPV6);
  const pj_str_t text = pjText(address);
  const pj_status_t status = pj_sockaddr_init(six ? pj_AF_INET6() : pj_AF_INET(), &servers.entry[0].addr, &text, static_cast<pj_uint16_t>(port));
  servers.entry[0].addr_len = static_cast<int>(pj_sockaddr_get_len(&servers.entry[0].addr));
  callback(status, token, status == PJ_SUCCESS ? &servers : nullptr);
}

// --- What we say we can ------------------------------------------------------------------------------------------------------------------------

/// Takes a value out of a capability that pjsua announces and we don't have. PJSIP has no call for it; the header is the endpoint's own.
void dropCapability(pjsip_hdr_e header, std::string_view value) {
  auto* const values =
      static_cast<pjsip_generic_array_hdr*>(const_cast<void*>(static_cast<const void*>(pjsip_endpt_get_capability(endpoint, header, nullptr))));
  if (values == nullptr) return;
  for (unsigned i = 0; i < values->count; ++i) {
    if (viewOf(values->values[i]) != value) continue;
    for (unsigned k = i + 1; k < values->count; ++k) values->values[k - 1] = values->values[k];
    --values->count;
    return;
  }
}

void announceTruly() {
  for (const char* const method : {"SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH"}) dropCapability(PJSIP_H_ALLOW, method);
  for (const char* const extension : {"replaces", "norefersub"}) dropCapability(PJSIP_H_SUPPORTED, extension);
}

// --- The modules ------------------------------------------------------------------------------------------------------------------------------

pj_bool_t onRequest(pjsip_rx_data* request) {
  learnNames(*request);
  const std::string_view method = viewOf(request->msg_info.msg->line.req.method.name);
  const bool inDialog = request->msg_info.to->tag.slen > 0;
  bool taken = false;
  if (!inDialog) {
    taken = takeOutsideDialog(request, method);
  } else if (method == "INFO") {
    taken = takeInfo(request);
  } else if (method == "REFER") {
    taken = takeRefer(request);
  }
  return taken ? PJ_TRUE : PJ_FALSE;
}

pj_bool_t onResponse(pjsip_rx_data* response) {
  learnNames(*response);
  return PJ_FALSE;
}

pj_status_t onSending(pjsip_tx_data* request) {
  if (request->msg->line.req.method.id == PJSIP_INVITE_METHOD) listener->inviteLeaving();
  return PJ_SUCCESS;
}

// After the transaction layer (retransmissions never come here), before the dialog layer.
pjsip_module requestModule{};
// Before the transaction layer: a response is seen before a dialog sends its ACK by it.
pjsip_module responseModule{};
// After the transport manager has printed a message: the last stop before the socket.
pjsip_module sendingModule{};

}  // namespace

pj_status_t installMessageHooks(pjsip_endpoint* target, MessageListener& owner) {
  listener = &owner;
  endpoint = target;

  requestModule = pjsip_module{};
  requestModule.name = pjText("branchline-requests");
  requestModule.id = -1;
  requestModule.priority = PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 1;
  requestModule.on_rx_request = &onRequest;

  responseModule = pjsip_module{};
  responseModule.name = pjText("branchline-responses");
  responseModule.id = -1;
  responseModule.priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 1;
  responseModule.on_rx_response = &onResponse;

  sendingModule = pjsip_module{};
  sendingModule.name = pjText("branchline-sending");
  sendingModule.id = -1;
  sendingModule.priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 1;
  sendingModule.on_tx_request = &onSending;

  for (pjsip_module* const module : {&requestModule, &responseModule, &sendingModule}) {
    if (const pj_status_t status = pjsip_endpt_register_module(target, module); status != PJ_SUCCESS) return status;
  }
  announceTruly();
  static pjsip_ext_resolver resolver{};
  resolver.resolve = &resolve;
  return pjsip_endpt_set_ext_resolver(target, &resolver);
}

void rememberLeg(pjsip_dialog* dialog, Handle leg) noexcept {
  void* const value = reinterpret_cast<void*>(static_cast<std::uintptr_t>(leg));
  // Written once, at the dialog's beginning: a CANCEL reads it without the dialog's lock.
  if (dialog != nullptr && dialog->mod_data[requestModule.id] != value) dialog->mod_data[requestModule.id] = value;
}

}  // namespace branchline
