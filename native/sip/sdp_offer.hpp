// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjmedia.h>

namespace branchline {

/// Numbers telephone-event/8000 of an offer 101. PJMEDIA's own number is 120, and nearly everyone else's is 101: a far end that answers an offer with
/// its own number instead of ours, against RFC 3264 §6.1, then still is understood.
void numberTelephoneEvents(pj_pool_t* pool, pjmedia_sdp_session& offer);

}  // namespace branchline
