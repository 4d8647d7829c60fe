// SPDX-License-Identifier: GPL-3.0-or-later
// From the seizure of an exchange line to the called party's answer.
#include "analogue/fxo_machine.hpp"

namespace branchline {
namespace {

// Q.850 causes that a tone before answer stands for; the leg says that they are inferred. Congestion tone is 34 (no circuit or channel available),
// not 42: the tone is given where equipment or circuits are engaged on the way, and 34 is what lets the next trunk be tried (DESIGN.md §6.5).
int causeOf(CallTone tone) {
  switch (tone) {
    case CallTone::busy: return 17;
    case CallTone::congestion: return 34;
    case CallTone::unobtainable: return 1;
    case CallTone::none:
    case CallTone::dial:
    case CallTone::specialDial:
    case CallTone::ringing:
    case CallTone::callWaiting:
    case CallTone::howler: break;
  }
  return 0;
}

}  // namespace

void FxoMachine::dial(Handle leg, const std::string& digits, const CallOptions& options) {
  if (state_ != State::idle || rings_.isBursting()) {
    refuseForGlare(leg);
    if (state_ == State::idle) publish(Use::idle, "idle");  // Until the burst proves to be ringing.
    return;
  }
  leg_ = leg;
  digits_ = digits;
  call_ = settings().fxo;
  call_.dialling = options.dialling.value_or(call_.dialling);
  call_.answer = options.answer.value_or(call_.answer);
  call_.absoluteLimitMs = options.absoluteLimitMs.value_or(call_.absoluteLimitMs);
  heardVoice_ = false;
  heardRinging_ = false;
  state_ = State::seizing;
  port_.listen(LinePort::Listen::tones);
  host_.io().setHook(channel_, Hook::offHook);
  host_.tell("legSeized", leg_);
  publish(Use::inUse, "dialling");
  attachLeg();
  setDeadline(call_.dialToneMs);
}

void FxoMachine::onProgress(const LinePort::Finding& finding) {
  switch (finding.type) {
    case LinePort::Finding::Type::voice:
      heardVoice_ = true;
      if (state_ == State::proceeding && call_.answer == AnswerRule::voice) onAnswered(true);
      return;
    case LinePort::Finding::Type::toneEnded:
      if (state_ == State::proceeding && call_.answer == AnswerRule::ringbackEnd && finding.tone == CallTone::ringing) onAnswered(true);
      return;
    case LinePort::Finding::Type::digit:
    case LinePort::Finding::Type::shown: return;
    case LinePort::Finding::Type::tone: break;
  }
  if (state_ == State::seizing) {
    onSeizingTone(finding.tone);
  } else if (finding.tone == CallTone::ringing) {
    responded_ = true;
    if (!heardRinging_) host_.tellProgress(leg_, true);
    heardRinging_ = true;
  } else if (causeOf(finding.tone) != 0) {
    responded_ = true;
    failBeforeAnswer(causeOf(finding.tone), "peer", std::string(callToneName(finding.tone)) + " tone");
  }
}

void FxoMachine::onSeizingTone(CallTone tone) {
  if (tone == CallTone::dial)
    startDialling();
  else if (causeOf(tone) != 0)
    failBeforeAnswer(34, "line", std::string(callToneName(tone)) + " tone instead of dial tone");
}

// The wait for dial tone is over.
void FxoMachine::onNoDialTone() {
  const auto line = host_.io().channelState(channel_);
  if (line && !line->battery)
    failBeforeAnswer(27, "line", "no battery on the line: is its cable cut?");
  else if (call_.withoutDialTone == WithoutDialTone::dial && !heardVoice_ && !digits_.empty())
    startDialling();
  else if (heardVoice_)
    failBeforeAnswer(44, "line", "no dial tone but voices: the line is in use beside us");
  else
    failBeforeAnswer(38, "line", "no dial tone");
}

void FxoMachine::startDialling() {
  dropDeadline();
  if (digits_.empty()) {  // A test of the line wants its dial tone and no call.
    state_ = State::proceeding;
    return;
  }
  state_ = State::dialling;
  if (host_.io().dial(channel_, digits_, call_.dialling) == Status::ok) return;
  failBeforeAnswer(38, "line", call_.dialling == DialMethod::pulse ? "the card can't dial by pulses" : "the card can't dial");
}

void FxoMachine::onDialled() {
  if (state_ != State::dialling) return;
  sent_ = true;
  state_ = State::proceeding;
  port_.listen(LinePort::Listen::tones);
  if (call_.answer == AnswerRule::timer) setDeadline(call_.answerTimerMs);
}

void FxoMachine::failBeforeAnswer(int q850, const char* by, const std::string& detail) {
  endLeg(q850, true, by, detail);
  hangUp();
}

void FxoMachine::onAnswered(bool inferred) {
  const bool outgoing = state_ == State::proceeding;
  dropDeadline();
  state_ = State::talking;
  responded_ = true;
  clearing_.begin(call_, outgoing, inferred, host_.nowNs());
  host_.tell("legAnswered", leg_);
  publish(Use::inUse, "talking");
}

}  // namespace branchline
