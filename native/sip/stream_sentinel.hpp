// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjmedia.h>

#include <memory>

#include "sip/sip_call.hpp"

namespace branchline {

/// A silent port that pjsua puts into its (never clocked) bridge in place of `stream`, which the engine clocks. pjsua destroys it just before the
/// stream, whatever ended the call; that takes the stream away from the call's audio (on_stream_destroyed is not called after our own hang-up).
/// Null when PJLIB has no memory.
pjmedia_port* makeStreamSentinel(std::shared_ptr<SipCall> call, const RtpStream* stream);

}  // namespace branchline
