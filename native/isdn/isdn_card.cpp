// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdn_card.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace branchline {

IsdnCard::IsdnCard(Engine& engine, EventSink& sink, CardLines& card, std::string isdnd, std::vector<IsdnSpanOptions> spans)
    : engine_(engine),
      sink_(sink),
      card_(card) {
  ChannelIo& io = card_.io();
  for (IsdnSpanOptions& span : spans) {
    const int number = span.configuration.span;
    if (bearersOf(io, number) == 0) throw std::invalid_argument("the card has no ISDN span " + std::to_string(number));
    spans_[number] = span;
  }
  for (const ChannelInfo& channel : io.channels()) {
    if (channel.kind != ChannelKind::bearer || !spans_.contains(channel.span)) continue;
    ports_.try_emplace({channel.span, channel.timeslot}, io, channel.number);
    io.open(channel.number);
  }
  // Last, as nothing throws between a D channel's opening and the stack's taking it.
  for (IsdnSpanOptions& span : spans) span.dChannel = io.openDChannel(span.configuration.span).descriptor;
  BChannelPorts* const ports = this;
  stack_ = std::make_unique<IsdnStack>(engine, sink, std::move(isdnd), std::move(spans), ports);
  tests_ = std::make_unique<BearerTests>(engine, sink, card, claims_);
  card_.add(*this);
}

IsdnCard::~IsdnCard() {
  card_.remove(*this);
  tests_.reset();
  stack_.reset();
  for (const auto& [place, port] : ports_) card_.io().close(port.channel());
}

std::uint32_t IsdnCard::bearersOf(const ChannelIo& io, int span) {
  std::uint32_t bearers = 0;
  for (const ChannelInfo& channel : io.channels()) {
    if (channel.kind == ChannelKind::bearer && channel.span == span) bearers |= 1U << channel.timeslot;
  }
  return bearers;
}

Status IsdnCard::configure(IsdnSpanOptions span) {
  const int number = span.configuration.span;
  const std::lock_guard lock(configuring_);
  const auto known = spans_.find(number);
  if (known == spans_.end()) return Status::invalidArgument;
  known->second = span;
  span.dChannel = card_.io().openDChannel(number).descriptor;
  if (span.dChannel >= 0) return stack_->configure(span);
  stack_->suspend(number, "the card is gone");
  return Status::ok;
}

// --- BChannelPorts, ISDN thread ----------------------------------------------------------------------------------------------------------------

MediaPort* IsdnCard::portOf(int span, int channel) noexcept {
  const auto found = ports_.find({span, channel});
  return found == ports_.end() ? nullptr : &found->second;
}

void IsdnCard::Port::cancelEcho(int tailMs) {
  if (tailMs == 0 && !echoCancelled()) return;
  const Status status = io_.setEchoCanceller(channel_, tailMs);
  echoCancelled_.store(tailMs > 0 && status == Status::ok, std::memory_order_relaxed);
}

void IsdnCard::beginAudio(int span, int channel, bool speech) {
  const auto found = ports_.find({span, channel});
  if (found == ports_.end()) return;
  const EchoSettings echo = echo_.load(std::memory_order_relaxed);
  const bool wanted = speech && (echo.policy == EchoPolicy::automatic || echo.policy == EchoPolicy::card);
  found->second.cancelEcho(wanted ? echo.tailMs : 0);
}

EchoBy IsdnCard::echoBy(int channel) const noexcept {
  const auto found = std::find_if(ports_.begin(), ports_.end(), [&](const auto& entry) { return entry.second.channel() == channel; });
  return found != ports_.end() && found->second.echoCancelled() ? EchoBy::card : EchoBy::nobody;
}

bool IsdnCard::claim(int span, int channel) {
  const auto found = ports_.find({span, channel});
  return found == ports_.end() || claims_.takeForCall(found->second.channel());
}

void IsdnCard::tellUse(int span, int channel, const char* use) {
  const auto found = ports_.find({span, channel});
  if (found == ports_.end()) return;
  if (std::string_view(use) == "idle") {
    found->second.cancelEcho(0);
    claims_.endOfCall(found->second.channel());
  }
  const std::lock_guard lock(telling_);
  if (!away_.contains(found->second.channel())) tellChannel(found->second.channel(), use, "");
}

// --- CardUser, line-events thread --------------------------------------------------------------------------------------------------------------

void IsdnCard::onCardEvent(const ChannelEvent& event) {
  if (event.type != ChannelEventType::removed && event.type != ChannelEventType::restored) return;
  const ChannelInfo* const bearer = bearerOf(event.channel);
  if (bearer == nullptr) return;
  const bool removed = event.type == ChannelEventType::removed;
  if (removed && gone_.insert(bearer->span).second) stack_->suspend(bearer->span, "the card was removed");
  if (!removed && gone_.contains(bearer->span)) back_.insert(bearer->span);
  const std::lock_guard lock(telling_);
  if (removed)
    away_.insert(event.channel);
  else
    away_.erase(event.channel);
  tellChannel(event.channel, removed ? "removed" : "idle", removed ? "the card was removed" : "");
}

// When all its B-channels are back: one by one they would end each other's beginning.
void IsdnCard::runDue() {
  for (const int span : back_) {
    gone_.erase(span);
    IsdnSpanOptions options;
    {
      const std::lock_guard lock(configuring_);
      options = spans_.at(span);
    }
    (void)configure(options);
  }
  back_.clear();
}

const ChannelInfo* IsdnCard::bearerOf(int channel) const noexcept {
  const auto& channels = card_.io().channels();
  const auto found = std::find_if(channels.begin(), channels.end(), [&](const ChannelInfo& one) {
    return one.number == channel && one.kind == ChannelKind::bearer && spans_.contains(one.span);
  });
  return found == channels.end() ? nullptr : &*found;
}

void IsdnCard::tellChannel(int channel, const char* state, const std::string& detail) {
  sink_.post({"channelState",
              kNoHandle,
              "leg",
              engine_.clock().nowNs(),
              {{"channel", std::int64_t{channel}}, {"state", std::string(state)}, {"detail", detail}}});
}

}  // namespace branchline
