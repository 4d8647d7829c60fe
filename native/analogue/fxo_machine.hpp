// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "analogue/line_machine.hpp"

namespace branchline {

/// A line to the exchange (United Kingdom loop start). Out: seize, dial tone, keys, call progress by tone, answer by polarity reversal. In: ringing,
/// answer by going off hook. Cleared by battery drop or by tone.
class FxoMachine final : public LineMachine {
 public:
  using LineMachine::LineMachine;

  [[nodiscard]] bool acceptsDigits(std::string_view digits) const noexcept override;
  void dial(Handle leg, const std::string& digits) override;
  void ring(bool) override {}  // The exchange gives the caller ringing tone.
  void answer() override;
  void clear(int q850) override;
  void onEvent(const ChannelEvent& event) override;
  void onFinding(const LinePort::Finding& finding) override;
  void onDeadline() override;
  void shutDown() override;

 private:
  enum class State : std::uint8_t {
    idle,
    seizing,  // Off hook, waiting for dial tone.
    dialling,
    proceeding,  // Dialled: call progress.
    talking,
    ringing,  // An incoming call, offered.
    taken,    // An incoming call that our seizure answered (glare): off hook, offered.
    ignored,  // An incoming call that we cleared before answer: it rings until the caller tires.
    guard,    // On hook, but not to be seized yet.
    alarm,
    removed,
  };

  void onRing();
  void offer(State state);
  void onAnswered();
  void onBatteryDrop();
  void onTone(CallTone tone);
  void hangUp();
  void enterIdle();
  void takeOutOfService(State state, const char* name, const std::string& detail);

  State state_ = State::idle;
  std::string digits_;
};

}  // namespace branchline
