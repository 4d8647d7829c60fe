// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/virtual_card.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "channel/virtual/fxo_port.hpp"
#include "channel/virtual/fxs_port.hpp"

namespace branchline {
namespace {

constexpr int kMostPorts = 64;
constexpr int kAnalogueSpan = 1;
constexpr int kLongestTransferMs = 60000;
constexpr std::chrono::milliseconds kWriteEvery{50};

[[nodiscard]] bool within(double value, double lowest, double highest) { return value >= lowest && value <= highest; }

}  // namespace

VirtualCard::VirtualCard(const VirtualCardOptions& options, const Clock& clock, EventSink& sink)
    : clock_(clock),
      silentCaller_({{"", {}, ""}}, FarEndSet::Calls::in),
      heard_(std::max(options.fxo, 0) + std::max(options.fxs, 0) + std::max(IsdnSpans::bearersOf(options.isdn), 0), sink),
      world_{clock, events_, heard_, *options.country, &silentCaller_, nullptr} {
  const int fxo = options.fxo;
  const int fxs = options.fxs;
  const IsdnSpansOptions& isdn = options.isdn;
  if (fxo < 0 || fxs < 0 || fxo > kMostPorts || fxs > kMostPorts)
    throw std::invalid_argument("a virtual card has 0 … 64 FXO and 0 … 64 FXS channels");
  silentCaller_.users = 1;  // The card itself, which never lets go of it.
  for (int channel = 1; channel <= fxo + fxs; ++channel) {
    const bool isFxo = channel <= fxo;
    const std::uint64_t portSeed = options.seed * 1000 + static_cast<std::uint64_t>(channel);
    if (isFxo)
      ports_.push_back(std::make_unique<FxoPort>(channel, world_, portSeed));
    else
      ports_.push_back(std::make_unique<FxsPort>(channel, world_, portSeed));
    channels_.push_back(
        {channel, ports_.back()->kind(), (isFxo ? "virtual FXO " : "virtual FXS ") + std::to_string(channel), kAnalogueSpan, channel});
  }
  spans_.push_back({kAnalogueSpan, SpanKind::analogue, "virtual analogue"});
  if (isdn.e1 != 0 || isdn.bri != 0) {
    isdn_ = std::make_unique<IsdnSpans>(isdn, kAnalogueSpan, fxo + fxs, options.seed, world_, sink);
    channels_.insert(channels_.end(), isdn_->channels().begin(), isdn_->channels().end());
    spans_.insert(spans_.end(), isdn_->spans().begin(), isdn_->spans().end());
  }
  if (!clock.isStepped()) writer_ = std::thread([this] { writeUntilStopped(); });
}

VirtualCard::~VirtualCard() {
  stopping_ = true;
  if (writer_.joinable()) writer_.join();
  // frame() is not called any more: this thread may do the audio thread's work.
  CardCommand command;
  while (commands_.pop(command)) std::visit([&](const auto& what) { run(what); }, command);
  for (const auto& port : ports_) {
    port->pull();
    port->farHangsUp();
  }
  if (isdn_) isdn_->stop();
  dropFarEndUser(world_.table, heard_);
}

void VirtualCard::writeUntilStopped() {
  while (!stopping_) {
    std::this_thread::sleep_for(kWriteEvery);
    heard_.drain();
  }
}

void VirtualCard::runDue(std::int64_t nowNs) {
  if (isdn_) isdn_->runDue(nowNs);
  heard_.drain();
}

CardPort* VirtualCard::portOf(int channel) const noexcept {
  if (channel < 1 || static_cast<std::size_t>(channel) > ports_.size()) return nullptr;
  return ports_[static_cast<std::size_t>(channel) - 1].get();
}

CardPort* VirtualCard::portOf(int channel, ChannelKind kind) const noexcept {
  CardPort* const port = portOf(channel);
  return port != nullptr && port->kind() == kind ? port : nullptr;
}

Status VirtualCard::post(const CardCommand& command) {
  const std::lock_guard lock(writing_);
  return commands_.push(command) ? Status::ok : Status::full;
}

// --- ChannelIo ---------------------------------------------------------------------------------------------------------------------------

Status VirtualCard::open(int channel) {
  CardPort* const port = portOf(channel);
  if (port == nullptr && isdn_ && isdn_->hasChannel(channel)) return present_ ? Status::ok : Status::unavailable;
  if (port == nullptr) return Status::invalidArgument;
  if (!present_) return Status::unavailable;
  port->markOpened(clock_.nowNs());
  return post(card_command::Port{channel, card_command::Open{}});
}

// As with the real driver, closing a channel hangs it up.
void VirtualCard::close(int channel) {
  CardPort* const port = portOf(channel);
  if (port == nullptr || !port->markClosed()) return;
  post(card_command::Port{channel, card_command::SetHook{port->kind() == ChannelKind::fxo ? Hook::onHook : Hook::stopRing}});
}

Status VirtualCard::operate(int channel, std::optional<ChannelKind> kind, const card_command::ForPort& what) {
  const CardPort* const port = portOf(channel);
  if (port == nullptr || (kind && port->kind() != *kind)) return Status::invalidArgument;
  if (!present_ || !port->isOpen()) return Status::unavailable;
  return post(card_command::Port{channel, what});
}

Status VirtualCard::setHook(int channel, Hook operation) {
  std::optional<ChannelKind> kind;
  if (operation == Hook::flash) kind = ChannelKind::fxo;
  if (operation == Hook::ring || operation == Hook::stopRing) kind = ChannelKind::fxs;
  return operate(channel, kind, card_command::SetHook{operation});
}

Status VirtualCard::dial(int channel, std::string_view digits, DialMethod method) {
  CardPort* const port = portOf(channel);
  if (port == nullptr) return Status::invalidArgument;
  if (!present_ || !port->isOpen()) return Status::unavailable;
  const Status loaded = port->load(digits, method);
  if (loaded != Status::ok) return loaded;
  const Status posted = post(card_command::Port{channel, card_command::Dial{method}});
  if (posted != Status::ok) port->unload(method);
  return posted;
}

Status VirtualCard::setPolarity(int channel, bool reversed) { return operate(channel, ChannelKind::fxs, card_command::SetPolarity{reversed}); }

Status VirtualCard::setRingCadence(int channel, std::span<const int> onOffMs) {
  card_command::SetRingCadence command{.count = onOffMs.size()};
  const bool fits = !onOffMs.empty() && onOffMs.size() % 2 == 0 && onOffMs.size() <= command.onOffMs.size();
  if (!fits || !std::all_of(onOffMs.begin(), onOffMs.end(), [](int ms) { return within(ms, 20, 20000); })) return Status::invalidArgument;
  std::copy(onOffMs.begin(), onOffMs.end(), command.onOffMs.begin());
  return operate(channel, ChannelKind::fxs, command);
}

Status VirtualCard::setOnHookTransfer(int channel, int milliseconds) {
  if (!within(milliseconds, 0, kLongestTransferMs)) return Status::invalidArgument;
  return operate(channel, ChannelKind::fxs, card_command::SetOnHookTransfer{milliseconds});
}

Status VirtualCard::setMessageWaiting(int channel, bool waiting) {
  return operate(channel, ChannelKind::fxs, card_command::SetMessageWaiting{waiting});
}

Status VirtualCard::setFlashTime(int channel, int milliseconds) {
  if (!within(milliseconds, 20, 5000)) return Status::invalidArgument;
  return operate(channel, std::nullopt, card_command::SetFlashTime{milliseconds});
}

Status VirtualCard::setGains(int channel, double receiveDb, double transmitDb) {
  if (!within(receiveDb, -30, 12) || !within(transmitDb, -30, 12)) return Status::invalidArgument;
  return operate(channel, std::nullopt, card_command::SetGains{receiveDb, transmitDb});
}

std::optional<SpanStatus> VirtualCard::spanStatus(int span) const {
  if (isdn_ && isdn_->hasSpan(span)) return isdn_->status(span);
  if (span != kAnalogueSpan) return std::nullopt;
  return analogueSpan_.status();
}

std::optional<ChannelState> VirtualCard::channelState(int channel) const {
  const CardPort* const port = portOf(channel);
  if (port == nullptr) return std::nullopt;
  return port->state();
}

bool VirtualCard::nextEvent(ChannelEvent& event) {
  while (events_.pop(event)) {
    const CardPort* const port = event.type == ChannelEventType::spanAlarm ? nullptr : portOf(event.channel);
    if (port == nullptr || port->hears(event)) return true;  // Those of a span, and of a B-channel, are whoever's listens.
  }
  return false;
}

// --- The far side ------------------------------------------------------------------------------------------------------------------------

void VirtualCard::setFarEnds(std::vector<FarEnd> farEnds) {
  auto set = std::make_unique<FarEndSet>(std::move(farEnds), FarEndSet::Calls::out);
  set->users = 1;
  if (post(card_command::SetTable{set.get()}) != Status::ok) throw std::runtime_error("the virtual card does not keep up: try again");
  set.release();
}

Status VirtualCard::callIn(int channel, FarEnd caller) {
  CardPort* const port = portOf(channel, ChannelKind::fxo);
  if (port == nullptr) return Status::invalidArgument;
  return place(*port, "", DialMethod::dtmf, std::move(caller));
}

Status VirtualCard::phoneDials(int channel, std::string_view digits, FarEnd caller, DialMethod method) {
  CardPort* const port = portOf(channel, ChannelKind::fxs);
  DigitSender keys;
  PulseSender pulses;
  const Status dialable = method == DialMethod::pulse ? pulses.load(digits) : keys.load(digits, 80, 80);
  if (port == nullptr || dialable != Status::ok) return Status::invalidArgument;
  if (!present_) return Status::unavailable;
  return place(*port, digits, method, std::move(caller));
}

Status VirtualCard::place(CardPort& port, std::string_view digits, DialMethod method, FarEnd caller) {
  std::vector<FarEnd> one;
  one.push_back(std::move(caller));
  auto set = std::make_unique<FarEndSet>(std::move(one), FarEndSet::Calls::in);
  set->users = 1;
  if (!port.isIdle()) return Status::wrongState;
  card_command::Place command{.set = set.get(), .method = method, .digitCount = digits.size()};
  std::copy(digits.begin(), digits.end(), command.digits.begin());
  const Status posted = post(card_command::Port{port.channel(), command});
  if (posted == Status::ok) set.release();
  return posted;
}

Status VirtualCard::hangUp(int channel) {
  const CardPort* const port = portOf(channel);
  if (port == nullptr) return isdn_ && isdn_->hangUp(channel) ? Status::ok : Status::invalidArgument;
  if (port->isIdle()) return Status::wrongState;
  return post(card_command::Port{channel, card_command::FarHangsUp{}});
}

Status VirtualCard::impair(int channel, const LineImpairments& impairments) {
  if (const std::string fault = faultOf(impairments); !fault.empty()) throw std::invalid_argument(fault);
  const CardPort* const port = portOf(channel);
  const bool isFxo = port != nullptr && port->kind() == ChannelKind::fxo;
  if (!isFxo && impairments.signalling != SignallingFaults{}) return Status::invalidArgument;
  if (port != nullptr) return post(card_command::Port{channel, card_command::Impair{impairments}});
  return postToBearer(channel, card_command::Impair{impairments});
}

Status VirtualCard::setLoop(int channel, bool looped) { return postToBearer(channel, card_command::Loop{looped}); }

Status VirtualCard::setTransparent(int channel, bool transparent) {
  if (!present_) return Status::unavailable;
  return postToBearer(channel, card_command::SetTransparent{transparent});
}

Status VirtualCard::postToBearer(int channel, const card_command::ForBearer& what) {
  if (!isdn_ || !isdn_->hasChannel(channel)) return Status::invalidArgument;
  return post(card_command::Bearer{channel, what});
}

Status VirtualCard::setSpan(int span, const SpanStatus& status) {
  if (span != kAnalogueSpan && !(isdn_ && isdn_->hasSpan(span))) return Status::invalidArgument;
  return post(card_command::SetSpan{span, status});
}

Status VirtualCard::pull() {
  if (!present_.exchange(false)) return Status::wrongState;
  const Status posted = post(card_command::Pull{});
  if (posted != Status::ok) present_ = true;
  return posted;
}

Status VirtualCard::restore() {
  if (present_) return Status::wrongState;
  const Status posted = post(card_command::Restore{});
  present_ = posted == Status::ok;
  return posted;
}

// --- Audio thread ------------------------------------------------------------------------------------------------------------------------

void VirtualCard::frame() noexcept {
  CardCommand command;
  while (commands_.pop(command)) std::visit([&](const auto& what) { run(what); }, command);
  std::uint32_t slips = 0;
  for (const auto& port : ports_) {
    port->frame();
    slips += port->slips();
  }
  analogueSpan_.setLineSlips(slips);
  if (isdn_) isdn_->frame();
}

void VirtualCard::run(const card_command::Port& command) noexcept {
  using namespace card_command;
  struct Runner {
    CardPort& port;
    HeardWriter& heard;
    // A command that crossed the card's pulling finds no port.
    void operator()(const Open&) const noexcept { port.open(); }
    void operator()(const SetHook& what) const noexcept {
      if (!port.isPulled()) port.hook(what.operation);
    }
    void operator()(const Dial& what) const noexcept {
      if (port.isPulled())
        port.unload(what.method);
      else
        port.startDialling(what.method);
    }
    void operator()(const card_command::SetPolarity& what) const noexcept { port.setPolarity(what.reversed); }
    void operator()(const card_command::SetRingCadence& what) const noexcept { port.setRingCadence({what.onOffMs.data(), what.count}); }
    void operator()(const card_command::SetOnHookTransfer& what) const noexcept { port.setOnHookTransfer(what.milliseconds); }
    void operator()(const card_command::SetMessageWaiting& what) const noexcept { port.setMessageWaiting(what.waiting); }
    void operator()(const card_command::SetFlashTime& what) const noexcept { port.setFlashTime(what.milliseconds); }
    void operator()(const card_command::SetGains& what) const noexcept { port.setGains(what.receiveDb, what.transmitDb); }
    void operator()(const Impair& what) const noexcept { port.impair(what.impairments); }
    void operator()(const Place& what) const noexcept {
      port.place(what.set, {what.digits.data(), what.digitCount}, what.method);
      dropFarEndUser(what.set, heard);  // The far side has made itself a user, or did not want it.
    }
    void operator()(const FarHangsUp&) const noexcept { port.farHangsUp(); }
  };
  std::visit(Runner{*portOf(command.channel), heard_}, command.what);
}

void VirtualCard::run(const card_command::Bearer& command) noexcept {
  using namespace card_command;
  struct Runner {
    IsdnSpans& isdn;
    int channel;
    void operator()(const Impair& what) const noexcept { isdn.impair(channel, what.impairments); }
    void operator()(const Loop& what) const noexcept { isdn.setLoop(channel, what.looped); }
    void operator()(const card_command::SetTransparent& what) const noexcept { isdn.setTransparent(channel, what.transparent); }
  };
  std::visit(Runner{*isdn_, command.channel}, command.what);
}

void VirtualCard::run(const card_command::SetTable& command) noexcept {
  dropFarEndUser(world_.table, heard_);
  world_.table = command.set;
}

void VirtualCard::run(const card_command::SetSpan& command) noexcept {
  if (command.span != kAnalogueSpan) return isdn_->setStatus(command.span, command.status);
  const std::uint8_t before = analogueSpan_.status().alarms;
  analogueSpan_.set(command.status);
  const std::uint8_t now = analogueSpan_.status().alarms;
  if ((before == 0) == (now == 0)) return;
  events_.push({command.span, ChannelEventType::spanAlarm, now, clock_.nowNs()});
  for (const auto& port : ports_) port->alarm(now != 0);
}

void VirtualCard::run(const card_command::Pull&) noexcept {
  analogueSpan_.setRemoved(true);
  events_.push({kAnalogueSpan, ChannelEventType::spanAlarm, kAlarmRemoved, clock_.nowNs()});
  for (const auto& port : ports_) port->pull();
  if (isdn_) isdn_->pull();
}

void VirtualCard::run(const card_command::Restore&) noexcept {
  analogueSpan_.setRemoved(false);
  events_.push({kAnalogueSpan, ChannelEventType::spanAlarm, analogueSpan_.status().alarms, clock_.nowNs()});
  for (const auto& port : ports_) port->restore();
  if (isdn_) isdn_->restore();
}

void VirtualCard::read(int channel, Frame& out) noexcept {
  const CardPort* const port = portOf(channel);
  if (port != nullptr)
    port->read(out);
  else if (isdn_)
    isdn_->read(channel, out);
  else
    out = Frame{};
}

void VirtualCard::write(int channel, const Frame& in) noexcept {
  if (CardPort* const port = portOf(channel))
    port->write(in);
  else if (isdn_)
    isdn_->write(channel, in);
}

}  // namespace branchline
