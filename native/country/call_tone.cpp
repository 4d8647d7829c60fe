// SPDX-License-Identifier: GPL-2.0-or-later
#include "country/call_tone.hpp"

namespace branchline {

const char* callToneName(CallTone tone) noexcept {
  switch (tone) {
    case CallTone::dial: return "dial";
    case CallTone::specialDial: return "specialDial";
    case CallTone::ringing: return "ringing";
    case CallTone::busy: return "busy";
    case CallTone::congestion: return "congestion";
    case CallTone::unobtainable: return "unobtainable";
    case CallTone::callWaiting: return "callWaiting";
    case CallTone::howler: return "howler";
    case CallTone::none: break;
  }
  return "";
}

}  // namespace branchline
