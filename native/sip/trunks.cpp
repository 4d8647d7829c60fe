// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/trunks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "sip/headers.hpp"
#include "sip/pj.hpp"
#include "sip/text.hpp"

namespace branchline {
namespace {

constexpr std::chrono::seconds kProbeTimeout{4};  // OPTIONS unanswered for so long: down. By then it was sent four times over UDP (T1 0.5 s).
constexpr unsigned kRegisterRetrySeconds = 15;
constexpr std::chrono::seconds kRemovalCheck{2};

bool isIpv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

const char* transportName(SipTransport transport) {
  switch (transport) {
    case SipTransport::udp: return "udp";
    case SipTransport::tcp: return "tcp";
    case SipTransport::tls: return "tls";
  }
  return "udp";
}

bool isValid(const SipTrunkOptions& options) {
  if (!isIpv4(options.address) || options.port < 1 || options.port > 65535) return false;
  if (options.domain.empty() || !isHeaderText(options.domain) || options.domain.find_first_of(" <>\"@;?") != std::string::npos) return false;
  return !options.registration || (isHeaderText(options.registration->username) && !options.registration->username.empty());
}

/// A user part with what may not stand in one escaped (RFC 3261 §25.1).
std::string escapedUser(std::string_view user) {
  constexpr std::string_view kPlain = "-_.!~*'()&=+$,;?/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : user) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (lowered(c) >= 'a' && lowered(c) <= 'z');
    if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4U];
      result += kHex[byte & 15U];
    }
  }
  return result;
}

/// Whether pjsua still has a call of this account: one that has ended for us may wait for the last answer of a peer.
bool hasCalls(pjsua_acc_id account) {
  std::array<pjsua_call_id, PJSUA_MAX_CALLS> calls{};
  unsigned count = calls.size();
  if (pjsua_enum_calls(calls.data(), &count) != PJ_SUCCESS) return false;
  return std::any_of(calls.begin(), calls.begin() + count, [account](pjsua_call_id call) {
    pjsua_call_info info;
    return pjsua_call_get_info(call, &info) == PJ_SUCCESS && info.acc_id == account;
  });
}

/// Whether an OPTIONS answer says that the peer takes calls. Any response but these shows a SIP server that is alive, whatever it thinks of OPTIONS.
bool meansUp(int sipStatus) { return sipStatus != 408 && sipStatus != 503; }

}  // namespace

std::string Trunk::target() const {
  return (options.domain == options.address ? options.address : options.domain) + ":" + std::to_string(options.port);
}

std::string Trunk::uri() const {
  // TLS is told the name, for SNI and the certificate; our own resolver turns it into the address. The others get the address itself.
  const std::string host = options.transport == SipTransport::tls ? options.domain : options.address;
  return "sip:" + host + ":" + std::to_string(options.port) + ";transport=" + transportName(options.transport);
}

Engine::Created Trunks::add(SipTrunkOptions options, PjsuaInstance& instance) {
  if (!isValid(options)) return {Status::invalidArgument, kNoHandle};
  const auto trunk = std::make_shared<Trunk>();
  trunk->options = std::move(options);
  {
    const std::lock_guard lock(mutex_);
    const auto slot = std::find(slots_.begin(), slots_.end(), nullptr);
    if (slot == slots_.end()) return {Status::full, kNoHandle};
    const auto index = static_cast<std::uint32_t>(slot - slots_.begin());
    trunk->handle = (++generations_[index] << kHandleSlotBits) | index;
    *slot = trunk;
  }
  context_.control.post([this, trunk, &instance] { open(trunk, instance); });
  return {Status::ok, trunk->handle};
}

Status Trunks::remove(Handle handle) {
  const TrunkPointer trunk = find(handle);
  if (!trunk || trunk->removed.exchange(true)) return Status::staleHandle;
  context_.control.post([this, trunk] { close(trunk); });
  return Status::ok;
}

std::shared_ptr<Trunk> Trunks::find(Handle handle) const {
  const std::uint32_t slot = handle & (kMaxHandles - 1);
  if (slot >= kMaxTrunks) return nullptr;
  const std::lock_guard lock(mutex_);
  const TrunkPointer& trunk = slots_[slot];
  return trunk && trunk->handle == handle ? trunk : nullptr;
}

std::shared_ptr<Trunk> Trunks::ofAccount(pjsua_acc_id account) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(slots_.begin(), slots_.end(), [account](const TrunkPointer& trunk) { return trunk && trunk->account == account; });
  return found == slots_.end() ? nullptr : *found;
}

std::shared_ptr<Trunk> Trunks::ofSource(const pjsip_rx_data& request) const {
  const std::lock_guard lock(mutex_);
  TrunkPointer best;
  int bestScore = 0;
  for (const TrunkPointer& trunk : slots_) {
    if (!trunk || trunk->removed || trunk->account == PJSUA_INVALID_ID || trunk->options.address != request.pkt_info.src_name) continue;
    const bool samePort = trunk->options.port == request.pkt_info.src_port;
    const bool sameTransport = equalsNoCase(transportName(trunk->options.transport), request.tp_info.transport->type_name);
    const int score = 1 + (samePort ? 4 : 0) + (sameTransport ? 2 : 0);
    if (score > bestScore) {
      best = trunk;
      bestScore = score;
    }
  }
  return best;
}

void Trunks::open(const TrunkPointer& trunk, PjsuaInstance& instance) {
  const SipTrunkOptions& options = trunk->options;
  pj_status_t status = PJ_SUCCESS;
  std::string fault;
  try {
    if (options.transport == SipTransport::tls) instance.needTls(context_.options);
  } catch (const std::exception& error) {
    fault = error.what();
  }
  if (options.domain != options.address) context_.names.setTrunk(options.domain, {options.address, options.port});

  pjsua_acc_config config;
  fillAccount(config, context_.options, options.srtp, options.transport == SipTransport::tls);
  const std::string user = options.registration ? escapedUser(options.registration->username) : "branchline";
  const std::string id = "<sip:" + user + "@" + trunk->target() + ">";
  // Loose and hidden: it steers our requests to the peer and is not shown to it, which often refuses a Route it did not give.
  const std::string route = "<" + trunk->uri() + ";lr;hide>";
  const std::string registrar = "sip:" + trunk->target();
  config.id = pjText(id);
  config.proxy_cnt = 1;
  config.proxy[0] = pjText(route);
  if (options.registration) {
    config.reg_uri = pjText(registrar);
    config.reg_timeout = static_cast<unsigned>(options.registration->expiresSeconds);
    config.reg_retry_interval = kRegisterRetrySeconds;
    config.reg_first_retry_interval = kRegisterRetrySeconds;
    config.unreg_timeout = 1500;
    config.cred_count = 1;
    config.cred_info[0].scheme = pjText("digest");
    config.cred_info[0].realm = pjText(options.registration->realm ? std::string_view(*options.registration->realm) : "*");
    config.cred_info[0].username = pjText(options.registration->username);
    config.cred_info[0].data_type = PJSIP_CRED_DATA_PLAIN_PASSWD;
    config.cred_info[0].data = pjText(options.registration->password);
  }
  pjsua_acc_id account = PJSUA_INVALID_ID;
  if (fault.empty()) {
    // Registering begins inside: its first answer may come before the account is known here, but is handled on this thread, later.
    status = pjsua_acc_add(&config, PJ_FALSE, &account);
    if (status != PJ_SUCCESS) fault = describe(status);
  }
  if (!fault.empty()) {
    trunk->keepAlive = Trunk::Health{false, 0, fault};
    trunk->toldUp = false;
    context_.post("trunkState", trunk->handle, "trunk", {{"up", false}, {"sipStatus", std::int64_t{0}}, {"detail", fault}});
    return;
  }
  trunk->account = account;
  if (options.optionsSeconds > 0) {
    sendProbe(trunk);
  } else {
    tellHealth(*trunk);
  }
}

void Trunks::scheduleProbe(const TrunkPointer& trunk, std::chrono::milliseconds delay) {
  context_.control.after(delay, [this, trunk] { sendProbe(trunk); });
}

struct Trunks::ProbeToken {
  Trunks* trunks;
  Handle trunk;
  std::uint64_t probe;
};

void Trunks::onProbeEvent(void* token, pjsip_event* event) {
  const std::unique_ptr<ProbeToken> claim(static_cast<ProbeToken*>(token));
  const pjsip_transaction& transaction = *event->body.tsx_state.tsx;
  Trunk::Health health;
  health.sipStatus = transaction.status_code;
  health.detail = textOf(transaction.status_text);
  switch (event->body.tsx_state.type) {
    case PJSIP_EVENT_RX_MSG: health.up = meansUp(health.sipStatus); break;
    case PJSIP_EVENT_TRANSPORT_ERROR:
      health.sipStatus = 0;
      health.detail = "can't be reached: " + describe(transaction.transport_err);
      break;
    default: health.sipStatus = 408; health.detail = "OPTIONS unanswered";
  }
  Trunks& self = *claim->trunks;
  self.context_.control.post([&self, trunk = claim->trunk, probe = claim->probe, health = std::move(health)]() mutable {
    self.probeAnswered(trunk, probe, std::move(health));
  });
}

void Trunks::sendProbe(const TrunkPointer& trunk) {
  if (trunk->removed || stopped_ || trunk->probing) return;
  trunk->probing = true;
  const std::uint64_t probe = ++trunk->probe;
  const std::string target = trunk->uri();
  const std::string to = "<sip:" + trunk->target() + ">";
  const std::string from = "<sip:branchline@" + context_.options.host + ">";
  const pj_str_t targetText = pjText(target);
  const pj_str_t toText = pjText(to);
  const pj_str_t fromText = pjText(from);
  pjsip_tx_data* request = nullptr;
  pj_status_t status = pjsip_endpt_create_request(pjsua_get_pjsip_endpt(), pjsip_get_options_method(), &targetText, &fromText, &toText, nullptr,
                                                  nullptr, -1, nullptr, &request);
  if (status == PJ_SUCCESS) {
    pjsip_msg_add_hdr(request->msg, makeHeader(request->pool, "User-Agent", context_.options.userAgent));
    auto token = std::make_unique<ProbeToken>(ProbeToken{this, trunk->handle, probe});
    status = pjsip_endpt_send_request(pjsua_get_pjsip_endpt(), request, -1, token.get(), &onProbeEvent);
    // Sent, or failed with the callback called: PJSIP's; the callback frees it. A failure before that leaves a few bytes, once.
    (void)token.release();
  }
  if (status != PJ_SUCCESS) {
    probeAnswered(trunk->handle, probe, {false, 0, "can't be reached: " + describe(status)});
    return;
  }
  // PJSIP would wait 32 s (Timer F); an answer after ours is not looked at.
  context_.control.after(kProbeTimeout, [this, handle = trunk->handle, probe] { probeAnswered(handle, probe, {false, 408, "OPTIONS unanswered"}); });
}

void Trunks::probeAnswered(Handle handle, std::uint64_t probe, Trunk::Health health) {
  const TrunkPointer trunk = find(handle);
  if (!trunk || trunk->probe != probe || !trunk->probing) return;
  trunk->probing = false;
  trunk->keepAlive = std::move(health);
  tellHealth(*trunk);
  scheduleProbe(trunk, std::chrono::seconds(trunk->options.optionsSeconds));
}

void Trunks::registrationChanged(pjsua_acc_id account, const pjsua_reg_info& info) {
  if (info.cbparam == nullptr || (info.cbparam->is_unreg != 0)) return;
  Trunk::Health health;
  health.sipStatus = info.cbparam->code;
  health.detail = info.cbparam->reason.slen > 0 ? textOf(info.cbparam->reason) : describe(info.cbparam->status);
  health.up = info.cbparam->status == PJ_SUCCESS && health.sipStatus >= 200 && health.sipStatus < 300 && info.cbparam->expiration > 0;
  context_.control.post([this, account, health = std::move(health)]() mutable {
    const TrunkPointer trunk = ofAccount(account);
    if (!trunk || trunk->removed) return;
    trunk->registration = std::move(health);
    tellHealth(*trunk);
  });
}

void Trunks::tellHealth(Trunk& trunk) {
  const bool registers = trunk.options.registration.has_value();
  const bool probes = trunk.options.optionsSeconds > 0;
  // Up once all that is asked for has succeeded; down as soon as one has failed.
  const Trunk::Health* worst = nullptr;
  if (registers && trunk.registration && !trunk.registration->up) worst = &*trunk.registration;
  if (probes && trunk.keepAlive && !trunk.keepAlive->up) worst = &*trunk.keepAlive;
  const bool allKnown = (!registers || trunk.registration) && (!probes || trunk.keepAlive);
  if (worst == nullptr && !allKnown) return;
  const bool up = worst == nullptr;
  if (trunk.toldUp == up) return;
  trunk.toldUp = up;
  const Trunk::Health none{true, 0, ""};
  const Trunk::Health& shown = worst != nullptr ? *worst : registers ? *trunk.registration : probes ? *trunk.keepAlive : none;
  context_.post("trunkState", trunk.handle, "trunk", {{"up", up}, {"sipStatus", std::int64_t{shown.sipStatus}}, {"detail", shown.detail}});
}

void Trunks::close(const TrunkPointer& trunk) {
  if (stopped_) return;  // pjsua takes its accounts with it.
  if (trunk->account != PJSUA_INVALID_ID && (inUse_(trunk->handle) || hasCalls(trunk->account))) {
    // The account goes with its last call: pjsua would give its number, and its credentials' place, to another while calls still refer to it.
    // Calls to us by it end now: un-registered once, here or by the removal of the account.
    if (trunk->options.registration && trunk->registration) pjsua_acc_set_registration(trunk->account, PJ_FALSE);
    trunk->registration.reset();
    context_.control.after(kRemovalCheck, [this, trunk] { close(trunk); });
    return;
  }
  if (trunk->account != PJSUA_INVALID_ID) pjsua_acc_del(trunk->account);
  if (trunk->options.domain != trunk->options.address) context_.names.removeTrunk(trunk->options.domain);
  const std::lock_guard lock(mutex_);
  slots_[trunk->handle & (kMaxHandles - 1)] = nullptr;
}

}  // namespace branchline
