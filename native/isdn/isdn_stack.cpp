// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdn_stack.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace branchline {
namespace {

constexpr std::int64_t kStartAgainNs = 500'000'000;  // After a death: long enough that one that dies at once does not eat the processor.
constexpr int kStepPatienceMs = 10'000;              // Stepped: an isdnd that does not answer in this real time is taken for dead.
constexpr std::int64_t kAskAgainNs = 2'000'000'000;
constexpr std::int64_t kSilenceNs = 10'000'000'000;
constexpr int kLongestWaitMs = 1'000;
constexpr int kTemporaryFailure = 41;

bool isNumber(const isdn::Number& number) {
  const bool digits = std::all_of(number.digits.begin(), number.digits.end(), [](char c) { return (c >= '0' && c <= '9') || c == '*' || c == '#'; });
  return digits && number.digits.size() <= isdn::kMaxDigits && number.type < 8 && number.plan < 16 && number.presentation < 4 && number.screening < 4;
}

bool canBeCarried(const IsdnDialOptions& options) {
  return options.channel >= 0 && options.channel < 32 && !options.called.digits.empty() && isNumber(options.called) && isNumber(options.calling) &&
         isNumber(options.redirecting) && options.callingName.size() <= isdn::kMaxName && options.calledSubaddress.size() <= isdn::kMaxSubaddress &&
         options.callingSubaddress.size() <= isdn::kMaxSubaddress && options.redirectReason >= 0 && options.redirectReason < 16;
}

}  // namespace

IsdnStack::IsdnStack(Engine& engine, EventSink& sink, std::string program, std::vector<IsdnSpanOptions> spans, BChannelPorts* ports)
    : engine_(engine),
      sink_(sink),
      program_(std::move(program)),
      spans_(std::move(spans)),
      legs_(engine, *this, sink, *this, ports) {
  for (const IsdnSpanOptions& span : spans_) {
    legs_.setDdiDigits(span.configuration.span, span.ddiDigits);
    std::vector<int> interfaces{span.configuration.span};
    interfaces.insert(interfaces.end(), span.nfasSpans.begin(), span.nfasSpans.end());
    legs_.setInterfaces(span.configuration.span, std::move(interfaces));
    up_[span.configuration.span] = false;
  }
  try {
    start();
  } catch (...) {
    for (const IsdnSpanOptions& span : spans_) close(span.dChannel);
    throw;
  }
  if (engine_.clock().isStepped()) {
    engine_.addPart(*this);
  } else {
    thread_ = std::thread([this] { runUntilStopped(); });
    pthread_setname_np(thread_.native_handle(), "bl-isdn");
  }
}

IsdnStack::~IsdnStack() {
  stopping_ = true;
  wake_.notify();
  if (thread_.joinable()) thread_.join();
  engine_.removePart(*this);
  runCommands();  // What was commanded before the end.
  legs_.endAll({.q850 = kTemporaryFailure, .by = isdn::EndedBy::us, .detail = "the ISDN lines are being stopped"});
  process_.reset();
  for (const IsdnSpanOptions& span : spans_) {
    if (span.dChannel >= 0) close(span.dChannel);
  }
}

// --- Commands, JavaScript's thread ---------------------------------------------------------------------------------------------------------

Engine::Created IsdnStack::dial(int span, const IsdnDialOptions& options) {
  const IsdnSpanOptions* const known = spanOf(span);
  if (known == nullptr || !canBeCarried(options)) return {Status::invalidArgument};
  const std::lock_guard lock(mutex_);
  if (pid_ < 0 || !known->usable) return {Status::unavailable};
  const Handle leg = engine_.createLeg(*this);
  if (leg == kNoHandle) return {Status::full};
  open_[leg] = false;
  isdn::Setup setup{.span = static_cast<std::uint8_t>(span),
                    .call = nextCall_,
                    .channel = static_cast<std::uint8_t>(options.channel),
                    .exclusive = options.exclusive,
                    .bearer = options.bearer,
                    .called = options.called,
                    .calledSubaddress = options.calledSubaddress,
                    .calling = options.calling,
                    .callingName = options.callingName,
                    .callingSubaddress = options.callingSubaddress,
                    .redirecting = options.redirecting,
                    .redirectReason = static_cast<std::uint8_t>(options.redirectReason)};
  nextCall_ = (nextCall_ + 1) & ~isdn::kIncomingCallBit;
  commands_.push_back({.type = Command::Type::dial, .leg = leg, .setup = std::move(setup)});
  wake_.notify();
  return {Status::ok, leg};
}

Status IsdnStack::ring(Handle leg, bool earlyMedia) { return post({.type = Command::Type::ring, .leg = leg, .earlyMedia = earlyMedia}, true); }

Status IsdnStack::answer(Handle leg) { return post({.type = Command::Type::answer, .leg = leg}, true); }

Status IsdnStack::clear(Handle leg, ClearRequest request) { return post({.type = Command::Type::clear, .leg = leg, .q850 = request.q850}, false); }

Status IsdnStack::hold(Handle leg) { return post({.type = Command::Type::hold, .leg = leg}, false); }

Status IsdnStack::retrieve(Handle leg) { return post({.type = Command::Type::retrieve, .leg = leg}, false); }

Status IsdnStack::transfer(Handle leg, Handle other) { return post({.type = Command::Type::transfer, .leg = leg, .other = other}, false); }

Status IsdnStack::configure(const IsdnSpanOptions& span) {
  IsdnSpanOptions* const known = spanOf(span.configuration.span);
  if (known == nullptr) {
    close(span.dChannel);
    return Status::invalidArgument;
  }
  const std::lock_guard lock(mutex_);
  known->usable = true;
  commands_.push_back({.type = Command::Type::configure, .span = span});
  wake_.notify();
  return Status::ok;
}

void IsdnStack::suspend(int span, const std::string& why) {
  IsdnSpanOptions* const known = spanOf(span);
  if (known == nullptr) return;
  const std::lock_guard lock(mutex_);
  known->usable = false;
  Command command{.type = Command::Type::suspend, .why = why};
  command.span.configuration.span = static_cast<std::uint8_t>(span);
  commands_.push_back(std::move(command));
  wake_.notify();
}

IsdnSpanOptions* IsdnStack::spanOf(int number) noexcept {
  const auto found = std::find_if(spans_.begin(), spans_.end(), [&](const auto& one) { return one.configuration.span == number; });
  return found == spans_.end() ? nullptr : &*found;
}

Status IsdnStack::post(Command command, bool incomingOnly) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(command.leg);
  if (found == open_.end()) return Status::staleHandle;
  if (incomingOnly && !found->second) return Status::wrongState;
  commands_.push_back(std::move(command));
  wake_.notify();
  return Status::ok;
}

// --- The ISDN thread -----------------------------------------------------------------------------------------------------------------------

void IsdnStack::runUntilStopped() {
  while (!stopping_) {
    pollfd waited[2] = {{wake_.fd(), POLLIN, 0}, {process_ ? process_->control() : -1, POLLIN, 0}};
    (void)poll(waited, 2, patienceMs());
    wake_.clear();
    runDue(engine_.clock().nowNs());
  }
}

int IsdnStack::patienceMs() const {
  std::int64_t due = legs_.nextDueNs();
  if (!process_) due = due == 0 ? startAtNs_ : std::min(due, startAtNs_);
  if (due == 0) return kLongestWaitMs;
  return static_cast<int>(std::clamp<std::int64_t>((due - engine_.clock().nowNs() + 999'999) / 1'000'000, 0, kLongestWaitMs));
}

void IsdnStack::runDue(std::int64_t nowNs) {
  if (!process_ && nowNs >= startAtNs_) {
    try {
      start();
    } catch (const std::system_error& error) {
      lose(error.what());
    }
  }
  runCommands();
  legs_.runDue(nowNs);
  if (process_ && engine_.clock().isStepped())
    stepIsdnd(nowNs);
  else if (process_)
    receiveAll();
  if (process_ && !engine_.clock().isStepped()) watch(nowNs);
  if (lost_) lose("isdnd takes no more messages");
}

void IsdnStack::runCommands() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) run(command);
}

void IsdnStack::run(Command& command) {
  switch (command.type) {
    case Command::Type::dial: legs_.dial(command.leg, std::move(command.setup)); break;
    case Command::Type::ring: legs_.ring(command.leg, command.earlyMedia); break;
    case Command::Type::answer: legs_.answer(command.leg); break;
    case Command::Type::clear: legs_.clear(command.leg, command.q850); break;
    case Command::Type::hold: legs_.hold(command.leg); break;
    case Command::Type::retrieve: legs_.retrieve(command.leg); break;
    case Command::Type::transfer: legs_.transfer(command.leg, command.other); break;
    case Command::Type::configure: runConfigure(command.span); break;
    case Command::Type::suspend: runSuspend(command.span.configuration.span, command.why); break;
  }
}

void IsdnStack::runConfigure(const IsdnSpanOptions& changed) {
  const auto number = changed.configuration.span;
  runSuspend(number, "the span is configured anew");
  IsdnSpanOptions& span = *spanOf(number);
  span.configuration = changed.configuration;
  span.dChannel = changed.dChannel;
  span.ddiDigits = changed.ddiDigits;
  legs_.setDdiDigits(number, span.ddiDigits);
  spoken_ = true;
  if (process_) lost_ = !process_->send(span.configuration, span.dChannel) || lost_;
}

void IsdnStack::runSuspend(int number, const std::string& why) {
  IsdnSpanOptions& span = *spanOf(number);
  send(isdn::RemoveSpan{.span = static_cast<std::uint8_t>(number)});
  if (span.dChannel >= 0) close(span.dChannel);
  span.dChannel = -1;
  if (std::exchange(up_[number], false)) tellSpan(number, false, why);
}

// --- isdnd ---------------------------------------------------------------------------------------------------------------------------------

void IsdnStack::start() {
  lost_ = false;
  askedAtNs_ = 0;
  askAtNs_ = engine_.clock().nowNs() + kAskAgainNs;
  spoken_ = true;
  process_ = std::make_unique<IsdndProcess>(program_, engine_.clock().isStepped());
  starts_++;
  pid_ = process_->pid();
  for (const IsdnSpanOptions& span : spans_) {
    if (span.dChannel >= 0) lost_ = !process_->send(span.configuration, span.dChannel) || lost_;
  }
}

// libpri cannot take up a call that it did not set up: every call ends here, and the next isdnd restarts its channels towards the far end.
void IsdnStack::lose(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    pid_ = -1;  // No dial() is queued from here on.
  }
  lost_ = false;
  process_.reset();
  startAtNs_ = engine_.clock().nowNs() + kStartAgainNs;
  runCommands();  // Calls that were dialled meanwhile end with the others.
  legs_.endAll({.q850 = kTemporaryFailure, .location = isdn::Location::privateLocal, .by = isdn::EndedBy::line, .detail = why});
  for (auto& [span, up] : up_) {
    if (std::exchange(up, false)) tellSpan(span, false, why);
  }
}

// A thread of isdnd that hangs answers nothing: each span is asked for its status now and then, and any message is a sign of life.
void IsdnStack::watch(std::int64_t nowNs) {
  if (spans_.empty()) return;
  if (askedAtNs_ != 0 && nowNs - askedAtNs_ > kSilenceNs) return lose("isdnd does not answer and is started again");
  if (askedAtNs_ != 0 || nowNs < askAtNs_) return;
  askedAtNs_ = nowNs;
  for (const IsdnSpanOptions& span : spans_) send(isdn::QuerySpan{.span = span.configuration.span});
}

void IsdnStack::receiveAll() {
  isdn::Message message;
  for (;;) {
    switch (process_->receive(message, 0)) {
      case IsdndProcess::Received::message:
        askedAtNs_ = 0;
        askAtNs_ = engine_.clock().nowNs() + kAskAgainNs;
        handle(message);
        break;
      case IsdndProcess::Received::nothing: return;
      case IsdndProcess::Received::gone: return lose("isdnd has died and is started again");
    }
  }
}

// At one moment until nothing moves any more: commands that its messages caused are run by it as well.
void IsdnStack::stepIsdnd(std::int64_t nowNs) {
  for (bool moving = !isAtRest(nowNs); moving;) {
    send(isdn::Step{.sequence = ++sequence_, .nowNs = nowNs});
    spoken_ = false;
    for (bool done = false; !done;) {
      isdn::Message message;
      if (process_->receive(message, kStepPatienceMs) != IsdndProcess::Received::message) return lose("isdnd has died and is started again");
      if (const auto* const step = std::get_if<isdn::StepDone>(&message)) {
        done = step->sequence == sequence_;
        moving = step->frames > 0 || spoken_;
        isdndDueNs_ = step->nextDueNs;
      } else {
        handle(message);
      }
    }
  }
}

// Nothing was said to it, no timer is due, and nothing waits to be read by it or by us: a step would do nothing. Whole scenarios of hours live on it.
bool IsdnStack::isAtRest(std::int64_t nowNs) const {
  if (spoken_ || (isdndDueNs_ != 0 && isdndDueNs_ <= nowNs)) return false;
  std::vector<pollfd> waited = {{process_->control(), POLLIN, 0}};
  for (const IsdnSpanOptions& span : spans_) waited.push_back({span.dChannel, POLLIN, 0});
  return poll(waited.data(), waited.size(), 0) == 0;
}

void IsdnStack::handle(const isdn::Message& message) {
  if (const auto* const layer = std::get_if<isdn::LayerTwo>(&message)) {
    up_[layer->span] = layer->up;
    tellSpan(layer->span, layer->up, layer->up ? "" : "layer 2 is down");
    return;
  }
  if (const auto* const log = std::get_if<isdn::Log>(&message)) {
    sink_.post({"isdnLog",
                kNoHandle,
                "leg",
                engine_.clock().nowNs(),
                {{"span", std::int64_t{log->span}}, {"error", log->level == isdn::LogLevel::error}, {"text", log->text}}});
    return;
  }
  std::visit(
      [this](const auto& one) {
        if constexpr (requires { legs_.on(one); }) legs_.on(one);
      },
      message);
}

void IsdnStack::tellSpan(int span, bool up, const std::string& detail) {
  sink_.post({"spanState", kNoHandle, "leg", engine_.clock().nowNs(), {{"span", std::int64_t{span}}, {"up", up}, {"detail", detail}}});
}

// --- IsdnLegHost -----------------------------------------------------------------------------------------------------------------------------

void IsdnStack::send(const isdn::Message& message) {
  spoken_ = true;
  if (process_) lost_ = !process_->send(message) || lost_;
}

void IsdnStack::legOffered(Handle leg) {
  const std::lock_guard lock(mutex_);
  open_[leg] = true;
}

void IsdnStack::legGone(Handle leg) {
  const std::lock_guard lock(mutex_);
  open_.erase(leg);
}

}  // namespace branchline
