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
#include "isdnd/d_frame.hpp"
#include "isdnd/libpri.hpp"
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
  /// `dChannel` is a non-blocking SOCK_SEQPACKET descriptor, owned from now on; `outbox` and `clock` outlive the span.
  Span(const ConfigureSpan& configuration, int dChannel, const Clock& clock, Outbox& outbox);
  /// Ends every call towards the add-on with cause 41.
  ~Span();
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  [[nodiscard]] int number() const noexcept { return configuration_.span; }
  [[nodiscard]] int dChannel() const noexcept { return dChannel_; }
  /// A message of the add-on that names this span. What names a call that is gone already is passed over: both sides may end one at once.
  void handle(const Message& message);
  /// Reads every D frame that is there. False once the far end of the D channel is closed.
  bool receive();
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
  };
  struct Call {
    std::uint32_t id = 0;
    q931_call* handle = nullptr;
    int channel = 0;  // 0: none.
    bool incoming = false;
    bool exclusive = false;       // Outgoing: of the SETUP.
    bool responded = false;       // Outgoing: the far end answered; its channel is settled.
    bool connecting = false;      // Incoming: CONNECT left.
    bool ending = false;          // `end` holds why.
    std::int64_t endUntilNs = 0;  // Ending: libpri's patience is over by then.
    Released end;
    std::optional<Said> said;  // What our clearing messages carry.
  };

  // Messages of the add-on
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

  // Calls
  Call* find(std::uint32_t id) noexcept;
  Call* find(q931_call* handle) noexcept;
  /// Remembers the first cause that either side says; later ones change nothing.
  void note(Call& call, int cause, Location location, EndedBy by);
  /// The call is gone: libpri has let go of it, or never had it. Frees the channel and tells Released.
  void drop(Call& call);
  /// Clears a call that the far end has not begun to clear, with this cause in whatever message its state asks for.
  void clear(Call& call, Said said);
  /// pri_hangup, and drop() where libpri frees the call in it.
  void hangUp(Call& call, int cause);
  [[nodiscard]] bool isKnownToLibpri(q931_call* handle) const noexcept;
  [[nodiscard]] bool settleChannel(Call& call, int asked);
  [[nodiscard]] static bool isUnanswered(const Call& call) noexcept;
  [[nodiscard]] bool takeFromUnanswered(int channel);
  [[nodiscard]] int channelForIncoming(int asked, bool flexible);
  /// Drops calls that libpri has let go of without a word, or does not get rid of.
  void sweep();
  void restartNext();
  void endRestart();
  void log(LogLevel level, const std::string& text);

  // libpri's call-backs
  static void tell(pri* controller, LogLevel level, const char* text);
  static int readFrame(pri* controller, void* buffer, int size);
  static int writeFrame(pri* controller, void* buffer, int size);
  void fillCause(std::span<std::uint8_t> frame);

  const ConfigureSpan configuration_;
  const int dChannel_;
  const Clock& clock_;
  Outbox& outbox_;
  pri* controller_ = nullptr;
  Channels channels_;
  std::vector<Call> calls_;
  std::uint32_t nextIncoming_ = kIncomingCallBit;
  bool up_ = false;
  int restarting_ = 0;  // The channel whose RESTART ACKNOWLEDGE is awaited; 0: none.
  std::int64_t restartUntilNs_ = 0;

  std::array<std::uint8_t, 1024> frame_{};  // The frame that libpri is about to read.
  std::size_t frameSize_ = 0;
  MessageSight sight_;  // Of the frame that libpri has read last; empty while timers run.
  Location sightLocation_ = Location::user;
  std::uint32_t frameCount_ = 0;
};

}  // namespace branchline::isdn
