// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsip_ua.h>

#include "sip/sip_call.hpp"

namespace branchline {

/// What the event that ended a call says about its end: who, why, with what status. Takes `call.mutex`.
[[nodiscard]] CallEnd endOf(SipCall& call, const pjsip_event& event);

/// The end of a call that never left: `status` is PJSIP's error.
[[nodiscard]] CallEnd endOfFailedDial(pj_status_t status);

/// The final status that refuses an incoming call for `request`.
[[nodiscard]] int refusalStatus(const ClearRequest& request) noexcept;

}  // namespace branchline
