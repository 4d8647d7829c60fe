// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/analogue_stack.hpp"

#include <algorithm>
#include <stdexcept>

#include "analogue/fxo_machine.hpp"
#include "analogue/fxs_machine.hpp"

namespace branchline {
AnalogueStack::AnalogueStack(Engine& engine, EventSink& sink, CardLines& card) : engine_(engine), sink_(sink), card_(card) {
  LineHost& host = *this;
  for (const ChannelInfo& channel : io().channels()) {
    if (channel.kind == ChannelKind::bearer) continue;
    io().open(channel.number);  // Before its machine, which sets it up.
    if (channel.kind == ChannelKind::fxo)
      machines_.push_back(std::make_unique<FxoMachine>(channel.number, host));
    else
      machines_.push_back(std::make_unique<FxsMachine>(channel.number, host));
  }
  card_.add(*this);
}

AnalogueStack::~AnalogueStack() {
  card_.remove(*this);
  runCommands();  // What was commanded before the end.
  for (const auto& machine : machines_) machine->shutDown();
  for (const auto& machine : machines_) io().close(machine->channel());
}

// Audio thread: each line's ears and tones, so that legs pull what came in this frame.
void AnalogueStack::beginFrame() noexcept {
  for (const auto& machine : machines_) machine->port().beginFrame();
}

LineMachine* AnalogueStack::machineOf(int channel) noexcept {
  const auto found = std::find_if(machines_.begin(), machines_.end(), [&](const auto& machine) { return machine->channel() == channel; });
  return found == machines_.end() ? nullptr : found->get();
}

// --- Commands ----------------------------------------------------------------------------------------------------------------------------

Engine::Created AnalogueStack::dial(int channel, std::string_view digits, const CallOptions& options) {
  LineMachine* const machine = machineOf(channel);
  if (machine == nullptr || !machine->acceptsDigits(digits)) return {Status::invalidArgument};
  const std::lock_guard lock(mutex_);
  const Status reserved = machine->reserve();
  if (reserved != Status::ok) return {reserved};
  const Handle leg = engine_.createLeg(*this);
  if (leg == kNoHandle) {
    machine->unreserve();
    return {Status::full};
  }
  legs_[leg] = {channel, false};
  commands_.push_back({.type = Command::Type::dial, .channel = channel, .leg = leg, .digits = std::string(digits), .options = options});
  card_.wake();
  return {Status::ok, leg};
}

Status AnalogueStack::ring(Handle leg, bool earlyMedia) { return post(leg, {.type = Command::Type::ring, .earlyMedia = earlyMedia}, true); }

Status AnalogueStack::answer(Handle leg) { return post(leg, {.type = Command::Type::answer}, true); }

Status AnalogueStack::clear(Handle leg, ClearRequest request) { return post(leg, {.type = Command::Type::clear, .q850 = request.q850}, false); }

Status AnalogueStack::flash(Handle leg) { return post(leg, {.type = Command::Type::flash}, false); }

Status AnalogueStack::configure(int channel, const LineSettings& settings) {
  if (machineOf(channel) == nullptr) return Status::invalidArgument;
  const std::string fault = faultOf(settings);
  if (!fault.empty()) throw std::invalid_argument(fault);
  const std::lock_guard lock(mutex_);
  commands_.push_back({.type = Command::Type::configure, .channel = channel, .settings = settings});
  card_.wake();
  return Status::ok;
}

Status AnalogueStack::setEcho(EchoSettings settings) {
  if (settings.tailMs != 32 && settings.tailMs != 64) return Status::invalidArgument;
  echo_.store(settings, std::memory_order_relaxed);
  return Status::ok;
}

EchoBy AnalogueStack::echoBy(int channel) noexcept {
  LineMachine* const machine = machineOf(channel);
  return machine == nullptr ? EchoBy::nobody : machine->port().echo().by();
}

Status AnalogueStack::post(Handle leg, Command command, bool incomingOnly) {
  const std::lock_guard lock(mutex_);
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return Status::staleHandle;
  if (incomingOnly && !found->second.incoming) return Status::wrongState;
  command.leg = leg;
  command.channel = found->second.channel;
  commands_.push_back(std::move(command));
  card_.wake();
  return Status::ok;
}

void AnalogueStack::runCommands() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (const Command& command : commands) run(command);
}

void AnalogueStack::onCardEvent(const ChannelEvent& event) {
  if (event.type == ChannelEventType::spanAlarm) return;  // `channel` is a span's number; each channel tells its own alarm.
  if (LineMachine* const machine = machineOf(event.channel)) machine->onEvent(event);
}

void AnalogueStack::runDue() {
  for (const auto& machine : machines_) machine->runDue();
}

void AnalogueStack::run(const Command& command) {
  LineMachine& machine = *machineOf(command.channel);
  if (command.type == Command::Type::dial) {
    machine.dial(command.leg, command.digits, command.options);
    return;
  }
  if (command.type == Command::Type::configure) {
    machine.configure(command.settings);
    return;
  }
  if (machine.leg() != command.leg) return;  // It ended meanwhile.
  switch (command.type) {
    case Command::Type::ring: machine.ring(command.earlyMedia); break;
    case Command::Type::answer: machine.answer(); break;
    case Command::Type::clear: machine.clear(command.q850); break;
    case Command::Type::flash: machine.flash(); break;
    case Command::Type::dial:
    case Command::Type::configure: break;
  }
}

// --- LineHost ----------------------------------------------------------------------------------------------------------------------------

Handle AnalogueStack::offerLeg(int channel, const std::string& to, const CallerIdMessage& caller) {
  const Handle leg = engine_.createLeg(*this);
  if (leg == kNoHandle) return kNoHandle;
  {
    const std::lock_guard lock(mutex_);
    legs_[leg] = {channel, true};
  }
  const std::string none;  // What only SIP carries.
  sink_.post({"legIncoming",
              leg,
              "leg",
              nowNs(),
              {{"kind", std::string("analogue")},
               {"to", to},
               {"channel", std::int64_t{channel}},
               {"fromUri", none},
               {"fromName", std::string(caller.name.view())},
               {"assertedUri", none},
               {"privacy", none},
               {"diversion", none},
               {"sourceAddress", none},
               {"sourcePort", std::int64_t{0}},
               {"callId", none},
               {"calling", std::string(caller.number.view())},
               {"callingPresentation", std::int64_t{presentationOf(caller)}}}});
  return leg;
}

void AnalogueStack::attachLeg(Handle leg, LinePort& port) { engine_.attach(leg, port); }

void AnalogueStack::tell(const char* type, Handle leg) { sink_.post({type, leg, "leg", nowNs(), {}}); }

void AnalogueStack::tellProgress(Handle leg, bool earlyMedia) {
  sink_.post({"legProgress", leg, "leg", nowNs(), {{"sipStatus", std::int64_t{180}}, {"earlyMedia", earlyMedia}}});
}

void AnalogueStack::endLeg(Handle leg, const LegEnd& end) {
  {
    const std::lock_guard lock(mutex_);
    legs_.erase(leg);
  }
  engine_.endLeg(leg, {{"q850", std::int64_t{end.q850}},
                       {"inferred", end.inferred},
                       {"sipStatus", std::int64_t{0}},
                       {"by", std::string(end.by)},
                       {"sent", end.sent},
                       {"responded", end.responded},
                       {"detail", end.detail}});
}

void AnalogueStack::tellChannel(int channel, const char* state, const std::string& detail) {
  sink_.post({"channelState", kNoHandle, "leg", nowNs(), {{"channel", std::int64_t{channel}}, {"state", std::string(state)}, {"detail", detail}}});
}

}  // namespace branchline
