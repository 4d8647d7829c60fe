// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/isdn_exchange.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace branchline {
namespace {

constexpr std::int64_t kStartAgainNs = 500'000'000;
constexpr int kStepPatienceMs = 10'000;
constexpr int kLongestWaitMs = 1'000;
constexpr int kNormalClearing = 16;
constexpr std::uint8_t kInternational = 1;
constexpr std::uint8_t kNational = 2;
const std::string kTrunkPrefix = "0";  // The far ends have numbers of a country that has it.

std::int64_t sooner(std::int64_t one, std::int64_t other) { return one == 0 || (other != 0 && other < one) ? other : one; }

}  // namespace

IsdnExchange::IsdnExchange(std::string program, std::vector<Span> spans, ExchangeCountry country, const Clock& clock, EventSink& sink,
                           BearerNewsBox& news, SpscRing<BearerCommand>& bearers)
    : program_(std::move(program)),
      spans_(std::move(spans)),
      country_(std::move(country)),
      clock_(clock),
      sink_(sink),
      news_(news),
      bearers_(bearers) {
  start();
  if (clock_.isStepped()) return;
  thread_ = std::thread([this] { runUntilStopped(); });
  pthread_setname_np(thread_.native_handle(), "bl-exchange");
}

IsdnExchange::~IsdnExchange() {
  stopping_ = true;
  news_.wake.notify();
  if (thread_.joinable()) thread_.join();
}

// --- Any thread ------------------------------------------------------------------------------------------------------------------------------

Status IsdnExchange::configure(const isdn::ConfigureSpan& configuration) {
  if (spanOf(configuration.span) == nullptr) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(configuration);
  news_.wake.notify();
  return Status::ok;
}

Status IsdnExchange::callIn(int span, IsdnCaller caller) {
  if (spanOf(span) == nullptr || caller.channel < 0 || caller.channel > 31) return Status::invalidArgument;
  std::vector<FarEnd> one;
  one.push_back(std::move(caller.farEnd));
  auto set = std::make_unique<FarEndSet>(std::move(one), FarEndSet::Calls::in);
  set->users = 1;
  std::string digits = caller.called.digits;
  if (caller.overlap) caller.called.digits.clear();
  isdn::Setup setup{.span = static_cast<std::uint8_t>(span),
                    .channel = static_cast<std::uint8_t>(caller.channel),
                    .exclusive = caller.exclusive,
                    .complete = !caller.overlap,
                    .bearer = caller.bearer,
                    .called = std::move(caller.called),
                    .calledSubaddress = std::move(caller.calledSubaddress),
                    .calling = std::move(caller.calling),
                    .callingName = std::move(caller.callingName),
                    .callingSubaddress = std::move(caller.callingSubaddress),
                    .redirecting = std::move(caller.redirecting),
                    .redirectReason = static_cast<std::uint8_t>(caller.redirectReason)};
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(Place{span, std::move(set), std::move(setup), caller.overlap ? std::move(digits) : std::string()});
  news_.wake.notify();
  return Status::ok;
}

void IsdnExchange::hangUp(int channel) {
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(HangUp{channel});
  news_.wake.notify();
}

DChannelRelay* IsdnExchange::relayOf(int span) noexcept {
  Span* const found = spanOf(span);
  return found == nullptr ? nullptr : found->relay.get();
}

// --- The exchange's thread -------------------------------------------------------------------------------------------------------------------

void IsdnExchange::runUntilStopped() {
  std::vector<pollfd> waited;
  while (!stopping_) {
    waited = {{news_.wake.fd(), POLLIN, 0}, {process_ ? process_->control() : -1, process_ ? process_->awaited() : short{0}, 0}};
    for (const Span& span : spans_) {
      for (const int descriptor : span.relay->waitedFor()) waited.push_back({descriptor, POLLIN, 0});
    }
    (void)poll(waited.data(), waited.size(), patienceMs());
    news_.wake.clear();
    runDue(clock_.nowNs());
  }
}

int IsdnExchange::patienceMs() const {
  std::int64_t due = process_ ? 0 : startAtNs_;
  for (const Span& span : spans_) due = sooner(due, span.relay->nextDueNs());
  if (due == 0) return kLongestWaitMs;
  return static_cast<int>(std::clamp<std::int64_t>((due - clock_.nowNs() + 999'999) / 1'000'000, 0, kLongestWaitMs));
}

void IsdnExchange::runDue(std::int64_t nowNs) {
  if (!process_ && nowNs >= startAtNs_) {
    try {
      start();
    } catch (const std::system_error&) {
      lose();
    }
  }
  runCommands();
  takeNews();
  if (process_ && clock_.isStepped()) {
    stepIsdnd(nowNs);
  } else {
    carry(nowNs);
    if (process_) receiveAll();
  }
  if (lost_) lose();
}

void IsdnExchange::start() {
  lost_ = false;
  process_ = std::make_unique<IsdndProcess>(program_, clock_.isStepped());
  pid_ = process_->pid();
  for (const Span& span : spans_) send(span.configuration, span.relay->farEnd());
}

void IsdnExchange::lose() {
  pid_ = -1;
  lost_ = false;
  process_.reset();
  startAtNs_ = clock_.nowNs() + kStartAgainNs;
  while (!calls_.empty()) forget(calls_.begin()->first.first, calls_.begin()->first.second);
}

void IsdnExchange::send(const isdn::Message& message, int descriptor) {
  spoken_ = true;
  if (process_) lost_ = !process_->send(message, descriptor) || lost_;
}

unsigned IsdnExchange::carry(std::int64_t nowNs) {
  unsigned moved = 0;
  for (const Span& span : spans_) moved += span.relay->carry(nowNs);
  return moved;
}

void IsdnExchange::receiveAll() {
  isdn::Message message;
  for (;;) {
    switch (process_->receive(message, 0)) {
      case IsdndProcess::Received::message: handle(message); break;
      case IsdndProcess::Received::nothing: return;
      case IsdndProcess::Received::gone: return lose();
    }
  }
}

// At one moment until nothing moves any more.
void IsdnExchange::stepIsdnd(std::int64_t nowNs) {
  for (bool moving = carry(nowNs) > 0 || !isAtRest(nowNs); moving;) {
    send(isdn::Step{.sequence = ++sequence_, .nowNs = nowNs});
    spoken_ = false;
    for (bool done = false; !done;) {
      isdn::Message message;
      if (process_->receive(message, kStepPatienceMs) != IsdndProcess::Received::message) return lose();
      if (const auto* const step = std::get_if<isdn::StepDone>(&message)) {
        done = step->sequence == sequence_;
        moving = step->frames > 0 || spoken_;
        isdndDueNs_ = step->nextDueNs;
      } else {
        handle(message);
      }
    }
    moving = carry(nowNs) > 0 || moving;
  }
}

// Nothing was said to it, no timer is due, and nothing waits to be read by it or by us: a step would do nothing.
bool IsdnExchange::isAtRest(std::int64_t nowNs) const {
  if (spoken_ || (isdndDueNs_ != 0 && isdndDueNs_ <= nowNs)) return false;
  std::vector<pollfd> waited = {{process_->control(), POLLIN, 0}};
  for (const Span& span : spans_) waited.push_back({span.relay->farEnd(), POLLIN, 0});
  return poll(waited.data(), waited.size(), 0) == 0;
}

// --- What control threads ask ----------------------------------------------------------------------------------------------------------------

void IsdnExchange::runCommands() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& one : commands) std::visit([this](auto& what) { run(what); }, one);
}

void IsdnExchange::run(isdn::ConfigureSpan& configuration) {
  Span& span = *spanOf(configuration.span);
  span.configuration = configuration;
  send(isdn::RemoveSpan{.span = configuration.span});
  send(configuration, span.relay->farEnd());
}

void IsdnExchange::run(Place& place) {
  if (!process_) return;
  place.setup.call = nextCall_;
  nextCall_ = (nextCall_ + 1) & ~isdn::kIncomingCallBit;
  calls_[{place.span, place.setup.call}] = {
      .incoming = false, .channel = 0, .moreDigits = std::move(place.moreDigits), .caller = std::move(place.set)};
  send(place.setup);
}

// A call that has its subscriber on the line is cleared by that; one that still calls, by call control.
void IsdnExchange::run(const HangUp& hangUp) {
  for (const auto& [key, call] : calls_) {
    if (call.channel == 0 || cardChannel(key.first, call.channel) != hangUp.channel) continue;
    if (call.caller == nullptr)
      bearers_.push({.type = BearerCommand::Type::hangUp, .channel = hangUp.channel});
    else
      send(isdn::Clear{.span = static_cast<std::uint8_t>(key.first), .call = key.second, .cause = kNormalClearing, .location = isdn::Location::user});
  }
}

// --- What subscribers do ---------------------------------------------------------------------------------------------------------------------

void IsdnExchange::takeNews() {
  BearerNews news;
  while (news_.ring.pop(news)) {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
      return entry.first.second == news.call && cardChannel(entry.first.first, entry.second.channel) == news.channel;
    });
    if (found == calls_.end()) continue;  // Cleared meanwhile.
    const auto span = static_cast<std::uint8_t>(found->first.first);
    switch (news.type) {
      case BearerNews::Type::proceeding: send(isdn::Proceeding{.span = span, .call = news.call}); break;
      case BearerNews::Type::alerting: send(isdn::Alerting{.span = span, .call = news.call, .inband = true}); break;
      case BearerNews::Type::progress: send(isdn::Progress{.span = span, .call = news.call, .inband = true}); break;
      case BearerNews::Type::connect: send(isdn::Connect{.span = span, .call = news.call}); break;
      case BearerNews::Type::clear: {
        isdn::Clear clear{.span = span, .call = news.call, .cause = static_cast<std::uint8_t>(news.cause)};
        if (news.byUser) clear.location = isdn::Location::user;
        send(clear);
        break;
      }
    }
  }
}

// --- What the D channels tell ----------------------------------------------------------------------------------------------------------------

void IsdnExchange::handle(const isdn::Message& message) {
  std::visit([this](const auto& one) { on(one); }, message);
}

void IsdnExchange::on(const isdn::Setup& setup) {
  Call& call = calls_[{setup.span, setup.call}];
  call.incoming = true;
  call.channel = setup.channel;
  tell(setup.span, setup.call, "called", setup.channel,
       {{"called", setup.called.digits},
        {"calledType", std::int64_t{setup.called.type}},
        {"calledSubaddress", setup.calledSubaddress},
        {"calling", setup.calling.digits},
        {"callingType", std::int64_t{setup.calling.type}},
        {"callingPresentation", std::int64_t{setup.calling.presentation}},
        {"callingScreening", std::int64_t{setup.calling.screening}},
        {"callingName", setup.callingName},
        {"callingSubaddress", setup.callingSubaddress},
        {"redirecting", setup.redirecting.digits},
        {"redirectReason", std::int64_t{setup.redirectReason}}});
  const std::string digits = asSubscriber(setup.called);
  BearerCommand command{.type = BearerCommand::Type::called, .call = setup.call, .digitCount = digits.size(), .complete = setup.complete};
  std::copy(digits.begin(), digits.end(), command.digits.begin());
  this->command(setup.span, call, command);
}

void IsdnExchange::on(const isdn::Information& information) {
  Call* const call = callOf(information.span, information.call);
  if (call == nullptr) return;
  BearerCommand command{
      .type = BearerCommand::Type::dialled, .call = information.call, .digitCount = information.digits.size(), .complete = information.complete};
  std::copy(information.digits.begin(), information.digits.end(), command.digits.begin());
  this->command(information.span, *call, command);
}

void IsdnExchange::on(const isdn::Seized& seized) {
  if (Call* const call = callOf(seized.span, seized.call)) call->channel = seized.channel;
}

void IsdnExchange::on(const isdn::SetupAck& acknowledgement) {
  Call* const call = callOf(acknowledgement.span, acknowledgement.call);
  if (call == nullptr || call->moreDigits.empty()) return;
  send(isdn::Information{.span = acknowledgement.span, .call = acknowledgement.call, .digits = std::exchange(call->moreDigits, {})});
}

void IsdnExchange::on(const isdn::Alerting& alerting) {
  Call* const call = callOf(alerting.span, alerting.call);
  if (call == nullptr) return;
  call->channel = alerting.channel;
  tell(alerting.span, alerting.call, "alerting", alerting.channel);
}

void IsdnExchange::on(const isdn::Connect& connect) {
  Call* const call = callOf(connect.span, connect.call);
  if (call == nullptr || call->caller == nullptr) return;
  call->channel = connect.channel;
  tell(connect.span, connect.call, "connected", connect.channel, {{"connected", connect.connected.digits}});
  command(connect.span, *call, {.type = BearerCommand::Type::connected, .call = connect.call, .set = call->caller.release()});
}

void IsdnExchange::on(const isdn::Disconnect& disconnect) {
  if (const Call* const call = callOf(disconnect.span, disconnect.call))
    command(disconnect.span, *call, {.type = BearerCommand::Type::cleared, .call = disconnect.call});
}

void IsdnExchange::on(const isdn::Released& released) {
  const Call* const call = callOf(released.span, released.call);
  if (call == nullptr) return;
  tell(released.span, released.call, "released", call->channel,
       {{"cause", std::int64_t{released.cause}}, {"location", std::int64_t{static_cast<int>(released.location)}}});
  forget(released.span, released.call);
}

void IsdnExchange::forget(int span, std::uint32_t call) {
  if (const Call* const known = callOf(span, call)) command(span, *known, {.type = BearerCommand::Type::cleared, .call = call});
  calls_.erase({span, call});
}

// --- Small things ----------------------------------------------------------------------------------------------------------------------------

IsdnExchange::Span* IsdnExchange::spanOf(int number) noexcept {
  const auto found = std::find_if(spans_.begin(), spans_.end(), [&](const Span& span) { return span.configuration.span == number; });
  return found == spans_.end() ? nullptr : &*found;
}

IsdnExchange::Call* IsdnExchange::callOf(int span, std::uint32_t call) noexcept {
  const auto found = calls_.find({span, call});
  return found == calls_.end() ? nullptr : &found->second;
}

int IsdnExchange::cardChannel(int span, int channel) noexcept {
  const Span* const found = spanOf(span);
  return found == nullptr || channel < 1 || channel > 31 ? 0 : found->cardChannels[static_cast<std::size_t>(channel)];
}

void IsdnExchange::command(int span, const Call& call, BearerCommand command) {
  command.channel = cardChannel(span, call.channel);
  const bool posted = command.channel != 0 && bearers_.push(command);
  if (!posted) delete command.set;
}

// As the far ends' table has numbers: national form, with the trunk prefix.
std::string IsdnExchange::asSubscriber(const isdn::Number& number) const {
  std::string digits = number.digits;
  if (number.type == kNational) digits = kTrunkPrefix + digits;
  if (number.type == kInternational) {
    const bool ours = digits.starts_with(country_.code);
    digits = ours ? kTrunkPrefix + digits.substr(country_.code.size()) : country_.internationalPrefix + digits;
  }
  return digits.substr(0, IsdnBearer::kMostDigits);
}

void IsdnExchange::tell(int span, std::uint32_t call, const char* what, int channel, std::vector<std::pair<const char*, FieldValue>> more) {
  std::vector<std::pair<const char*, FieldValue>> fields = {
      {"span", std::int64_t{span}}, {"channel", std::int64_t{cardChannel(span, channel)}}, {"call", std::int64_t{call}}, {"what", std::string(what)}};
  std::move(more.begin(), more.end(), std::back_inserter(fields));
  sink_.post({"isdnFarEnd", kNoHandle, "leg", clock_.nowNs(), std::move(fields)});
}

}  // namespace branchline
