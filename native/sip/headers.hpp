// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sip/options.hpp"

namespace branchline {

/// True for text that may stand in a header: no line breaks or other control characters, which would begin a header of the caller's making.
[[nodiscard]] bool isHeaderText(std::string_view text) noexcept;

/// True for a Call-ID or tag of our own: RFC 3261 §25.1 word or token characters, 1…128 of them.
[[nodiscard]] bool isIdentity(std::string_view text) noexcept;

/// `"Name" <uri>`; the name quoted as RFC 3261 §25.1 wants it, left out where empty.
[[nodiscard]] std::string nameAddress(std::string_view name, std::string_view uri);

/// The headers an INVITE carries beside From: P-Asserted-Identity (RFC 3325), Privacy (RFC 3323), Diversion (RFC 5806), each only where given.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> inviteHeaders(const SipDialOptions& options);

/// Why the options can't be dialled, in words for the log and the leg's end; empty when they can.
[[nodiscard]] std::string faultOf(const SipDialOptions& options);

}  // namespace branchline
