// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/line_machine.hpp"

namespace branchline {

Status LineMachine::reserve() noexcept {
  Use expected = Use::idle;
  if (use_.compare_exchange_strong(expected, Use::inUse)) return Status::ok;
  return expected == Use::outOfService ? Status::unavailable : Status::wrongState;
}

void LineMachine::unreserve() noexcept {
  Use expected = Use::inUse;
  use_.compare_exchange_strong(expected, Use::idle);
}

void LineMachine::publish(Use use, const char* state, const std::string& detail) {
  use_.store(use);
  host_.tellChannel(channel_, state, detail);
}

void LineMachine::runDue() {
  LinePort::Finding finding;
  while (port_.nextFinding(finding)) onFinding(finding);
  CallerIdReport report;
  while (port_.nextDisplay(report)) onCallerDisplay(report);
  if (deadlineNs_ != 0 && host_.nowNs() >= deadlineNs_) {
    deadlineNs_ = 0;
    onDeadline();
  }
  onTurn();
}

// A country that asks for none leaves the driver as it is. A card that cannot do it plays on at its own levels.
void LineMachine::setUpGains() {
  const LineElectrics& electrics = host_.country().electrics;
  if (electrics.receiveGainDb == 0 && electrics.transmitGainDb == 0) return;
  (void)host_.io().setGains(channel_, electrics.receiveGainDb, electrics.transmitGainDb);
}

void LineMachine::attachLeg() {
  port_.echo().begin(host_.echo());
  host_.attachLeg(leg_, port_);
}

void LineMachine::endLeg(int q850, bool inferred, const char* by, const std::string& detail) {
  if (leg_ == kNoHandle) return;
  const Handle leg = leg_;
  leg_ = kNoHandle;
  port_.echo().end();
  host_.endLeg(leg, {q850, inferred, by, sent_, responded_, detail});
  sent_ = false;
  responded_ = false;
}

// Q.850 cause 44, requested circuit not available: telephony tries another line.
void LineMachine::refuseForGlare(Handle leg) { host_.endLeg(leg, {44, false, "line", false, false, "an incoming call or a fault took the line"}); }

}  // namespace branchline
