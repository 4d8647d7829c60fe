// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/call_ends.hpp"

#include <cerrno>

#include "sip/causes.hpp"
#include "sip/pj.hpp"

namespace branchline {
namespace {

constexpr int kNormalClearing = 16;
constexpr int kNetworkOutOfOrder = 38;  // Our side could not reach the peer at all.
constexpr int kRecoveryOnTimer = 102;
constexpr int kNoCircuit = 34;
constexpr int kProtocolError = 111;

/// True where a failed transport may have carried the request before it failed: the connection had been there.
bool mayHaveLeft(pj_status_t error) { return error == PJ_EEOF || error == PJ_STATUS_FROM_OS(ECONNRESET) || error == PJ_STATUS_FROM_OS(EPIPE); }

CallEnd endByUs(const SipCall& call) {
  CallEnd end;
  if (call.cleared) {
    end.q850 = call.cleared->q850;
    if (!call.answered && !call.outgoing) end.sipStatus = refusalStatus(*call.cleared);
    end.detail = call.answered ? "cleared" : call.outgoing ? "cancelled" : "refused";
  } else {
    // pjsua gave up by itself: the media could not be set up as negotiated.
    end.q850 = 88;
    end.inferred = true;
    end.detail = "the media could not be set up";
  }
  return end;
}

CallEnd endByBye(const pjsip_rx_data& request) {
  CallEnd end;
  end.by = "peer";
  const auto cause = causeOfReason(headerValue(*request.msg_info.msg, "Reason"));
  end.q850 = cause.value_or(kNormalClearing);
  end.inferred = !cause;
  end.detail = "BYE";
  return end;
}

CallEnd endByResponse(const SipCall& call, const pjsip_rx_data& response) {
  const auto& status = response.msg_info.msg->line.status;
  CallEnd end;
  end.by = "peer";
  const auto cause = causeOfReason(headerValue(*response.msg_info.msg, "Reason"));
  end.q850 = cause.value_or(causeOfSipStatus(status.code));
  end.inferred = !cause;
  if (!call.answered) end.sipStatus = status.code;
  end.detail = textOf(status.reason);
  return end;
}

CallEnd endByTimeout(const SipCall& call, bool invite) {
  CallEnd end;
  end.by = "line";
  end.q850 = kRecoveryOnTimer;
  end.inferred = true;
  if (call.outgoing && !call.answered && invite) {
    end.sipStatus = 408;  // RFC 3261 §8.1.3.1: a timeout counts as one.
    end.detail = call.responded ? "no final response" : "no response at all";
  } else {
    end.detail = "the peer no longer responds";
  }
  return end;
}

CallEnd endByTransport(const SipCall& call, pj_status_t error) {
  CallEnd end;
  end.by = "line";
  end.q850 = kNetworkOutOfOrder;
  end.inferred = true;
  if (call.outgoing && !call.answered && !call.responded) end.sent = mayHaveLeft(error);
  end.detail = "can't be reached: " + describe(error);
  return end;
}

/// Something we sent ended it: a 487 for the caller's CANCEL, or a BYE of a session timer's.
CallEnd endBySending(const SipCall& call, const pjsip_transaction& transaction) {
  CallEnd end;
  if (!call.outgoing && !call.answered && transaction.status_code == PJSIP_SC_REQUEST_TERMINATED) {
    end.by = "peer";
    end.q850 = call.peerCause.value_or(kNormalClearing);
    end.inferred = !call.peerCause;
    end.sipStatus = PJSIP_SC_REQUEST_TERMINATED;
    end.detail = "cancelled by the caller";
    return end;
  }
  if (!call.answered && transaction.role == PJSIP_ROLE_UAS && transaction.status_code >= 300) {
    end.q850 = causeOfSipStatus(transaction.status_code);
    end.inferred = true;
    end.sipStatus = transaction.status_code;
    end.detail = textOf(transaction.status_text);
    return end;
  }
  end.by = "line";
  end.q850 = kRecoveryOnTimer;
  end.inferred = true;
  end.detail = "the session expired";
  return end;
}

}  // namespace

int refusalStatus(const ClearRequest& request) noexcept { return request.sipStatus >= 300 ? request.sipStatus : sipStatusOfCause(request.q850); }

CallEnd endOf(SipCall& call, const pjsip_event& event) {
  const std::lock_guard lock(call.mutex);
  if (event.type != PJSIP_EVENT_TSX_STATE) return endByUs(call);  // Our hang-up: pjsua tells it at once.
  const pjsip_transaction& transaction = *event.body.tsx_state.tsx;
  switch (event.body.tsx_state.type) {
    case PJSIP_EVENT_RX_MSG: {
      const pjsip_rx_data& received = *event.body.tsx_state.src.rdata;
      const bool request = received.msg_info.msg->type == PJSIP_REQUEST_MSG;
      return request ? endByBye(received) : endByResponse(call, received);
    }
    case PJSIP_EVENT_TIMER: return endByTimeout(call, transaction.method.id == PJSIP_INVITE_METHOD);
    case PJSIP_EVENT_TRANSPORT_ERROR: return endByTransport(call, transaction.transport_err);
    default: return endBySending(call, transaction);
  }
}

CallEnd endOfFailedDial(pj_status_t status) {
  CallEnd end;
  end.by = "line";
  end.inferred = true;
  end.sent = false;
  const bool ours = status == PJSIP_EINVALIDURI || status == PJSIP_EINVALIDREQURI || status == PJSIP_EINVALIDSCHEME;
  end.q850 = ours ? kProtocolError : status == PJ_ETOOMANY ? kNoCircuit : kNetworkOutOfOrder;
  end.detail = "could not be sent: " + describe(status);
  return end;
}

}  // namespace branchline
