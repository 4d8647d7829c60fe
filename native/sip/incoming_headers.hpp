// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsip.h>

#include <string>
#include <string_view>

#include "audio/engine.hpp"

namespace branchline {

/// The URI of the first value of a header of name-addr or addr-spec form (RFC 3261 §25.1): `"A" <sip:a@b>;x=y, …` is `sip:a@b`. "" where there is
/// none.
[[nodiscard]] std::string uriOfNameAddress(std::string_view value);

/// The fields of legIncoming that an INVITE gives.
[[nodiscard]] EndFields incomingFields(const pjsip_rx_data& request);

}  // namespace branchline
