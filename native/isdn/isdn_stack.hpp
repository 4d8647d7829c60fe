// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "common/clock.hpp"
#include "common/event.hpp"
#include "common/wake_fd.hpp"
#include "isdn/isdn_legs.hpp"
#include "isdnd/isdnd_process.hpp"
#include "isdnd/protocol.hpp"

namespace branchline {

struct IsdnSpanOptions {
  isdn::ConfigureSpan configuration;
  int dChannel = -1;  // The card's end for isdnd (SOCK_SEQPACKET, one frame a packet, no FCS). The stack's from now on; each isdnd gets a copy.
  int ddiDigits = 0;  // With overlap: how many digits a called number has; 0: not known.
  std::vector<int> nfasSpans;  // Spans on interfaces 1…7 (`configuration.nfas`), whose B-channels this D channel signals for.
  bool usable = true;          // Calls may be dialled over it.
};

struct IsdnDialOptions {
  int channel = 0;  // 0: by the span's selection.
  bool exclusive = false;
  isdn::Bearer bearer = isdn::Bearer::speech;
  isdn::Number called;
  bool complete = true;       // The called number is whole ("sending complete"); false: more digits may follow, by overlap sending.
  std::string furtherDigits;  // Not complete: these go one by one once the exchange acknowledges.
  std::string calledSubaddress;
  isdn::Number calling;
  std::string callingName;
  std::string callingSubaddress;
  isdn::Number redirecting;
  int redirectReason = 0;
};

/// The ISDN spans of a card: keeps an isdnd running, which has libpri, and makes legs of its calls. An isdnd that dies is started again within two
/// seconds: its legs end with cause 41, and its channels get RESTART from the new one. One thread, or the stepping thread.
///
/// An isdnd of which a thread does not answer is killed and started again within two seconds as well; stepped, within ten of real time.
///
/// Besides the legs' events it posts `spanState` {span, up, detail} and `isdnLog` {span, error, text}.
class IsdnStack final : public LegOwner, public SteppedPart, private IsdnLegHost {
 public:
  /// Starts `program` (isdnd); throws std::system_error when it can't be. `engine`, `sink` and `ports` (may be null) outlive the stack.
  IsdnStack(Engine& engine, EventSink& sink, std::string program, std::vector<IsdnSpanOptions> spans, BChannelPorts* ports = nullptr);
  /// Ends every leg with cause 41, stops isdnd and the thread.
  ~IsdnStack() override;
  IsdnStack(const IsdnStack&) = delete;
  IsdnStack& operator=(const IsdnStack&) = delete;

  /// A new leg that calls over `span`. invalidArgument: no such span, or a number, name or subaddress that ISDN can't carry; unavailable: isdnd is
  /// just being started again. A span that is down or full ends the leg, with cause 27 or 34.
  [[nodiscard]] Engine::Created dial(int span, const IsdnDialOptions& options);
  /// A span that the stack has is run so from now on, over a new D channel; its calls end with cause 41. Any thread. invalidArgument: no such span;
  /// its D channel is closed then.
  Status configure(const IsdnSpanOptions& span);
  /// The card is gone: the span's calls end with cause 41, and none is dialled until configure(). Any thread.
  void suspend(int span, const std::string& why);
  /// isdnd's process; −1 while there is none.
  [[nodiscard]] pid_t isdndPid() const noexcept { return pid_; }
  [[nodiscard]] std::uint32_t isdndStarts() const noexcept { return starts_; }

  // --- LegOwner -------------------------------------------------------------------------------------------------------------------------
  Status ring(Handle leg, bool earlyMedia) override;
  Status answer(Handle leg) override;
  Status clear(Handle leg, ClearRequest request) override;
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::unavailable; }  // In-band, as on any B-channel.

  // --- Supplementary services. What becomes of it is told by events: legHeld, legRetrieved, legServiceRefused; a transfer ends both legs
  // ---------------
  Status hold(Handle leg);
  Status retrieve(Handle leg);
  Status transfer(Handle leg, Handle other);
  /// More digits of a number that was dialled as not complete: legServiceRefused follows where the exchange wants none. invalidArgument: not 0-9 * #.
  Status dialMore(Handle leg, const std::string& digits);

  // --- SteppedPart; the ISDN thread calls it otherwise ------------------------------------------------------------------------------------
  void runDue(std::int64_t nowNs) override;

 private:
  struct Command {
    enum class Type : std::uint8_t { dial, ring, answer, clear, hold, retrieve, transfer, dialMore, configure, suspend };
    Type type = Type::dial;
    Handle leg = kNoHandle;
    isdn::Setup setup;         // dial.
    bool earlyMedia = false;   // ring.
    int q850 = 16;             // clear.
    Handle other = kNoHandle;  // transfer.
    std::string digits;        // dial: that follow; dialMore.
    IsdnSpanOptions span;      // configure; suspend: its number.
    std::string why;           // suspend.
  };

  // IsdnLegHost
  void send(const isdn::Message& message) override;
  void legOffered(Handle leg) override;
  void legGone(Handle leg) override;

  Status post(Command command, bool incomingOnly);
  void runCommands();
  void run(Command& command);
  void runConfigure(const IsdnSpanOptions& changed);
  void runSuspend(int span, const std::string& why, int cause);
  [[nodiscard]] IsdnSpanOptions* spanOf(int number) noexcept;
  void start();
  void lose(const std::string& why, std::int64_t startAgainNs);
  void receiveAll();
  void stepIsdnd(std::int64_t nowNs);
  [[nodiscard]] bool isAtRest(std::int64_t nowNs) const;
  void handle(const isdn::Message& message);
  void watch(std::int64_t nowNs);
  void tellSpan(int span, bool up, const std::string& detail);
  void runUntilStopped();
  [[nodiscard]] int patienceMs() const;

  Engine& engine_;
  EventSink& sink_;
  const std::string program_;
  std::vector<IsdnSpanOptions> spans_;  // Their numbers never change; `usable` is under mutex_, the rest the ISDN thread's.
  IsdnLegs legs_;
  std::unique_ptr<IsdndProcess> process_;
  bool lost_ = false;  // A message did not go out; seen at the end of the turn.
  std::int64_t startAtNs_ = 0;
  std::uint32_t sequence_ = 0;
  std::set<int> silent_;        // Real time: spans whose thread in isdnd was asked for a sign of life, and has not given it.
  std::int64_t askAtNs_ = 0;    // When they are asked next.
  std::int64_t silenceNs_ = 0;  // How long we have waited for them, by turns of our own thread.
  std::int64_t watchedAtNs_ = 0;
  bool spoken_ = false;               // To isdnd, since its last step.
  std::int64_t isdndDueNs_ = 0;       // Its next timer, as of then; 0: none.
  std::unordered_map<int, bool> up_;  // Spans by number.

  std::mutex mutex_;  // Of the three below.
  std::vector<Command> commands_;
  std::unordered_map<Handle, bool> open_;  // Legs that have not ended; true: incoming.
  std::uint32_t nextCall_ = 1;

  std::atomic<pid_t> pid_{-1};  // −1 only under mutex_, so that a dial() is either queued before or refused.
  std::atomic<std::uint32_t> starts_{0};
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
