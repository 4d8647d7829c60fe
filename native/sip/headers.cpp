// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/headers.hpp"

#include <algorithm>

#include "sip/text.hpp"

namespace branchline {
namespace {

constexpr std::string_view kMarks = "-.!%*_+`'~@";

bool isSipUri(std::string_view uri) noexcept {
  if (!startsWithNoCase(uri, "sip:") && !startsWithNoCase(uri, "sips:") && !startsWithNoCase(uri, "tel:")) return false;
  return isHeaderText(uri) && uri.find_first_of(" <>\"") == std::string_view::npos;
}

}  // namespace

bool isHeaderText(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool isIdentity(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lowered(c) >= 'a' && lowered(c) <= 'z') || kMarks.find(c) != std::string_view::npos;
  });
}

std::string nameAddress(std::string_view name, std::string_view uri) {
  std::string result;
  if (!name.empty()) {
    result += '"';
    for (const char c : name) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    result += "\" ";
  }
  result += '<';
  result += uri;
  result += '>';
  return result;
}

std::vector<std::pair<std::string, std::string>> inviteHeaders(const SipDialOptions& options) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (options.assertedUri) headers.emplace_back("P-Asserted-Identity", nameAddress("", *options.assertedUri));
  if (options.privacy) headers.emplace_back("Privacy", *options.privacy);
  if (options.diversion) headers.emplace_back("Diversion", *options.diversion);
  return headers;
}

std::string faultOf(const SipDialOptions& options) {
  if (!isSipUri(options.uri)) return "the request URI is not a sip: URI";
  if (!isSipUri(options.fromUri)) return "the From URI is not a sip: URI";
  if (options.assertedUri && !isSipUri(*options.assertedUri)) return "the P-Asserted-Identity is not a sip: or tel: URI";
  if (!isHeaderText(options.fromName)) return "the From name has control characters";
  if (options.privacy && !isHeaderText(*options.privacy)) return "the Privacy value has control characters";
  if (options.diversion && !isHeaderText(*options.diversion)) return "the Diversion value has control characters";
  if (!isIdentity(options.callId)) return "the Call-ID has characters it may not have";
  if (!isIdentity(options.fromTag) || options.fromTag.find('@') != std::string::npos) return "the From tag has characters it may not have";
  return "";
}

}  // namespace branchline
