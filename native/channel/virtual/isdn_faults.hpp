// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

namespace branchline {

/// What is wrong with a D channel.
struct DChannelFaults {
  double loss = 0;         // 0…1: share of the frames that never arrive, each way.
  int delayMs = 0;         // 0…10000.
  bool cut = false;        // Nothing arrives.
  bool refuseTei = false;  // Point to multipoint: what TEIs there were are taken away, none is assigned (Q.921 §5.3).
};

/// What the exchange does wrong with the calls of a span. Causes are of Q.850, 0: none.
struct ExchangeFaults {
  int refuseWith = 0;                   // Every call of the card is refused so …
  std::map<std::string, int> refusals;  // … and calls to these numbers so, which are written as the far ends' are.
  int wrongCause = 0;                   // Said in place of whatever a subscriber clears or refuses with.
  int lateConnectMs = 0;                // 0…60000: CONNECT leaves so much after the subscriber has answered.
};

/// Everything that may be wrong with an ISDN span of the virtual card beside its alarms, at run time.
struct IsdnFaults {
  DChannelFaults dChannel;
  ExchangeFaults exchange;
};

/// "" or what to change.
[[nodiscard]] std::string faultOf(const IsdnFaults& faults);

}  // namespace branchline
