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
  one.front().number = asSubscriber(caller.calling);
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

Status IsdnExchange::setFaults(int span, ExchangeFaults faults) {
  if (spanOf(span) == nullptr) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(SetFaults{span, std::move(faults)});
  news_.wake.notify();
  return Status::ok;
}

Status IsdnExchange::restart(int span, int channel) {
  if (spanOf(span) == nullptr || (channel != 0 && cardChannel(span, channel) == 0)) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(
      isdn::RestartChannel{.span = static_cast<std::uint8_t>(span), .channel = static_cast<std::uint8_t>(channel), .forget = true});
  news_.wake.notify();
  return Status::ok;
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
  for (const LateConnect& late : lateConnects_) due = sooner(due, late.dueNs);
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
  connectLate(nowNs);
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
  lateConnects_.clear();
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

void IsdnExchange::run(SetFaults& command) { spanOf(command.span)->faults = std::move(command.faults); }

void IsdnExchange::run(const isdn::RestartChannel& restart) { send(restart); }

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

void IsdnExchange::tell(int span, std::uint32_t call, const char* what, int channel, std::vector<std::pair<const char*, FieldValue>> more) {
  std::vector<std::pair<const char*, FieldValue>> fields = {
      {"span", std::int64_t{span}}, {"channel", std::int64_t{cardChannel(span, channel)}}, {"call", std::int64_t{call}}, {"what", std::string(what)}};
  std::move(more.begin(), more.end(), std::back_inserter(fields));
  sink_.post({"isdnFarEnd", kNoHandle, "leg", clock_.nowNs(), std::move(fields)});
}

}  // namespace branchline
