// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "isdnd/channels.hpp"
#include "isdnd/d_channel.hpp"
#include "isdnd/d_frame.hpp"
#include "isdnd/libpri.hpp"
#include "isdnd/log_budget.hpp"
#include "isdnd/protocol.hpp"

namespace branchline::isdn {

/// Where a span leaves its messages to the add-on. Any thread.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual void send(const Message& message) = 0;
};

/// One span: libpri's controller of its D channel, its calls and its B-channels. One thread at a time (a struct pri is not thread-safe), and all
/// spans of a process are made on one thread (libpri numbers its timer pools in a static counter). libpri has no way to free a controller: what a
/// span leaves behind stays until the process ends.
class Span {
 public:
  /// `dChannel` is a non-blocking descriptor of DAHDI, or of a SOCK_SEQPACKET socket, owned from now on; `outbox` and `clock` outlive the span.
  Span(const ConfigureSpan& configuration, int dChannel, const Clock& clock, Outbox& outbox);
  /// Ends every call that is left towards the add-on with cause 41.
  ~Span();
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  [[nodiscard]] int number() const noexcept { return configuration_.span; }
  [[nodiscard]] int dChannel() const noexcept { return dChannel_.descriptor(); }
  /// A message of the add-on that names this span. What names a call that is gone already is passed over: both sides may end one at once.
  void handle(const Message& message);
  /// Reads the D frames that are there, up to a number: more may be left. False once the far end of the D channel is closed.
  bool receive();
  /// Ends every call towards the add-on, by the line; nothing is said to the far end.
  void endCalls(int cause);
  /// Runs every timer that is due.
  void runTimers();
  /// Clock::nowNs() of the next timer; 0: none runs.
  [[nodiscard]] std::int64_t nextDueNs() const noexcept;
  /// D frames read and written since the last call.
  std::uint32_t takeFrameCount() noexcept;

 private:
  struct Said {
    std::uint8_t cause = 0;
    Location location = Location::user;
    bool inband = false;
  };
  struct Call {
    std::uint32_t id = 0;
    q931_call* handle = nullptr;
    int channel = 0;  // 0: none.
    bool incoming = false;
    bool exclusive = false;        // Outgoing: of the SETUP.
    bool responded = false;        // Outgoing: the far end answered; its channel is settled.
    bool dialling = false;         // Outgoing: SETUP ACKNOWLEDGE came, digits are wanted.
    bool connecting = false;       // Incoming: CONNECT left.
    bool held = false;             // Has no channel, and is alive.
    int heldChannel = 0;           // The one that it had then.
    bool retrieving = false;       // Held: `channel` is the one that our RETRIEVE asks for.
    int transferInvoke = -1;       // The far end's request to join this call with another.
    std::int64_t answerByNs = 0;   // Outgoing: T304, T310 or T301; 0: none runs.
    int lateCause = 0;             // Of its end, when that is over.
    bool ending = false;           // `end` holds why.
    std::int64_t toneUntilNs = 0;  // Ending: the far end's tone is listened to; 0: it is not.
    std::int64_t endUntilNs = 0;   // Ending: libpri's patience is over by then.
    Released end;
    std::optional<Said> said;                     // What our clearing messages carry.
    std::array<ProgressIndicator, 8> progress{};  // What our messages carry, by progressIndex().
  };

  // Messages of the add-on
  template <typename Shown>
  bool indicate(Call& call, std::uint8_t messageType, const Shown& message);
  void on(const ConfigureSpan&) {}
  void on(const Setup& setup);
  void on(const SetupAck& message);
  void on(const Information& message);
  void on(const Proceeding& message);
  void on(const Alerting& message);
  void on(const Progress& message);
  void on(const Connect& message);
  void on(const Clear& message);
  void on(const RestartChannel& message);
  void on(const QuerySpan&);
  void on(const Hold& message);
  void on(const Retrieve& message);
  void on(const Transfer& message);
  void on(const TransferAnswer& message);
  void on(const PartyChanged& message);
  void on(const Diverted& message);
  void on(const Notify& message);
  void on(const Tariff& message);
  void on(const Charge& message);
  void on(const Service& message);
  template <typename Other>
  void on(const Other&) {}  // Not for us.

  // Events of libpri. Each is copied as far as it is wanted before libpri is called again: it lies inside the controller.
  void dispatch(pri_event* event);
  void onLayerTwo(bool up);
  void onRing(const pri_event_ring& ring);
  void onDigits(q931_call* handle, const std::string& digits, bool complete);
  template <typename Told>
  void onProgress(q931_call* handle, int channel, int progressMask);
  void onAnswer(const pri_event_answer& answer);
  void onConnectAck(q931_call* handle);
  void onHangup(int type, q931_call* handle, int cause);
  void onRestart(int channel);
  void onRestartAck(int channel);
  void onHold(q931_call* handle);
  void onHoldAnswer(q931_call* handle, bool granted, int cause);
  void onRetrieve(q931_call* handle, int asked, bool flexible);
  void onRetrieveAnswer(q931_call* handle, bool granted, int asked, int cause);
  void onNotify(q931_call* handle, int indicator);
  void onService(int asked, int status, bool acknowledged);
  /// What came along with an event: charges, other parties, requests. Before the event itself is told.
  void tellServices(const pri_subcommands* commands, q931_call* handle);
  void tellTransfer(const pri_subcmd_transfer& transfer);
  template <typename Told>
  void tellCharge(Told charge, std::uint32_t call);

  // Calls
  Call* find(std::uint32_t id) noexcept;
  Call* find(q931_call* handle) noexcept;
  /// One that is neither ending nor gone.
  void putOnHold(Call& call);
  int takeForRetrieving(const Call& call, int asked);
  Call* findAlive(std::uint32_t id) noexcept;
  /// Remembers the first cause that either side says; later ones change nothing.
  void note(Call& call, int cause, Location location, EndedBy by);
  /// The call is gone: libpri has let go of it, or never had it. Frees the channel and tells Released.
  void drop(Call& call);
  /// Clears a call that the far end has not begun to clear, with this cause in whatever message its state asks for.
  void clear(Call& call, Said said);
  /// pri_hangup, and drop() where libpri frees the call in it.
  void hangUp(Call& call, int cause);
  /// The far end has cleared, and there is something to hear: it is released later.
  void listenToTone(Call& call);
  [[nodiscard]] bool isKnownToLibpri(q931_call* handle) const noexcept;
  [[nodiscard]] bool settleChannel(Call& call, int asked);
  [[nodiscard]] static bool isUnanswered(const Call& call) noexcept;
  [[nodiscard]] bool takeFromUnanswered(int channel);
  [[nodiscard]] int channelForIncoming(int asked, bool flexible);
  /// T304, T310 or T301 begins; 0: what ran stops.
  void awaitAnswer(Call& call, std::uint32_t milliseconds, int lateCause);
  void endLate();
  /// Drops calls that libpri has let go of without a word, or does not get rid of.
  void sweep();
  void forgetCallsOn(int channel);
  void restartNext();
  void endRestart();
  /// A channel as libpri wants it, and back; with NFAS it names its interface.
  [[nodiscard]] int encoded(int channel) const noexcept;
  [[nodiscard]] int decoded(int channel) const noexcept;
  /// libpri's own words: as many as the budget allows.
  void relay(LogLevel level, const std::string& text);
  void log(LogLevel level, const std::string& text);

  // libpri's call-backs
  static void tell(pri* controller, LogLevel level, const char* text);
  static int readFrame(pri* controller, void* buffer, int size);
  static int writeFrame(pri* controller, void* buffer, int size);
  /// What libpri can't say itself, put into a frame of its own. Answers the frame's new size.
  [[nodiscard]] std::size_t complete(std::span<std::uint8_t> room, std::size_t size);
  [[nodiscard]] const Call* callOf(const MessageSight& sight) const noexcept;
  static std::size_t progressIndex(std::uint8_t messageType) noexcept { return messageType < 8 ? messageType : 0; }  // 0: SETUP ACKNOWLEDGE.

  const ConfigureSpan configuration_;
  const bool nfas_;
  DChannel dChannel_;
  const Clock& clock_;
  Outbox& outbox_;
  pri* controller_ = nullptr;
  Channels channels_;
  std::vector<Call> calls_;
  std::uint32_t nextIncoming_ = kIncomingCallBit;
  bool up_ = false;
  int restarting_ = 0;  // The channel whose RESTART ACKNOWLEDGE is awaited; 0: none.
  std::int64_t restartUntilNs_ = 0;
  LogBudget logBudget_;

  std::array<std::uint8_t, 1024> frame_{};  // The frame that libpri is about to read.
  std::size_t frameSize_ = 0;
  MessageSight sight_;  // Of the frame that libpri has read last; empty while timers run.
  Location sightLocation_ = Location::user;
  bool maintenance_ = false;  // That frame is of SERVICE's protocol.
  std::uint32_t frameCount_ = 0;
};

}  // namespace branchline::isdn
