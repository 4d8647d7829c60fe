// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/pj.hpp"

#include <array>

namespace branchline {

std::string describe(pj_status_t status) {
  std::array<char, PJ_ERR_MSG_SIZE> buffer{};
  return textOf(pj_strerror(status, buffer.data(), buffer.size()));
}

pjsip_hdr* makeHeader(pj_pool_t* pool, std::string_view name, std::string_view value) {
  const pj_str_t nameText = pjText(name);
  const pj_str_t valueText = pjText(value);
  pj_str_t nameCopy;
  pj_str_t valueCopy;
  pj_strdup_with_null(pool, &nameCopy, &nameText);
  pj_strdup_with_null(pool, &valueCopy, &valueText);
  return reinterpret_cast<pjsip_hdr*>(pjsip_generic_string_hdr_create(pool, &nameCopy, &valueCopy));
}

std::string headerValue(const pjsip_msg& message, std::string_view name) {
  const pj_str_t nameText = pjText(name);
  const void* const header = pjsip_msg_find_hdr_by_name(&message, &nameText, nullptr);
  if (header == nullptr) return "";
  return textOf(static_cast<const pjsip_generic_string_hdr*>(header)->hvalue);
}

std::string uriText(const pjsip_uri* uri) {
  if (uri == nullptr) return "";
  std::array<char, PJSIP_MAX_URL_SIZE> buffer{};
  const auto* const inner = static_cast<const pjsip_uri*>(pjsip_uri_get_uri(uri));
  const int length = pjsip_uri_print(PJSIP_URI_IN_OTHER, inner, buffer.data(), buffer.size());
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : "";
}

}  // namespace branchline
