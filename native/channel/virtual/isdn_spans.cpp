// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/isdn_spans.hpp"

#include <stdexcept>

namespace branchline {
namespace {

constexpr int kMostE1 = 8;
constexpr int kMostBri = 16;
constexpr int kE1DTimeslot = 16;
constexpr int kBriDTimeslot = 3;
constexpr int kE1Timeslots = 31;
constexpr int kBriBearers = 2;
/// A span without a signal, or with one of no use, carries no frames.
constexpr std::uint8_t kDeafening = kAlarmRed | kAlarmYellow | kAlarmBlue | kAlarmLoopback | kAlarmRemoved;

}  // namespace

IsdnSpans::IsdnSpans(const IsdnSpansOptions& options, int analogueSpans, int analogueChannels, std::uint64_t seed, VirtualWorld& world,
                     EventSink& sink)
    : world_(world),
      firstSpan_(analogueSpans + 1),
      firstChannel_(analogueChannels + 1),
      seed_(seed) {
  if (options.e1 < 0 || options.bri < 0 || options.e1 > kMostE1 || options.bri > kMostBri)
    throw std::invalid_argument("a virtual card has 0 … 8 E1 and 0 … 16 BRI spans");
  std::vector<IsdnExchange::Span> exchange;
  for (int i = 0; i < options.e1; i++) add(options, SpanKind::e1, exchange);
  for (int i = 0; i < options.bri; i++) add(options, SpanKind::basic, exchange);
  exchange_ = std::make_unique<IsdnExchange>(options.isdnd, std::move(exchange), options.country, world.clock, sink, news_, commands_);
}

void IsdnSpans::add(const IsdnSpansOptions& options, SpanKind kind, std::vector<IsdnExchange::Span>& exchange) {
  const int number = firstSpan_ + static_cast<int>(spans_.size());
  const bool primary = kind == SpanKind::e1;
  const int ordinal = static_cast<int>(spans_.size()) + 1 - (primary ? 0 : options.e1);
  const std::string name = (primary ? "virtual E1 " : "virtual BRI ") + std::to_string(ordinal);
  spans_.push_back({number, kind, name, primary ? kE1DTimeslot : kBriDTimeslot});
  IsdnExchange::Span far{.relay = std::make_unique<DChannelRelay>(static_cast<std::uint64_t>(number))};
  isdn::ConfigureSpan& configuration = far.configuration;
  configuration.span = static_cast<std::uint8_t>(number);
  configuration.node = isdn::Node::network;
  configuration.location = isdn::Location::publicLocal;
  if (!primary) configuration.access = ordinal == 1 ? isdn::Access::basicPointToPoint : isdn::Access::basicPointToMultipoint;
  for (int timeslot = 1; timeslot <= (primary ? kE1Timeslots : kBriBearers); timeslot++) {
    if (primary && timeslot == kE1DTimeslot) continue;
    const int channel = firstChannel_ + static_cast<int>(bearers_.size());
    bearers_.push_back(std::make_unique<IsdnBearer>(channel, world_, news_, seed_ * 1000 + static_cast<std::uint64_t>(channel)));
    channels_.push_back({channel, ChannelKind::bearer, name + " B" + std::to_string(timeslot), number, timeslot});
    far.cardChannels[static_cast<std::size_t>(timeslot)] = channel;
    configuration.channels |= 1U << timeslot;
  }
  status_.push_back(std::make_unique<Span>());
  status_.back()->number = number;
  status_.back()->relay = far.relay.get();
  status_.back()->bus = configuration.access == isdn::Access::basicPointToMultipoint;
  exchange.push_back(std::move(far));
}

IsdnBearer* IsdnSpans::bearerOf(int channel) const noexcept {
  const int index = channel - firstChannel_;
  return index < 0 || static_cast<std::size_t>(index) >= bearers_.size() ? nullptr : bearers_[static_cast<std::size_t>(index)].get();
}

IsdnSpans::Span* IsdnSpans::statusOf(int span) const noexcept {
  const int index = span - firstSpan_;
  return index < 0 || static_cast<std::size_t>(index) >= status_.size() ? nullptr : status_[static_cast<std::size_t>(index)].get();
}

std::optional<SpanStatus> IsdnSpans::status(int span) const {
  const Span* const found = statusOf(span);
  if (found == nullptr) return std::nullopt;
  return found->status.status();
}

DChannel IsdnSpans::openDChannel(int span) {
  Span* const found = statusOf(span);
  if (found == nullptr || !present_) return {};
  return {.descriptor = found->relay->openNear()};
}

Status IsdnSpans::follow(const isdn::ConfigureSpan& ours) {
  isdn::ConfigureSpan theirs = ours;
  const bool network = ours.node == isdn::Node::user;
  theirs.node = network ? isdn::Node::network : isdn::Node::user;
  theirs.location = network ? isdn::Location::publicLocal : isdn::Location::privateRemote;
  theirs.selection = isdn::Selection::ascending;
  theirs.hold = theirs.transfer = network;  // What a subscriber may ask of an exchange.
  if (Span* const span = statusOf(ours.span)) span->bus = ours.access == isdn::Access::basicPointToMultipoint;
  return exchange_->configure(theirs);
}

IsdnSpans::Span& IsdnSpans::need(int span) const {
  if (Span* const found = statusOf(span)) return *found;
  throw std::invalid_argument("span " + std::to_string(span) + " is not ISDN: choose one of " + std::to_string(firstSpan_) + " to " +
                              std::to_string(firstSpan_ + static_cast<int>(status_.size()) - 1));
}

void IsdnSpans::setFaults(int span, const IsdnFaults& faults) {
  const Span& of = need(span);
  if (const std::string fault = faultOf(faults); !fault.empty()) throw std::invalid_argument(fault);
  if (faults.dChannel.refuseTei && !of.bus)
    throw std::invalid_argument("dChannel.refuseTei: TEIs are asked for on point to multipoint only: leave it out, or change the span's access");
  of.relay->setFaults(faults.dChannel);
  (void)exchange_->setFaults(span, faults.exchange);
}

void IsdnSpans::restart(int span, int channel) {
  if (need(span).bus) throw std::invalid_argument("a point to multipoint span knows no RESTART: choose another span, or change its access");
  if (exchange_->restart(span, channel) != Status::ok)
    throw std::invalid_argument("span " + std::to_string(span) + " has no B-channel " + std::to_string(channel) +
                                ": name one of its timeslots, or none for all");
}

bool IsdnSpans::hangUp(int channel) {
  if (!hasChannel(channel)) return false;
  exchange_->hangUp(channel);
  return true;
}

// --- Audio thread ----------------------------------------------------------------------------------------------------------------------------

void IsdnSpans::frame() noexcept {
  BearerCommand command;
  while (commands_.pop(command)) run(command);
  for (const auto& bearer : bearers_) bearer->frame();
}

void IsdnSpans::run(const BearerCommand& command) noexcept {
  IsdnBearer& bearer = *bearerOf(command.channel);
  const std::string_view digits(command.digits.data(), command.digitCount);
  switch (command.type) {
    case BearerCommand::Type::called: bearer.called(command.call, digits, command.complete); break;
    case BearerCommand::Type::dialled: bearer.dialled(command.call, digits, command.complete); break;
    case BearerCommand::Type::connected:
      bearer.connected(command.call, command.set);
      dropFarEndUser(command.set, world_.heard);  // The bearer has made itself a user.
      break;
    case BearerCommand::Type::cleared: bearer.cleared(command.call); break;
    case BearerCommand::Type::hangUp: bearer.hangUp(); break;
  }
}

void IsdnSpans::read(int channel, Frame& out) const noexcept {
  const IsdnBearer* const bearer = bearerOf(channel);
  if (bearer != nullptr && present_.load(std::memory_order_relaxed))
    bearer->read(out);
  else
    out = Frame{};
}

void IsdnSpans::write(int channel, const Frame& in) noexcept {
  IsdnBearer* const bearer = bearerOf(channel);
  if (bearer != nullptr && present_.load(std::memory_order_relaxed)) bearer->write(in);
}

// The driver tells alarms only as none ↔ some.
void IsdnSpans::setStatus(int number, const SpanStatus& status) noexcept {
  Span* const span = statusOf(number);
  if (span == nullptr) return;
  const std::uint8_t before = span->status.status().alarms;
  span->status.set(status);
  const std::uint8_t now = span->status.status().alarms;
  span->relay->setAlarm((now & kDeafening) != 0);
  if ((before == 0) != (now == 0)) emit(number, ChannelEventType::spanAlarm, now);
}

void IsdnSpans::pull() noexcept {
  present_ = false;
  for (const auto& span : status_) {
    span->status.setRemoved(true);
    span->relay->setAlarm(true);
    emit(span->number, ChannelEventType::spanAlarm, kAlarmRemoved);
  }
  for (const ChannelInfo& channel : channels_) emit(channel.number, ChannelEventType::removed);
}

void IsdnSpans::restore() noexcept {
  present_ = true;
  for (const auto& span : status_) {
    span->status.setRemoved(false);
    const std::uint8_t alarms = span->status.status().alarms;
    span->relay->setAlarm((alarms & kDeafening) != 0);
    emit(span->number, ChannelEventType::spanAlarm, alarms);
  }
  for (const ChannelInfo& channel : channels_) emit(channel.number, ChannelEventType::restored);
}

void IsdnSpans::stop() noexcept {
  exchange_.reset();
  BearerCommand command;
  while (commands_.pop(command)) run(command);
  for (const auto& bearer : bearers_) bearer->reset();
}

}  // namespace branchline
