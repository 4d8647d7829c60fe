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
// An isdnd that hangs is asked, waited for, killed and started again within two seconds.
constexpr std::int64_t kAskAgainNs = 400'000'000;
constexpr std::int64_t kSilenceNs = 1'200'000'000;
constexpr std::int64_t kLongestTurnNs = 200'000'000;  // What one turn counts for at most.
constexpr int kWaitForAnswerMs = 100;
constexpr int kTemporaryFailure = 41;
constexpr int kDestinationOutOfOrder = 27;

bool areDigits(const std::string& digits) {
  return digits.size() <= isdn::kMaxDigits &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return (c >= '0' && c <= '9') || c == '*' || c == '#'; });
}

bool isNumber(const isdn::Number& number) {
  return areDigits(number.digits) && number.type < 8 && number.plan < 16 && number.presentation < 4 && number.screening < 4;
}

bool canBeCarried(const IsdnDialOptions& options) {
  const bool isCalled = options.complete ? !options.called.digits.empty() && options.furtherDigits.empty() : areDigits(options.furtherDigits);
  return options.channel >= 0 && options.channel < 32 && isCalled && isNumber(options.called) && isNumber(options.calling) &&
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
                    .complete = options.complete,
                    .bearer = options.bearer,
                    .called = options.called,
                    .calledSubaddress = options.calledSubaddress,
                    .calling = options.calling,
                    .callingName = options.callingName,
                    .callingSubaddress = options.callingSubaddress,
                    .redirecting = options.redirecting,
                    .redirectReason = static_cast<std::uint8_t>(options.redirectReason)};
  nextCall_ = (nextCall_ + 1) & ~isdn::kIncomingCallBit;
  commands_.push_back({.type = Command::Type::dial, .leg = leg, .setup = std::move(setup), .digits = options.furtherDigits});
  wake_.notify();
  return {Status::ok, leg};
}

Status IsdnStack::ring(Handle leg, bool earlyMedia) { return post({.type = Command::Type::ring, .leg = leg, .earlyMedia = earlyMedia}, true); }

Status IsdnStack::answer(Handle leg) { return post({.type = Command::Type::answer, .leg = leg}, true); }

Status IsdnStack::clear(Handle leg, ClearRequest request) { return post({.type = Command::Type::clear, .leg = leg, .q850 = request.q850}, false); }

Status IsdnStack::hold(Handle leg) { return post({.type = Command::Type::hold, .leg = leg}, false); }

Status IsdnStack::retrieve(Handle leg) { return post({.type = Command::Type::retrieve, .leg = leg}, false); }

Status IsdnStack::transfer(Handle leg, Handle other) { return post({.type = Command::Type::transfer, .leg = leg, .other = other}, false); }

Status IsdnStack::dialMore(Handle leg, const std::string& digits) {
  if (digits.empty() || !areDigits(digits)) return Status::invalidArgument;
  return post({.type = Command::Type::dialMore, .leg = leg, .digits = digits}, false);
}

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
    pollfd waited[2] = {{wake_.fd(), POLLIN, 0}, {process_ ? process_->control() : -1, process_ ? process_->awaited() : short{0}, 0}};
    (void)poll(waited, 2, patienceMs());
    wake_.clear();
    runDue(engine_.clock().nowNs());
  }
}

int IsdnStack::patienceMs() const {
  if (!silent_.empty()) return kWaitForAnswerMs;
  std::int64_t due = process_ ? askAtNs_ : startAtNs_;
  if (const std::int64_t legs = legs_.nextDueNs(); legs != 0) due = std::min(due, legs);
  return static_cast<int>(std::clamp<std::int64_t>((due - engine_.clock().nowNs() + 999'999) / 1'000'000, 0, kAskAgainNs / 1'000'000));
}

void IsdnStack::runDue(std::int64_t nowNs) {
  if (!process_ && nowNs >= startAtNs_) {
    try {
      start();
    } catch (const std::system_error& error) {
      lose(error.what(), kStartAgainNs);
    }
  }
  runCommands();
  legs_.runDue(nowNs);
  if (process_ && engine_.clock().isStepped())
    stepIsdnd(nowNs);
  else if (process_)
    receiveAll();
  if (process_ && !engine_.clock().isStepped()) watch(nowNs);
  if (lost_) lose("isdnd takes no more messages", kStartAgainNs);
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
    case Command::Type::dial: legs_.dial(command.leg, std::move(command.setup), std::move(command.digits)); break;
    case Command::Type::ring: legs_.ring(command.leg, command.earlyMedia); break;
    case Command::Type::answer: legs_.answer(command.leg); break;
    case Command::Type::clear: legs_.clear(command.leg, command.q850); break;
    case Command::Type::hold: legs_.hold(command.leg); break;
    case Command::Type::retrieve: legs_.retrieve(command.leg); break;
    case Command::Type::transfer: legs_.transfer(command.leg, command.other); break;
    case Command::Type::dialMore: legs_.dialMore(command.leg, command.digits); break;
    case Command::Type::configure: runConfigure(command.span); break;
    case Command::Type::suspend: runSuspend(command.span.configuration.span, command.why, kDestinationOutOfOrder); break;
  }
}

void IsdnStack::runConfigure(const IsdnSpanOptions& changed) {
  const auto number = changed.configuration.span;
  runSuspend(number, "the span is configured anew", kTemporaryFailure);
  IsdnSpanOptions& span = *spanOf(number);
  span.configuration = changed.configuration;
  span.dChannel = changed.dChannel;
  span.ddiDigits = changed.ddiDigits;
  legs_.setDdiDigits(number, span.ddiDigits);
  spoken_ = true;
  if (process_) lost_ = !process_->send(span.configuration, span.dChannel) || lost_;
}

void IsdnStack::runSuspend(int number, const std::string& why, int cause) {
  IsdnSpanOptions& span = *spanOf(number);
  send(isdn::RemoveSpan{.span = static_cast<std::uint8_t>(number), .cause = static_cast<std::uint8_t>(cause)});
  if (span.dChannel >= 0) close(span.dChannel);
  span.dChannel = -1;
  if (std::exchange(up_[number], false)) tellSpan(number, false, why);
}

// --- isdnd ---------------------------------------------------------------------------------------------------------------------------------

void IsdnStack::start() {
  lost_ = false;
  silent_.clear();
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
void IsdnStack::lose(const std::string& why, std::int64_t startAgainNs) {
  {
    const std::lock_guard lock(mutex_);
    pid_ = -1;  // No dial() is queued from here on.
  }
  lost_ = false;
  if (process_) process_->kill();
  process_.reset();
  silent_.clear();
  startAtNs_ = engine_.clock().nowNs() + startAgainNs;
  runCommands();  // Calls that were dialled meanwhile end with the others.
  legs_.endAll({.q850 = kTemporaryFailure, .location = isdn::Location::privateLocal, .by = isdn::EndedBy::line, .detail = why});
  for (auto& [span, up] : up_) {
    if (std::exchange(up, false)) tellSpan(span, false, why);
  }
}

// Each thread of isdnd has to answer, so that one that hangs beside others that work is seen too. Silence is counted by turns of our own thread: a
// machine that stood still as a whole convicts nobody.
void IsdnStack::watch(std::int64_t nowNs) {
  if (silent_.empty()) {
    if (nowNs < askAtNs_) return;
    askAtNs_ = nowNs + kAskAgainNs;
    silenceNs_ = 0;
    for (const IsdnSpanOptions& span : spans_) {
      silent_.insert(span.configuration.span);
      send(isdn::QuerySpan{.span = span.configuration.span});
    }
  } else {
    silenceNs_ += std::min(nowNs - watchedAtNs_, kLongestTurnNs);
    if (silenceNs_ > kSilenceNs) return lose("isdnd does not answer and is started again", 0);
  }
  watchedAtNs_ = nowNs;
}

void IsdnStack::receiveAll() {
  isdn::Message message;
  for (;;) {
    switch (process_->receive(message, 0)) {
      case IsdndProcess::Received::message: handle(message); break;
      case IsdndProcess::Received::nothing: return;
      case IsdndProcess::Received::gone: return lose("isdnd has died and is started again", kStartAgainNs);
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
      if (process_->receive(message, kStepPatienceMs) != IsdndProcess::Received::message)
        return lose("isdnd has died and is started again", kStartAgainNs);
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
  if (const auto* const status = std::get_if<isdn::SpanStatus>(&message)) {
    silent_.erase(status->span);
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
