// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/virtual_card.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include "channel/virtual/exchange_line.hpp"
#include "channel/virtual/telephone.hpp"

namespace branchline {
namespace {

constexpr int kMostPorts = 64;
constexpr int kAnalogueSpan = 1;
constexpr int kDialOnMs = 70;  // The driver's default is near to it.
constexpr int kDialOffMs = 70;
constexpr std::chrono::milliseconds kWriteEvery{50};

}  // namespace

/// One port: its end of the wire.
struct VirtualCard::Port {
  ChannelKind kind = ChannelKind::fxo;
  int channel = 0;
  std::atomic<bool> open{false};
  std::atomic<std::int64_t> openedAtNs{0};  // Events of before are nobody's.
  DigitSender dialler;                      // Loaded by the control thread, sent by the audio thread.
  // Audio thread:
  std::unique_ptr<FarSide> far;
  ExchangeLine* line = nullptr;  // `far`, where it is one.
  bool offHook = false;          // FXO.
  bool dialling = false;
  Frame written;  // For the next frame; silence once taken.
  Frame received;
};

VirtualCard::VirtualCard(const VirtualCardOptions& options, const Clock& clock, EventSink& sink)
    : clock_(clock),
      heard_(options.fxo + options.fxs, sink),
      world_{clock, events_, heard_, nullptr} {
  const int fxo = options.fxo;
  const int fxs = options.fxs;
  if (fxo < 0 || fxs < 0 || fxo > kMostPorts || fxs > kMostPorts)
    throw std::invalid_argument("a virtual card has 0 … 64 FXO and 0 … 64 FXS channels");
  for (int channel = 1; channel <= fxo + fxs; ++channel) {
    auto port = std::make_unique<Port>();
    const bool isFxo = channel <= fxo;
    port->kind = isFxo ? ChannelKind::fxo : ChannelKind::fxs;
    port->channel = channel;
    if (isFxo) {
      auto line = std::make_unique<ExchangeLine>(channel, world_);
      port->line = line.get();
      port->far = std::move(line);
    } else {
      port->far = std::make_unique<Telephone>(channel, world_);
    }
    ports_.push_back(std::move(port));
    channels_.push_back({channel, isFxo ? ChannelKind::fxo : ChannelKind::fxs, (isFxo ? "virtual FXO " : "virtual FXS ") + std::to_string(channel),
                         kAnalogueSpan, channel});
  }
  spans_.push_back({kAnalogueSpan, SpanKind::analogue, "virtual analogue"});
  if (!clock.isStepped()) writer_ = std::thread([this] { writeUntilStopped(); });
}

VirtualCard::~VirtualCard() {
  stopping_ = true;
  if (writer_.joinable()) writer_.join();
  // frame() is not called any more: this thread may do the audio thread's work.
  Command command;
  while (commands_.pop(command)) run(command);
  for (const auto& port : ports_) {
    port->far->portHook(port->kind == ChannelKind::fxo ? Hook::onHook : Hook::stopRing);
    port->far->hangUp();
  }
  dropFarEndUser(world_.table, heard_);
}

void VirtualCard::writeUntilStopped() {
  while (!stopping_) {
    std::this_thread::sleep_for(kWriteEvery);
    heard_.drain();
  }
}

void VirtualCard::runDue(std::int64_t) { heard_.drain(); }

VirtualCard::Port* VirtualCard::portOf(int channel) const noexcept {
  if (channel < 1 || static_cast<std::size_t>(channel) > ports_.size()) return nullptr;
  return ports_[static_cast<std::size_t>(channel) - 1].get();
}

VirtualCard::Port* VirtualCard::portOf(int channel, ChannelKind kind) const noexcept {
  Port* const port = portOf(channel);
  return port != nullptr && port->kind == kind ? port : nullptr;
}

Status VirtualCard::post(const Command& command) {
  const std::lock_guard lock(writing_);
  return commands_.push(command) ? Status::ok : Status::full;
}

Status VirtualCard::open(int channel) {
  Port* const port = portOf(channel);
  if (port == nullptr) return Status::invalidArgument;
  port->openedAtNs = clock_.nowNs();
  port->open = true;
  return Status::ok;
}

// As with the real driver, closing a channel hangs it up.
void VirtualCard::close(int channel) {
  Port* const port = portOf(channel);
  if (port == nullptr || !port->open.exchange(false)) return;
  post({.type = Command::Type::hook, .channel = channel, .hook = port->kind == ChannelKind::fxo ? Hook::onHook : Hook::stopRing});
}

Status VirtualCard::setHook(int channel, Hook operation) {
  const Port* const port = portOf(channel);
  if (port == nullptr) return Status::invalidArgument;
  const bool ringing = operation == Hook::ring || operation == Hook::stopRing;
  if (port->kind == ChannelKind::fxo ? ringing : operation == Hook::flash) return Status::invalidArgument;
  if (!port->open) return Status::unavailable;
  return post({.type = Command::Type::hook, .channel = channel, .hook = operation});
}

Status VirtualCard::dial(int channel, std::string_view digits, DialMethod method) {
  Port* const port = portOf(channel);
  if (port == nullptr) return Status::invalidArgument;
  if (!port->open || method == DialMethod::pulse) return Status::unavailable;
  const Status loaded = port->dialler.load(digits, kDialOnMs, kDialOffMs);
  if (loaded != Status::ok) return loaded;
  const Status posted = post({.type = Command::Type::dial, .channel = channel});
  if (posted != Status::ok) port->dialler.unload();
  return posted;
}

Status VirtualCard::setPolarity(int channel, bool reversed) {
  const Port* const port = portOf(channel, ChannelKind::fxs);
  if (port == nullptr) return Status::invalidArgument;
  if (!port->open) return Status::unavailable;
  return post({.type = Command::Type::polarity, .channel = channel, .on = reversed});
}

std::optional<SpanStatus> VirtualCard::spanStatus(int span) const {
  if (span != kAnalogueSpan) return std::nullopt;
  return SpanStatus{};
}

std::optional<ChannelState> VirtualCard::channelState(int channel) const {
  const Port* const port = portOf(channel);
  if (port == nullptr) return std::nullopt;
  return port->far->state();
}

bool VirtualCard::nextEvent(ChannelEvent& event) {
  while (events_.pop(event)) {
    const Port& port = *portOf(event.channel);
    if (port.open && event.atNs > port.openedAtNs) return true;
  }
  return false;
}

void VirtualCard::setFarEnds(std::vector<FarEnd> farEnds) {
  auto set = std::make_unique<FarEndSet>(std::move(farEnds), FarEndSet::Calls::out);
  set->users = 1;
  if (post({.type = Command::Type::table, .set = set.get()}) != Status::ok) throw std::runtime_error("the virtual card does not keep up: try again");
  set.release();
}

Status VirtualCard::callIn(int channel, FarEnd caller) {
  Port* const port = portOf(channel, ChannelKind::fxo);
  if (port == nullptr) return Status::invalidArgument;
  return place(*port, "", std::move(caller));
}

Status VirtualCard::phoneDials(int channel, std::string_view digits, FarEnd caller) {
  Port* const port = portOf(channel, ChannelKind::fxs);
  DigitSender check;
  if (port == nullptr || check.load(digits, kDialOnMs, kDialOffMs) != Status::ok) return Status::invalidArgument;
  return place(*port, digits, std::move(caller));
}

Status VirtualCard::place(Port& port, std::string_view digits, FarEnd caller) {
  std::vector<FarEnd> one;
  one.push_back(std::move(caller));
  auto set = std::make_unique<FarEndSet>(std::move(one), FarEndSet::Calls::in);
  set->users = 1;
  if (!port.far->isIdle()) return Status::wrongState;
  Command command{.type = Command::Type::place, .channel = port.channel, .set = set.get(), .digitCount = digits.size()};
  std::copy(digits.begin(), digits.end(), command.digits.begin());
  const Status posted = post(command);
  if (posted == Status::ok) set.release();
  return posted;
}

Status VirtualCard::hangUp(int channel) {
  const Port* const port = portOf(channel);
  if (port == nullptr) return Status::invalidArgument;
  if (port->far->isIdle()) return Status::wrongState;
  return post({.type = Command::Type::hangUp, .channel = channel});
}

Status VirtualCard::setBattery(int channel, bool present) {
  if (portOf(channel, ChannelKind::fxo) == nullptr) return Status::invalidArgument;
  return post({.type = Command::Type::battery, .channel = channel, .on = present});
}

// --- Audio thread ------------------------------------------------------------------------------------------------------------------------

void VirtualCard::frame() noexcept {
  Command command;
  while (commands_.pop(command)) run(command);
  for (const auto& port : ports_) frame(*port);
}

void VirtualCard::run(const Command& command) noexcept {
  if (command.type == Command::Type::table) {
    dropFarEndUser(world_.table, heard_);
    world_.table = command.set;
    return;
  }
  Port& port = *portOf(command.channel);
  switch (command.type) {
    case Command::Type::hook: runHook(port, command.hook); break;
    case Command::Type::dial:
      port.dialler.begin();
      port.dialling = true;
      break;
    case Command::Type::polarity: port.far->portPolarity(command.on); break;
    case Command::Type::place:
      port.far->place(command.set, {command.digits.data(), command.digitCount});
      dropFarEndUser(command.set, heard_);  // The far side has made itself a user, or did not want it.
      break;
    case Command::Type::hangUp: port.far->hangUp(); break;
    case Command::Type::battery: port.line->setBattery(command.on); break;
    case Command::Type::table: break;
  }
}

void VirtualCard::runHook(Port& port, Hook operation) noexcept {
  if (operation == Hook::offHook) port.offHook = true;
  if (operation == Hook::onHook) {
    port.offHook = false;
    if (port.dialling) port.dialler.unload();
    port.dialling = false;
  }
  port.far->portHook(operation);
}

void VirtualCard::frame(Port& port) noexcept {
  if (port.dialling && port.dialler.generate({port.written.samples.data(), kFrameSamples})) {
    port.dialling = false;
    events_.push({port.channel, ChannelEventType::dialDone, 0, clock_.nowNs()});
  }
  port.far->frame(port.written, port.received);
  port.written.samples.fill(0);
}

void VirtualCard::read(int channel, Frame& out) noexcept {
  const Port* const port = portOf(channel);
  const bool heard = port != nullptr && (port->kind == ChannelKind::fxs || port->offHook);
  if (heard)
    out = port->received;
  else
    out = Frame{};
}

// An FXO port that is on hook is not on the wire.
void VirtualCard::write(int channel, const Frame& in) noexcept {
  Port* const port = portOf(channel);
  if (port != nullptr && (port->kind == ChannelKind::fxs || port->offHook)) port->written = in;
}

}  // namespace branchline
