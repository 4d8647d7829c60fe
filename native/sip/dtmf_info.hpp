// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace branchline {

/// One key press as an INFO request tells it.
struct InfoDigit {
  char digit = 0;        // '0'…'9', '*', '#', 'A'…'D'.
  int durationMs = 250;  // What the sender says, 40…8000; the usual default where it does not say.
};

/// The value of Content-Type that sendInfo uses: Cisco's form, understood by every peer that takes INFO digits.
inline constexpr const char* kDtmfRelaySubtype = "dtmf-relay";

/// Reads the body of an INFO: `application/dtmf-relay` ("Signal=5\r\nDuration=160") or `application/dtmf` ("5"). `subtype` is the part after the
/// slash. Neither has an RFC; both are as Cisco and others document and send them, with numbers 10…16 for * # A B C D and flash. Nullopt for
/// another type, no digit, or flash.
[[nodiscard]] std::optional<InfoDigit> parseDtmfInfo(std::string_view subtype, std::string_view body);

/// The body that tells `digit`.
[[nodiscard]] std::string dtmfRelayBody(char digit, int durationMs);

}  // namespace branchline
