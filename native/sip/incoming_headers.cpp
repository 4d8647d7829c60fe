// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/incoming_headers.hpp"

#include "sip/pj.hpp"
#include "sip/text.hpp"

namespace branchline {
namespace {

/// The display name of a From header; PJSIP has taken its quotes off.
std::string displayName(const pjsip_uri* uri) {
  if (uri == nullptr || (!PJSIP_URI_SCHEME_IS_SIP(uri) && !PJSIP_URI_SCHEME_IS_SIPS(uri) && !PJSIP_URI_SCHEME_IS_TEL(uri))) return "";
  return textOf(reinterpret_cast<const pjsip_name_addr*>(uri)->display);
}

/// Whom the request is for: the user of a sip: URI, the number of a tel: URI.
std::string calledUser(const pjsip_uri* uri) {
  if (PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri)) {
    return textOf(static_cast<const pjsip_sip_uri*>(pjsip_uri_get_uri(uri))->user);
  }
  if (PJSIP_URI_SCHEME_IS_TEL(uri)) return textOf(static_cast<const pjsip_tel_uri*>(pjsip_uri_get_uri(uri))->number);
  return "";
}

}  // namespace

std::string uriOfNameAddress(std::string_view value) {
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '<') {
      const std::size_t end = value.find('>', i);
      return end == std::string_view::npos ? "" : std::string(trimmed(value.substr(i + 1, end - i - 1)));
    } else if (!quoted && (c == ',' || c == ';')) {
      value = value.substr(0, i);
      break;
    }
  }
  return std::string(trimmed(value));
}

EndFields incomingFields(const pjsip_rx_data& request) {
  const pjsip_msg& message = *request.msg_info.msg;
  const pjsip_uri* const from = request.msg_info.from->uri;
  return {{"kind", std::string("sip")},
          {"to", calledUser(message.line.req.uri)},
          {"channel", std::int64_t{0}},
          {"fromUri", uriText(from)},
          {"fromName", displayName(from)},
          {"assertedUri", uriOfNameAddress(headerValue(message, "P-Asserted-Identity"))},
          {"privacy", headerValue(message, "Privacy")},
          {"diversion", headerValue(message, "Diversion")},
          {"sourceAddress", std::string(request.pkt_info.src_name)},
          {"sourcePort", std::int64_t{request.pkt_info.src_port}},
          {"callId", textOf(request.msg_info.cid->id)}};
}

}  // namespace branchline
