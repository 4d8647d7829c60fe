// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "analogue/line_port.hpp"
#include "analogue/line_settings.hpp"
#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "channel/channel_io.hpp"
#include "channel/echo_settings.hpp"

namespace branchline {

/// How a leg of an analogue line ended: fields of its legEnded event (addon.d.ts).
struct LegEnd {
  int q850 = 16;
  bool inferred = false;  // From a tone or from silence.
  const char* by = "us";  // "us", "peer", "line".
  bool sent = false;
  bool responded = false;
  std::string detail;
};

/// What a line's state machine asks of the stack around it. Line-events thread.
class LineHost {
 public:
  virtual ~LineHost() = default;
  [[nodiscard]] virtual std::int64_t nowNs() const noexcept = 0;
  [[nodiscard]] virtual ChannelIo& io() noexcept = 0;
  [[nodiscard]] virtual const Country& country() const noexcept = 0;
  /// A new leg, told by legIncoming; kNoHandle when the engine has no slot left.
  virtual Handle offerLeg(int channel, const std::string& to, const CallerIdMessage& caller) = 0;
  /// How calls that begin now are freed from echo.
  [[nodiscard]] virtual EchoSettings echo() const noexcept = 0;
  /// The leg's audio is the port's from now on.
  virtual void attachLeg(Handle leg, LinePort& port) = 0;
  /// legSeized, legAnswered.
  virtual void tell(const char* type, Handle leg) = 0;
  virtual void tellProgress(Handle leg, bool earlyMedia) = 0;
  virtual void endLeg(Handle leg, const LegEnd& end) = 0;
  virtual void tellChannel(int channel, const char* state, const std::string& detail) = 0;
};

/// One analogue line's state machine: base of FxoMachine and FxsMachine. Everything happens on the line-events thread but reserve().
class LineMachine {
 public:
  LineMachine(int channel, LineHost& host)
      : channel_(channel),
        host_(host),
        port_(host.io(), channel, host.country()),
        settings_(defaultLineSettings(host.country())) {}
  virtual ~LineMachine() = default;
  LineMachine(const LineMachine&) = delete;
  LineMachine& operator=(const LineMachine&) = delete;

  [[nodiscard]] int channel() const noexcept { return channel_; }
  [[nodiscard]] LinePort& port() noexcept { return port_; }
  [[nodiscard]] Handle leg() const noexcept { return leg_; }
  /// Any thread. Takes an idle line for a dial() that follows: ok; wrongState: in use; unavailable: no battery, or removed.
  Status reserve() noexcept;
  /// Any thread. Gives a reserved line back that will not be dialled.
  void unreserve() noexcept;
  [[nodiscard]] virtual bool acceptsDigits(std::string_view digits) const noexcept = 0;

  /// The leg of a reserved line is to be dialled. A line that an incoming call took meanwhile ends it with cause 44.
  virtual void dial(Handle leg, const std::string& digits, const CallOptions& options) = 0;
  virtual void ring(bool earlyMedia) = 0;
  virtual void answer() = 0;
  virtual void clear(int q850) = 0;
  /// Recall to the exchange, during a call.
  virtual void flash() {}
  /// What the line goes by from its next call on.
  void configure(const LineSettings& settings) {
    settings_ = settings;
    onConfigured();
  }
  virtual void onEvent(const ChannelEvent& event) = 0;
  virtual void onFinding(const LinePort::Finding& finding) = 0;
  virtual void onCallerDisplay(const CallerIdReport&) {}
  /// The moment of setDeadline has come.
  virtual void onDeadline() = 0;
  /// Once a turn, after events and findings.
  virtual void onTurn() {}
  /// The stack stops: the leg ends, the line is left on hook.
  virtual void shutDown() = 0;

  void runDue();

 protected:
  [[nodiscard]] const LineSettings& settings() const noexcept { return settings_; }
  /// The settings changed.
  virtual void onConfigured() {}
  /// The channel's gains are the country's. A channel forgets them with its driver.
  void setUpGains();
  enum class Use : std::uint8_t { idle, inUse, outOfService };
  void publish(Use use, const char* state, const std::string& detail = {});
  void setDeadline(int milliseconds) noexcept { deadlineNs_ = host_.nowNs() + milliseconds * 1'000'000LL; }
  void dropDeadline() noexcept { deadlineNs_ = 0; }
  /// The leg's audio is the line's from now on, without its echo.
  void attachLeg();
  /// Ends the leg, where there is one, with `sent` and `responded` as they are.
  void endLeg(int q850, bool inferred, const char* by, const std::string& detail);
  void refuseForGlare(Handle leg);

  const int channel_;
  LineHost& host_;
  LinePort port_;
  Handle leg_ = kNoHandle;
  bool sent_ = false;  // Of the present leg.
  bool responded_ = false;

 private:
  LineSettings settings_;
  std::int64_t deadlineNs_ = 0;  // 0: none.
  std::atomic<Use> use_{Use::idle};
};

}  // namespace branchline
