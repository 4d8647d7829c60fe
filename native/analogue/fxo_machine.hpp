// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "analogue/clearing_watch.hpp"
#include "analogue/line_machine.hpp"
#include "analogue/ring_watch.hpp"

namespace branchline {

/// A line to the exchange (loop start). Out: seize, dial tone, digits, call progress by tone, answer by the line's rule. In: ringing, answer by going
/// off hook. Cleared as ClearingWatch says. fxo_machine.cpp has what comes in and how a line is left, fxo_outgoing.cpp and fxo_incoming.cpp the two
/// ways to an answered call, fxo_talking.cpp the call.
class FxoMachine final : public LineMachine {
 public:
  FxoMachine(int channel, LineHost& host);

  [[nodiscard]] bool acceptsDigits(std::string_view digits) const noexcept override;
  void dial(Handle leg, const std::string& digits, const CallOptions& options) override;
  void ring(bool) override {}  // The exchange gives the caller ringing tone.
  void answer() override;
  void clear(int q850) override;
  void flash() override;
  void onEvent(const ChannelEvent& event) override;
  void onFinding(const LinePort::Finding& finding) override;
  void onCallerDisplay(const CallerIdReport& report) override;
  void onDeadline() override;
  void onTurn() override;
  void shutDown() override;

 private:
  enum class State : std::uint8_t {
    idle,
    seizing,  // Off hook, waiting for dial tone.
    dialling,
    proceeding,  // Dialled: call progress.
    talking,
    announced,  // An incoming call that rings: who calls is told between the first two rings.
    ringing,    // An incoming call, offered.
    taken,      // An incoming call that our seizure answered (glare): off hook, offered.
    ignored,    // An incoming call that we cleared before answer: it rings until the caller tires.
    guard,      // On hook, but not to be seized yet.
    alarm,
    removed,
  };

  void onConfigured() override;
  void setUpChannel();
  void onPolarity();
  void onBatteryDrop();
  void hangUp();
  void enterIdle();
  void takeOutOfService(State state, const char* name, const std::string& detail);
  // Outgoing.
  void startDialling();
  void onDialled();
  void onProgress(const LinePort::Finding& finding);
  void onNoDialTone();
  void onSeizingTone(CallTone tone);
  void failBeforeAnswer(int q850, const char* by, const std::string& detail);
  void onAnswered(bool inferred);
  // Incoming.
  void onRinging();
  void onFirstRing();
  void onNextBurst(std::int64_t atNs);
  void offer(State state);
  // Talking.
  [[nodiscard]] bool inCall() const noexcept { return state_ == State::talking || state_ == State::taken; }
  void onTalkingFinding(const LinePort::Finding& finding);
  void clearedBy(const char* reason, bool inferred);

  State state_ = State::idle;
  std::string digits_;
  FxoSettings call_;           // The line's settings with the call's own: made anew for each call.
  bool heardVoice_ = false;    // While waiting for dial tone.
  bool heardRinging_ = false;  // Ringing tone, before answer.
  RingWatch rings_;
  ClearingWatch clearing_;
  std::int64_t flashedNs_ = 0;    // When the hook was last flashed.
  CallerIdMessage caller_;        // Who calls, or is about to …
  std::int64_t callerNs_ = 0;     // … when that was told …
  const char* callerFault_ = "";  // … or why it was not.
  std::int64_t announcedNs_ = 0;
};

}  // namespace branchline
