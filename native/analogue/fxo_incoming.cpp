// SPDX-License-Identifier: GPL-3.0-or-later
// From ringing to our answer. Caller display hears the line here: before the first burst in State::idle (after an event `polarity`), and between
// bursts in State::ringing.
#include "analogue/fxo_machine.hpp"

namespace branchline {

void FxoMachine::onRinging() {
  switch (state_) {
    case State::idle:
    case State::guard:
      call_ = settings().fxo;
      offer(State::ringing);
      break;
    case State::seizing:
      // Glare: the exchange rang while we went off hook, which has answered it. The caller stays, our own call goes elsewhere.
      dropDeadline();
      refuseForGlare(leg_);
      leg_ = kNoHandle;
      call_ = settings().fxo;
      offer(State::taken);
      break;
    case State::ringing:
    case State::ignored:
    case State::dialling:
    case State::proceeding:
    case State::talking:
    case State::taken:
    case State::alarm:
    case State::removed: break;
  }
}

void FxoMachine::offer(State state) {
  dropDeadline();
  leg_ = host_.offerLeg(channel_, "");
  state_ = leg_ == kNoHandle ? State::ignored : state;
  publish(Use::inUse, "ringing", leg_ == kNoHandle ? "no room for another call" : "");
  if (state != State::taken) return;
  if (leg_ == kNoHandle)
    hangUp();
  else
    clearing_.begin(call_, false, false, host_.nowNs());
}

void FxoMachine::answer() {
  if (state_ != State::ringing && state_ != State::taken) return;
  if (state_ == State::ringing) host_.io().setHook(channel_, Hook::offHook);
  rings_.reset();
  port_.listen(LinePort::Listen::tones);
  host_.attachLeg(leg_, port_);
  onAnswered(false);
}

}  // namespace branchline
