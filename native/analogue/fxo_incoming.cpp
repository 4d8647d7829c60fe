// SPDX-License-Identifier: GPL-3.0-or-later
// From ringing to our answer. Caller display is heard before the first burst, in State::idle, or in the pause after it, in State::announced.
#include "analogue/fxo_machine.hpp"

namespace branchline {
namespace {

constexpr int kCallerDisplayMs = 5500;                   // After the first ring: by then the second is due, or was lost.
constexpr std::int64_t kNextRingNs = 1'500'000'000;      // Bursts nearer to the first one than that are still the first ring.
constexpr std::int64_t kCallerStaysNs = 10'000'000'000;  // A caller who was shown and has not rung by then does not call.

}  // namespace

void FxoMachine::onRinging() {
  switch (state_) {
    case State::idle:
    case State::guard:
      call_ = settings().fxo;
      onFirstRing();
      break;
    case State::seizing:
      // Glare: the exchange rang while we went off hook, which has answered it. The caller stays, our own call goes elsewhere.
      dropDeadline();
      refuseForGlare(leg_);
      leg_ = kNoHandle;
      call_ = settings().fxo;
      offer(State::taken);
      break;
    case State::announced:
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

// Who calls was told before the first ring, or is about to be told in the pause after it.
void FxoMachine::onFirstRing() {
  const CallerDisplay display = host_.country().callerDisplay;
  if (display == CallerDisplay::none || announcesBeforeRinging(display)) {
    offer(State::ringing);
    return;
  }
  state_ = State::announced;
  announcedNs_ = host_.nowNs();
  publish(Use::inUse, "ringing");
  setDeadline(kCallerDisplayMs);
}

void FxoMachine::onNextBurst(std::int64_t atNs) {
  if (atNs - announcedNs_ >= kNextRingNs) offer(State::ringing);
}

void FxoMachine::onCallerDisplay(const CallerIdReport& report) {
  if (state_ != State::idle && state_ != State::guard && state_ != State::announced) return;
  if (report.fault == CallerIdFault::none && report.display.kind != CallerIdMessage::Kind::call) return;
  caller_ = report.display;
  callerNs_ = host_.nowNs();
  callerFault_ = callerIdFaultText(report.fault);
  if (state_ == State::announced) offer(State::ringing);
}

void FxoMachine::offer(State state) {
  dropDeadline();
  if (host_.nowNs() - callerNs_ > kCallerStaysNs) {
    caller_ = {};
    callerFault_ = "";
  }
  leg_ = host_.offerLeg(channel_, "", caller_);
  state_ = leg_ == kNoHandle ? State::ignored : state;
  publish(Use::inUse, "ringing", leg_ == kNoHandle ? "no room for another call" : callerFault_);
  caller_ = {};
  callerFault_ = "";
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
  attachLeg();
  onAnswered(false);
}

}  // namespace branchline
