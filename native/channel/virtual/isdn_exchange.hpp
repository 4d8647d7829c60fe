// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "channel/virtual/d_channel_relay.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/isdn_bearer.hpp"
#include "channel/virtual/isdn_faults.hpp"
#include "common/clock.hpp"
#include "common/event.hpp"
#include "common/wake_fd.hpp"
#include "isdnd/isdnd_process.hpp"
#include "isdnd/protocol.hpp"

namespace branchline {

/// How the exchange of the virtual card reads numbers of its own country.
struct ExchangeCountry {
  std::string code = "44";  // E.164 country code.
  std::string internationalPrefix = "00";
};

/// A subscriber's call to the card.
struct IsdnCaller {
  int channel = 0;  // B-channel; 0: the exchange chooses.
  bool exclusive = false;
  isdn::Bearer bearer = isdn::Bearer::speech;
  isdn::Number called;
  std::string calledSubaddress;
  bool overlap = false;  // Each digit by itself, after SETUP ACKNOWLEDGE.
  isdn::Number calling;
  std::string callingName;
  std::string callingSubaddress;
  isdn::Number redirecting;
  int redirectReason = 0;
  FarEnd farEnd;  // Runs once the card answers.
};

/// What the exchange's control thread asks of the bearers' audio thread: flat, as it is copied through a ring.
struct BearerCommand {
  enum class Type : std::uint8_t { called, dialled, connected, cleared, hangUp };
  Type type = Type::called;
  int channel = 0;  // Of the card.
  std::uint32_t call = 0;
  std::array<char, IsdnBearer::kMostDigits> digits{};
  std::size_t digitCount = 0;
  bool complete = false;
  FarEndSet* set = nullptr;  // connected: handed over.
};

/// The exchange at the far end of the virtual card's ISDN spans: libpri at the other side of each D channel, in an isdnd of its own, with the card's
/// far ends as subscribers. It has a thread, or is stepped; the bearers' audio is not its business, only their commands and news.
///
/// It tells JavaScript `isdnFarEnd` {span, channel, call, what, …}: what the far end saw of a call.
class IsdnExchange {
 public:
  struct Span {
    isdn::ConfigureSpan configuration;   // Of the exchange's side.
    std::array<int, 32> cardChannels{};  // By B-channel; 0: there is none.
    std::unique_ptr<DChannelRelay> relay;
    ExchangeFaults faults = {};
  };

  /// Starts `program` (isdnd); throws std::system_error when it can't be. All references outlive this.
  IsdnExchange(std::string program, std::vector<Span> spans, ExchangeCountry country, const Clock& clock, EventSink& sink, BearerNewsBox& news,
               SpscRing<BearerCommand>& bearers);
  ~IsdnExchange();
  IsdnExchange(const IsdnExchange&) = delete;
  IsdnExchange& operator=(const IsdnExchange&) = delete;

  // --- Any thread -----------------------------------------------------------------------------------------------------------------------------
  /// The span is run so from now on, seen from the exchange; its calls end. invalidArgument: no such span.
  Status configure(const isdn::ConfigureSpan& configuration);
  /// A subscriber calls. Throws std::invalid_argument that says what is wrong with its script.
  Status callIn(int span, IsdnCaller caller);
  /// The subscriber on a channel of the card clears, or gives up calling. `call`: one that callIn began and that has no channel yet.
  void hangUp(int channel);
  /// The exchange says something of the call on a channel of the card: `message` is of a supplementary service, its span and call are put in here.
  /// Without such a call nothing is said.
  void say(int channel, isdn::Message message);
  /// What the exchange does wrong with a span's calls from now on, in place of what was. invalidArgument: no such span.
  Status setFaults(int span, ExchangeFaults faults);
  /// The exchange loses its memory of a B-channel, 0: of all, with the calls there, and sends RESTART. invalidArgument: no such span or channel.
  Status restart(int span, int channel);
  [[nodiscard]] DChannelRelay* relayOf(int span) noexcept;
  [[nodiscard]] pid_t isdndPid() const noexcept { return pid_; }

  /// Stepped clock: what the thread does otherwise.
  void runDue(std::int64_t nowNs);

 private:
  struct Call {
    bool incoming = false;   // From the exchange's side: the card calls.
    int channel = 0;         // B-channel.
    std::string moreDigits;  // To be sent after SETUP ACKNOWLEDGE.
    std::string digits;      // Called by the card, so far; as subscribers have numbers.
    std::unique_ptr<FarEndSet> caller;
  };
  using Key = std::pair<int, std::uint32_t>;
  struct Place {
    int span = 0;
    std::unique_ptr<FarEndSet> set;
    isdn::Setup setup;
    std::string moreDigits;
  };
  struct HangUp {
    int channel = 0;
  };
  struct Say {
    int channel = 0;
    isdn::Message message;
  };
  struct SetFaults {
    int span = 0;
    ExchangeFaults faults;
  };
  using Command = std::variant<isdn::ConfigureSpan, Place, HangUp, Say, SetFaults, isdn::RestartChannel>;
  struct LateConnect {
    std::int64_t dueNs = 0;
    Key call;
  };

  void runUntilStopped();
  [[nodiscard]] int patienceMs() const;
  void start();
  void lose();
  void runCommands();
  void run(isdn::ConfigureSpan& configuration);
  void run(Place& place);
  void run(const HangUp& hangUp);
  void run(Say& say);
  void run(SetFaults& command);
  void run(const isdn::RestartChannel& restart);
  void takeNews();
  void connect(const Key& call);
  void connectLate(std::int64_t nowNs);
  [[nodiscard]] bool refuses(int span, std::uint32_t call);
  unsigned carry(std::int64_t nowNs);
  void receiveAll();
  void stepIsdnd(std::int64_t nowNs);
  [[nodiscard]] bool isAtRest(std::int64_t nowNs) const;
  void send(const isdn::Message& message, int descriptor = -1);

  void handle(const isdn::Message& message);
  void on(const isdn::Setup& setup);
  void on(const isdn::Information& information);
  void on(const isdn::Seized& seized);
  void on(const isdn::SetupAck& acknowledgement);
  void on(const isdn::Alerting& alerting);
  void on(const isdn::Connect& connect);
  void on(const isdn::Disconnect& disconnect);
  void on(const isdn::Released& released);
  void on(const isdn::Hold& hold) { tellHeld(hold.span, hold.call); }
  void on(const isdn::HoldAnswer& answer) {
    if (answer.granted) tellHeld(answer.span, answer.call);
  }
  void on(const isdn::Retrieve& retrieve) { retrieved(retrieve.span, retrieve.call, retrieve.channel); }
  void on(const isdn::RetrieveAnswer& answer) {
    if (answer.granted) retrieved(answer.span, answer.call, answer.channel);
  }
  void on(const isdn::Transfer& transfer);
  template <typename Other>
  void on(const Other&) {}

  [[nodiscard]] Span* spanOf(int number) noexcept;
  [[nodiscard]] Call* callOf(int span, std::uint32_t call) noexcept;
  [[nodiscard]] int cardChannel(int span, int channel) noexcept;
  void tellHeld(int span, std::uint32_t call);
  void retrieved(int span, std::uint32_t call, int channel);
  void command(int span, const Call& call, BearerCommand command);
  void forget(int span, std::uint32_t call);
  [[nodiscard]] std::string asSubscriber(const isdn::Number& number) const;
  void tell(int span, std::uint32_t call, const char* what, int channel, std::vector<std::pair<const char*, FieldValue>> more = {});

  const std::string program_;
  std::vector<Span> spans_;  // Fixed but for `configuration`.
  const ExchangeCountry country_;
  const Clock& clock_;
  EventSink& sink_;
  BearerNewsBox& news_;
  SpscRing<BearerCommand>& bearers_;

  // The exchange's thread:
  std::unique_ptr<IsdndProcess> process_;
  bool lost_ = false;
  std::int64_t startAtNs_ = 0;
  std::uint32_t sequence_ = 0;
  bool spoken_ = false;          // To isdnd, since its last step.
  std::int64_t isdndDueNs_ = 0;  // Its next timer, as of then; 0: none.
  std::uint32_t nextCall_ = 1;
  std::map<Key, Call> calls_;
  std::vector<LateConnect> lateConnects_;

  std::mutex mutex_;  // Of commands_.
  std::vector<Command> commands_;
  std::atomic<pid_t> pid_{-1};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
