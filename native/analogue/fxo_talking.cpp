// SPDX-License-Identifier: GPL-3.0-or-later
// An answered call, and what happens with time.
#include "analogue/fxo_machine.hpp"

namespace branchline {

void FxoMachine::onTalkingFinding(const LinePort::Finding& finding) {
  if (finding.type == LinePort::Finding::Type::tone) clearedBy(clearing_.onTone(finding.tone, host_.nowNs()), true);
  if (finding.type == LinePort::Finding::Type::toneEnded) clearing_.onToneEnded();
}

void FxoMachine::clearedBy(const char* reason, bool inferred) {
  if (*reason == '\0') return;
  endLeg(16, inferred, "peer", reason);
  hangUp();
}

// Timed break recall: the exchange parks the call and gives dial tone, which ends nothing then.
void FxoMachine::flash() {
  if (state_ != State::talking) return;
  flashedNs_ = host_.nowNs();
  clearing_.onRecall();
  host_.io().setHook(channel_, Hook::flash);
}

void FxoMachine::onTurn() {
  const std::int64_t nowNs = host_.nowNs();
  switch (state_) {
    case State::idle:
    case State::guard:
      if (rings_.isRinging(nowNs)) onRinging();
      break;
    case State::announced:
    case State::ignored:
      if (rings_.hasGone(nowNs)) enterIdle();
      break;
    case State::ringing:
      if (!rings_.hasGone(nowNs)) break;
      endLeg(16, true, "peer", "the caller gave up");
      enterIdle();
      break;
    case State::talking: clearedBy(clearing_.onTurn(port_.silentMs(), nowNs), true); break;
    case State::seizing:
    case State::dialling:
    case State::proceeding:
    case State::taken:
    case State::alarm:
    case State::removed: break;
  }
}

}  // namespace branchline
