// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/span.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "isdnd/frame_check.hpp"
#include "isdnd/libpri_values.hpp"

namespace branchline::isdn {
namespace {

constexpr int kFramesATurn = 64;                         // Of a far end that floods: commands and timers have their turn as well.
constexpr std::int64_t kEndPatienceNs = 60'000'000'000;  // T305 and T308 twice are 38 s.
constexpr std::uint32_t kLongestTimerMs = 24 * 3600 * 1000;
constexpr std::int64_t kRestartPatienceNs = 5'000'000'000;  // Then the next channel: some exchanges never acknowledge. libpri repeats by T316.

int switchTypeOf(const ConfigureSpan& configuration) {
  switch (configuration.switchType) {
    case SwitchType::qsig: return PRI_SWITCH_QSIG;
    case SwitchType::ni2: return PRI_SWITCH_NI2;
    case SwitchType::euroIsdn: break;
  }
  return PRI_SWITCH_EUROISDN_E1;
}

void setTimers(pri* controller, const ConfigureSpan& configuration) {
  const Timers& timers = configuration.timers;
  const auto set = [&](int timer, std::uint32_t milliseconds) {
    if (milliseconds != 0) pri_set_timer(controller, timer, static_cast<int>(std::min(milliseconds, kLongestTimerMs)));
  };
  set(PRI_TIMER_T200, timers.t200);
  set(PRI_TIMER_T203, timers.t203);
  set(PRI_TIMER_T303, timers.t303);
  set(PRI_TIMER_T305, timers.t305);
  set(PRI_TIMER_T308, timers.t308);
  set(PRI_TIMER_T313, timers.t313);
  set(PRI_TIMER_T316, timers.t316);
  set(PRI_TIMER_T_HOLD, timers.hold);
  set(PRI_TIMER_T_RETRIEVE, timers.retrieve);
  pri_set_timer(controller, PRI_TIMER_T309, configuration.t309Seconds * 1000);
}

/// Keeps a controller that can't be freed where a leak checker sees that it is known.
void retire(pri* controller) {
  static std::mutex mutex;
  static auto& retired = *new std::vector<pri*>;  // For ever.
  const std::lock_guard lock(mutex);
  retired.push_back(controller);
}

}  // namespace

Span::Span(const ConfigureSpan& configuration, int dChannel, const Clock& clock, Outbox& outbox)
    : configuration_(configuration),
      nfas_(std::any_of(configuration.nfas.begin(), configuration.nfas.end(), [](std::uint32_t channels) { return channels != 0; })),
      dChannel_(dChannel),
      clock_(clock),
      outbox_(outbox),
      channels_(configuration) {
  static std::once_flag hooked;
  std::call_once(hooked, [] {
    pri_set_message([](pri* controller, char* text) { tell(controller, LogLevel::info, text); });
    pri_set_error([](pri* controller, char* text) { tell(controller, LogLevel::error, text); });
  });
  const int node = configuration.node == Node::network ? PRI_NETWORK : PRI_CPE;
  const int type = switchTypeOf(configuration);
  controller_ = configuration.access == Access::primary
                    ? pri_new_cb(dChannel, node, type, readFrame, writeFrame, this)
                    : pri_new_bri_cb(dChannel, configuration.access == Access::basicPointToPoint, node, type, readFrame, writeFrame, this);
  if (controller_ == nullptr) {
    throw std::runtime_error("libpri does not take this combination of switch type, node and access");
  }
  pri_set_overlapdial(controller_, configuration.overlap ? 1 : 0);
  pri_hangup_fix_enable(controller_, 1);   // Clearing by Q.931 §5.3.2.
  pri_connect_ack_enable(controller_, 1);  // Tells CONNECT ACKNOWLEDGE.
  pri_display_options_receive(controller_, PRI_DISPLAY_OPTION_NAME_INITIAL);
  pri_display_options_send(controller_, PRI_DISPLAY_OPTION_NAME_INITIAL);
  pri_facility_enable(controller_);
  pri_hold_enable(controller_, configuration.hold ? 1 : 0);
  pri_transfer_enable(controller_, configuration.transfer ? 1 : 0);
  pri_aoc_events_enable(controller_, 1);
  pri_set_service_message_support(controller_, configuration.switchType == SwitchType::ni2 ? 1 : 0);
  setTimers(controller_, configuration);
}

Span::~Span() {
  endCalls(PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
  pri_set_userdata(controller_, nullptr);
  retire(controller_);
}

void Span::endCalls(int cause) {
  up_ = false;  // No RESTART of what becomes idle.
  while (!calls_.empty()) {
    note(calls_.back(), cause, Location::user, EndedBy::line);
    drop(calls_.back());
  }
}

void Span::handle(const Message& message) {
  std::visit([this](const auto& one) { on(one); }, message);
}

bool Span::receive() {
  for (int frames = 0; frames < kFramesATurn; frames++) {
    const DChannel::Read read = dChannel_.read(frame_);
    if (read.type != DChannel::Read::Type::frame) return read.type == DChannel::Read::Type::nothing;
    frameCount_++;
    if (read.size > frame_.size() - kFcsOctets) continue;  // Longer than any frame may be (N201 is 260).
    frameSize_ = makeSafe({frame_.data(), read.size}, configuration_);
    if (frameSize_ == 0) continue;
    const std::span<std::uint8_t> frame(frame_.data(), frameSize_);
    sight_ = lookInto(frame).value_or(MessageSight{});
    sightLocation_ = sight_.cause.empty() ? Location::user : static_cast<Location>(sight_.cause[0] & 0x0F);
    const std::size_t begin = layerThree(frame);
    maintenance_ = begin != 0 && begin < frame.size() && isMaintenance(frame[begin]);
    dispatch(pri_check_event(controller_));
    sight_ = {};
    sightLocation_ = Location::user;
    maintenance_ = false;
    frameSize_ = 0;
  }
  return true;
}

void Span::runTimers() {
  while (pri_event* const event = pri_schedule_run(controller_)) dispatch(event);
  if (restarting_ != 0 && clock_.nowNs() >= restartUntilNs_) endRestart();
  endLate();
  sweep();
  if (const std::uint32_t lines = logBudget_.takeSuppressed(clock_.nowNs()); lines != 0)
    log(LogLevel::error, "libpri said " + std::to_string(lines) + " lines more about what the far end sends");
}

std::int64_t Span::nextDueNs() const noexcept {
  std::int64_t due = 0;
  if (const timeval* const next = pri_schedule_next(controller_)) due = (next->tv_sec * 1'000'000LL + next->tv_usec) * 1000;
  const auto sooner = [&](std::int64_t moment) { due = due == 0 ? moment : std::min(due, moment); };
  if (restarting_ != 0) sooner(restartUntilNs_);
  for (const Call& call : calls_) {
    if (call.ending) sooner(call.toneUntilNs != 0 ? call.toneUntilNs : call.endUntilNs);
    if (call.answerByNs != 0) sooner(call.answerByNs);
  }
  return due;
}

std::uint32_t Span::takeFrameCount() noexcept { return std::exchange(frameCount_, 0); }

// --- Calls ---------------------------------------------------------------------------------------------------------------------------------

Span::Call* Span::find(std::uint32_t id) noexcept {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.id == id; });
  return found == calls_.end() ? nullptr : &*found;
}

Span::Call* Span::find(q931_call* handle) noexcept {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.handle == handle; });
  return found == calls_.end() ? nullptr : &*found;
}

Span::Call* Span::findAlive(std::uint32_t id) noexcept {
  Call* const call = find(id);
  return call == nullptr || call->ending ? nullptr : call;
}

void Span::note(Call& call, int cause, Location location, EndedBy by) {
  if (call.ending) return;
  call.ending = true;
  call.answerByNs = 0;
  call.endUntilNs = clock_.nowNs() + kEndPatienceNs;
  call.end.cause = static_cast<std::uint8_t>(cause > 0 && cause < 128 ? cause : PRI_CAUSE_NORMAL_UNSPECIFIED);
  call.end.location = location;
  call.end.by = by;
}

void Span::drop(Call& call) {
  const Call gone = call;
  calls_.erase(calls_.begin() + (&call - calls_.data()));
  channels_.release(gone.channel);
  channels_.forgetVacated(gone.heldChannel);
  Released end = gone.end;
  end.span = configuration_.span;
  end.call = gone.id;
  end.responded = gone.responded;
  outbox_.send(end);
  restartNext();
}

void Span::awaitAnswer(Call& call, std::uint32_t milliseconds, int lateCause) {
  call.answerByNs = milliseconds == 0 ? 0 : clock_.nowNs() + std::int64_t{milliseconds} * 1'000'000;
  call.lateCause = lateCause;
}

// Calls that nobody has answered in time, and those whose tone has been heard for long enough.
void Span::endLate() {
  const std::int64_t now = clock_.nowNs();
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    if (call.toneUntilNs != 0 && now >= call.toneUntilNs) {
      call.toneUntilNs = 0;
      hangUp(call, call.end.cause);
    } else if (call.answerByNs != 0 && now >= call.answerByNs) {
      note(call, call.lateCause, configuration_.location, EndedBy::line);
      clear(call, {static_cast<std::uint8_t>(call.lateCause), configuration_.location});
    }
  }
}

void Span::sweep() {
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    const bool known = isKnownToLibpri(call.handle);
    if (known && (!call.ending || clock_.nowNs() < call.endUntilNs)) continue;
    log(LogLevel::error, known ? "a call that would not end was given up" : "libpri let go of a call without telling");
    note(call, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE, Location::user, EndedBy::line);
    if (known) pri_destroycall(controller_, call.handle);
    drop(call);
  }
}

// One RESTART at a time, as libpri keeps only one in mind.
void Span::restartNext() {
  while (up_ && restarting_ == 0) {
    restarting_ = channels_.nextToRestart();
    if (restarting_ == 0) return;
    restartUntilNs_ = clock_.nowNs() + kRestartPatienceNs;
    if (pri_reset(controller_, encoded(restarting_)) != 0) {
      channels_.endRestart(restarting_);
      restarting_ = 0;
    }
  }
}

int Span::encoded(int channel) const noexcept {
  constexpr int kInterfaceNamed = 0x1'0000;
  return nfas_ && channel > 0 ? kInterfaceNamed | channel / 32 << 8 | channel % 32 : channel;
}

int Span::decoded(int channel) const noexcept {
  const int number = channel & kChannelMask;
  const int interface = nfas_ ? channel >> 8 & 0xFF : 0;
  if (number == kAnyChannel || number == 0 || interface == 0) return number;
  return number < 32 && interface < kInterfaces ? 32 * interface + number : kAnyChannel - 1;
}

void Span::relay(LogLevel level, const std::string& text) {
  if (logBudget_.spend(clock_.nowNs())) log(level, text);
}

void Span::log(LogLevel level, const std::string& text) {
  outbox_.send(Log{.span = configuration_.span, .level = level, .text = text.substr(0, kMaxLogText)});
}

}  // namespace branchline::isdn
