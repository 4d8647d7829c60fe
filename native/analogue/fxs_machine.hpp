// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "analogue/line_machine.hpp"

namespace branchline {

/// A line that feeds a telephone. Out: rings it until it is lifted. In: dial tone, keys, then a leg to be offered; ringing tone, and busy tone at the
/// end until it is put down.
class FxsMachine final : public LineMachine {
 public:
  FxsMachine(int channel, LineHost& host);

  [[nodiscard]] bool acceptsDigits(std::string_view digits) const noexcept override { return digits.empty(); }
  void dial(Handle leg, const std::string& digits, const CallOptions& options) override;
  void ring(bool earlyMedia) override;
  void answer() override;
  void clear(int q850) override;
  void onEvent(const ChannelEvent& event) override;
  void onFinding(const LinePort::Finding& finding) override;
  void onDeadline() override;
  void shutDown() override;

 private:
  enum class State : std::uint8_t {
    idle,
    announcing,  // The telephone is shown who calls, before it rings.
    ringing,
    dialTone,
    collecting,
    offered,  // Dialled: the leg is not answered yet.
    talking,
    released,  // The call is over, the telephone still off hook …
    howling,   // … for so long that nobody can be listening …
    parked,    // … and not even then.
    removed,
  };

  void onConfigured() override;
  void setUpChannel();
  void startRinging();
  void showCaller(int afterMs);
  void onLifted();
  void onPutDown();
  void onFlash();
  void onDigit(char digit);
  void complete();
  void release(CallTone tone, const std::string& detail);
  void enterIdle();

  State state_ = State::idle;
  std::string digits_;
  CallerIdMessage caller_;  // Still to be shown; empty once it was.
};

}  // namespace branchline
