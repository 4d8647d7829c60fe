// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audio/engine.hpp"
#include "audio/leg_owner.hpp"
#include "common/event.hpp"
#include "isdnd/protocol.hpp"

namespace branchline {

/// The audio of B-channels: the card's. Null where there is none.
class BChannelPorts {
 public:
  virtual ~BChannelPorts() = default;
  // ISDN thread:
  /// Lives as long as the card.
  [[nodiscard]] virtual MediaPort* portOf(int span, int channel) noexcept = 0;
  /// A call's audio begins on a B-channel: speech, or data that nothing may change.
  virtual void beginAudio(int, int, bool /* speech */) {}
  /// A call is to use this B-channel, until tellUse has it idle. False: it can't, a test has it.
  virtual bool claim(int, int) { return true; }
  /// A B-channel is put to another use: idle, ringing, dialling or talking.
  virtual void tellUse(int, int, const char*) {}
};

/// What the legs need of the stack around them. ISDN thread.
class IsdnLegHost {
 public:
  virtual ~IsdnLegHost() = default;
  virtual void send(const isdn::Message& message) = 0;
  /// A call came in and has this leg: from now on commands may come for it.
  virtual void legOffered(Handle leg) = 0;
  /// None may any more.
  virtual void legGone(Handle leg) = 0;
};

/// How an ISDN leg ended, for its legEnded event.
struct IsdnEnd {
  int q850 = 16;
  isdn::Location location = isdn::Location::user;
  isdn::EndedBy by = isdn::EndedBy::us;
  std::string detail;
};

/// Engine legs of ISDN calls: what isdnd tells, into legs and their events; what a leg is asked, into messages to isdnd. Knows nothing of processes.
/// ISDN thread only; the stack around it owns the queue from JavaScript.
class IsdnLegs {
 public:
  IsdnLegs(Engine& engine, LegOwner& owner, EventSink& sink, IsdnLegHost& host, BChannelPorts* ports)
      : engine_(engine),
        owner_(owner),
        sink_(sink),
        host_(host),
        ports_(ports) {}

  /// NFAS: the spans whose channels the D channel of `span` signals for, by interface; its own first.
  void setInterfaces(int span, std::vector<int> spans) { interfaces_[span] = std::move(spans); }
  /// How many digits a span's called numbers have with overlap; 0: not known, so the inter-digit time decides.
  void setDdiDigits(int span, int digits) { ddiDigits_[span] = digits; }

  /// A leg that the engine has made for an outgoing call; the SETUP leaves. `furtherDigits`, of a SETUP that is not complete: they follow one by one
  /// once the exchange wants them (SETUP ACKNOWLEDGE), and are dropped where it has enough.
  void dial(Handle leg, isdn::Setup setup, std::string furtherDigits = {});
  /// More digits of such a number; `legServiceRefused` where the exchange takes none any more.
  void dialMore(Handle leg, const std::string& digits);
  void ring(Handle leg, bool earlyMedia);
  void answer(Handle leg);
  /// HOLD and RETRIEVE towards the far end: `legHeld` or `legRetrieved` follow, or `legServiceRefused`.
  void hold(Handle leg);
  void retrieve(Handle leg);
  /// Asks the far end to join two legs of a span: both end when it does, or `legServiceRefused` follows.
  void transfer(Handle leg, Handle other);
  /// Ends the leg at once; its channel is free when isdnd has cleared. One that is charged for ends when the network has told how much in all, two
  /// seconds later at the latest.
  void clear(Handle leg, int q850);

  void on(const isdn::Setup& setup);
  void on(const isdn::Information& information);
  void on(const isdn::Seized& seized);
  void on(const isdn::SetupAck& message);
  void on(const isdn::Proceeding& message);
  void on(const isdn::Alerting& message);
  void on(const isdn::Progress& message) { progress(message.span, message.call, message.channel, 183, message.inband); }
  void on(const isdn::Connect& connect);
  void on(const isdn::Connected& connected);
  void on(const isdn::Disconnect& disconnect);
  void on(const isdn::Released& released);
  void on(const isdn::Hold& hold) { held(hold.span, hold.call, "peer"); }
  void on(const isdn::HoldAnswer& answer);
  void on(const isdn::Retrieve& retrieve) { retrieved(retrieve.span, retrieve.call, retrieve.channel, "peer"); }
  void on(const isdn::RetrieveAnswer& answer);
  void on(const isdn::Transfer& transfer);
  void on(const isdn::TransferAnswer& answer);
  void on(const isdn::PartyChanged& changed);
  void on(const isdn::Diverted& diverted);
  void on(const isdn::Notify& notify);
  void on(const isdn::Tariff& tariff);
  void on(const isdn::Charge& charge);

  /// Offers the calls whose inter-digit time T302 is over; ends legs that have waited for their charge.
  void runDue(std::int64_t nowNs);
  /// The next of those moments; 0: none.
  [[nodiscard]] std::int64_t nextDueNs() const noexcept;
  /// Every leg ends so: isdnd is gone, or the stack is closed.
  void endAll(const IsdnEnd& end);

 private:
  struct Leg {
    int span = 0;
    std::uint32_t call = 0;
    int channel = 0;
    bool sent = false;
    bool responded = false;
    bool attached = false;
    bool speech = true;               // Or 3.1 kHz audio; no data.
    const char* use = "idle";         // Of `channel`, as it was told last.
    bool collecting = false;          // Outgoing: more digits may follow.
    bool acknowledged = false;        // … and the exchange wants them.
    std::string furtherDigits;        // To be sent then.
    bool charged = false;             // The network tells what it costs.
    std::optional<IsdnEnd> clearing;  // We have cleared, and wait for the charge in all.
    std::int64_t endAtNs = 0;         // … until then.
  };
  struct Collecting {  // An incoming call whose number is not complete.
    isdn::Setup setup;
    std::int64_t offerAtNs = 0;
  };
  using Key = std::uint64_t;
  static Key keyOf(int span, std::uint32_t call) { return static_cast<Key>(span) << 32 | call; }

  /// The exchange has as many digits as it wants.
  void numberIsComplete(int span, std::uint32_t call);
  void sendFurtherDigits(Leg& of);
  void progress(int span, std::uint32_t call, int channel, int sipStatus, bool inband);
  /// The leg of a call, with the channel it now has; kNoHandle: none any more.
  Handle legOf(int span, std::uint32_t call) const noexcept;
  void offer(const isdn::Setup& setup);
  void attach(Handle leg, Leg& of);
  void held(int span, std::uint32_t call, const char* by);
  void retrieved(int span, std::uint32_t call, int channel, const char* by);
  void refused(int span, std::uint32_t call, const char* service, int q850);
  /// The span and channel of its own that a call's channel is: with NFAS another span's.
  [[nodiscard]] std::pair<int, int> placeOf(int span, int channel) const;
  /// The leg is on this channel, in this use. False: a test has the channel, and the leg is being cleared.
  bool occupy(Handle leg, Leg& of, int channel, const char* use);
  [[nodiscard]] bool claim(int span, int channel);
  void changeUse(Leg& of, int channel, const char* use);
  void tellUse(int span, int channel, const char* use);
  void end(Handle leg, IsdnEnd how);
  void post(const char* type, Handle leg, std::vector<std::pair<const char*, FieldValue>> fields = {});
  [[nodiscard]] bool isComplete(const isdn::Setup& setup) const;

  Engine& engine_;
  LegOwner& owner_;
  EventSink& sink_;
  IsdnLegHost& host_;
  BChannelPorts* const ports_;
  std::unordered_map<int, int> ddiDigits_;
  std::unordered_map<int, std::vector<int>> interfaces_;
  std::unordered_map<Handle, Leg> legs_;
  std::unordered_map<Key, Handle> byCall_;
  std::unordered_map<Key, Collecting> collecting_;
  std::unordered_map<Key, int> closing_;  // Calls whose leg has ended and whose channel is not free yet.
};

}  // namespace branchline
