// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/span.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace branchline::isdn {
namespace {

constexpr int kFcsOctets = 2;                               // libpri counts them in what it reads and writes; our D channels carry none.
constexpr std::int64_t kEndPatienceNs = 60'000'000'000;     // T305 and T308 twice are 38 s.
constexpr std::int64_t kRestartPatienceNs = 5'000'000'000;  // Then the next channel: some exchanges never acknowledge. libpri repeats by T316.

int switchTypeOf(const ConfigureSpan& configuration) {
  switch (configuration.switchType) {
    case SwitchType::qsig: return PRI_SWITCH_QSIG;
    case SwitchType::ni2: return PRI_SWITCH_NI2;
    case SwitchType::euroIsdn: break;
  }
  return PRI_SWITCH_EUROISDN_E1;
}

bool isClearing(std::uint8_t messageType) {  // DISCONNECT, RELEASE, RELEASE COMPLETE (Q.931 table 4-2).
  return messageType == 0x45 || messageType == 0x4D || messageType == 0x5A;
}

/// Keeps a controller that can't be freed where a leak checker sees that it is known.
void retire(pri* controller) {
  static std::mutex mutex;
  static auto& retired = *new std::vector<pri*>;  // For ever.
  const std::lock_guard lock(mutex);
  retired.push_back(controller);
}

Span* spanOf(pri* controller) { return controller == nullptr ? nullptr : static_cast<Span*>(pri_get_userdata(controller)); }

}  // namespace

Span::Span(const ConfigureSpan& configuration, int dChannel, const Clock& clock, Outbox& outbox)
    : configuration_(configuration),
      dChannel_(dChannel),
      clock_(clock),
      outbox_(outbox),
      channels_(configuration.channels, configuration.selection) {
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
    close(dChannel_);
    throw std::runtime_error("libpri does not take this combination of switch type, node and access");
  }
  pri_set_overlapdial(controller_, configuration.overlap ? 1 : 0);
  pri_hangup_fix_enable(controller_, 1);   // Clearing by Q.931 §5.3.2.
  pri_connect_ack_enable(controller_, 1);  // Tells CONNECT ACKNOWLEDGE.
  pri_display_options_receive(controller_, PRI_DISPLAY_OPTION_NAME_INITIAL);
  pri_display_options_send(controller_, PRI_DISPLAY_OPTION_NAME_INITIAL);
  pri_facility_enable(controller_);
  pri_set_timer(controller_, PRI_TIMER_T309, configuration.t309Seconds * 1000);
}

Span::~Span() {
  while (!calls_.empty()) {
    note(calls_.back(), PRI_CAUSE_NORMAL_TEMPORARY_FAILURE, Location::user, EndedBy::line);
    drop(calls_.back());
  }
  pri_set_userdata(controller_, nullptr);
  retire(controller_);
  close(dChannel_);
}

void Span::handle(const Message& message) {
  std::visit([this](const auto& one) { on(one); }, message);
}

bool Span::receive() {
  for (;;) {
    const ssize_t size = recv(dChannel_, frame_.data(), frame_.size() - kFcsOctets, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    if (size == 0) return false;
    frameCount_++;
    if (static_cast<std::size_t>(size) > frame_.size() - kFcsOctets) continue;  // Longer than any frame may be (N201 is 260).
    frameSize_ = static_cast<std::size_t>(size);
    const auto sight = lookInto({frame_.data(), frameSize_});
    sight_ = sight.value_or(MessageSight{});
    sightLocation_ = sight_.cause.empty() ? Location::user : static_cast<Location>(sight_.cause[0] & 0x0F);
    dispatch(pri_check_event(controller_));
    sight_ = {};
    sightLocation_ = Location::user;
    frameSize_ = 0;
  }
}

void Span::runTimers() {
  while (pri_event* const event = pri_schedule_run(controller_)) dispatch(event);
  if (restarting_ != 0 && clock_.nowNs() >= restartUntilNs_) endRestart();
  sweep();
}

std::int64_t Span::nextDueNs() const noexcept {
  std::int64_t due = 0;
  if (const timeval* const next = pri_schedule_next(controller_)) due = (next->tv_sec * 1'000'000LL + next->tv_usec) * 1000;
  const auto sooner = [&](std::int64_t moment) { due = due == 0 ? moment : std::min(due, moment); };
  if (restarting_ != 0) sooner(restartUntilNs_);
  for (const Call& call : calls_) {
    if (call.ending) sooner(call.endUntilNs);
  }
  return due;
}

std::uint32_t Span::takeFrameCount() noexcept { return std::exchange(frameCount_, 0); }

// --- libpri's call-backs -------------------------------------------------------------------------------------------------------------------

void Span::tell(pri* controller, LogLevel level, const char* text) {
  Span* const self = spanOf(controller);
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  if (self != nullptr && !line.empty()) self->log(level, line);
}

int Span::readFrame(pri* controller, void* buffer, int size) {
  Span* const self = spanOf(controller);
  if (self == nullptr || self->frameSize_ == 0 || static_cast<int>(self->frameSize_) + kFcsOctets > size) return 0;
  std::copy_n(self->frame_.data(), self->frameSize_ + kFcsOctets, static_cast<std::uint8_t*>(buffer));
  return static_cast<int>(self->frameSize_) + kFcsOctets;
}

int Span::writeFrame(pri* controller, void* buffer, int size) {
  Span* const self = spanOf(controller);
  if (self == nullptr || size <= kFcsOctets) return size;
  const std::span<std::uint8_t> frame(static_cast<std::uint8_t*>(buffer), static_cast<std::size_t>(size - kFcsOctets));
  self->fillCause(frame);
  self->frameCount_++;
  // A frame that the D channel does not take is a lost frame: layer 2 repeats it.
  (void)send(self->dChannel_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return size;
}

// libpri says "private network serving the local user" in every cause; ours is what the span or the call says. The frame is libpri's own copy, so
// that layer 2's repetitions carry the same.
void Span::fillCause(std::span<std::uint8_t> frame) {
  const auto sight = lookInto(frame);
  if (!sight || sight->cause.empty()) return;
  Location location = configuration_.location;
  for (const Call& call : calls_) {
    int mode = 0;
    const int reference = pri_get_crv(controller_, call.handle, &mode) << 3 | mode;
    // The side that began a call sends its reference with the flag clear.
    if (!call.said || reference != sight->callReference || call.incoming != sight->flag) continue;
    location = call.said->location;
    if (isClearing(sight->type) && sight->cause.size() > 1) sight->cause[1] = static_cast<std::uint8_t>(0x80 | call.said->cause);
  }
  sight->cause[0] = static_cast<std::uint8_t>((sight->cause[0] & 0xF0) | static_cast<std::uint8_t>(location));
}

// --- Calls ---------------------------------------------------------------------------------------------------------------------------------

Span::Call* Span::find(std::uint32_t id) noexcept {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.id == id; });
  return found == calls_.end() ? nullptr : &*found;
}

Span::Call* Span::find(q931_call* handle) noexcept {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.handle == handle; });
  return found == calls_.end() ? nullptr : &*found;
}

void Span::note(Call& call, int cause, Location location, EndedBy by) {
  if (call.ending) return;
  call.ending = true;
  call.endUntilNs = clock_.nowNs() + kEndPatienceNs;
  call.end.cause = static_cast<std::uint8_t>(cause > 0 && cause < 128 ? cause : PRI_CAUSE_NORMAL_UNSPECIFIED);
  call.end.location = location;
  call.end.by = by;
}

void Span::drop(Call& call) {
  const Call gone = call;
  calls_.erase(calls_.begin() + (&call - calls_.data()));
  channels_.release(gone.channel);
  Released end = gone.end;
  end.span = configuration_.span;
  end.call = gone.id;
  end.responded = gone.responded;
  outbox_.send(end);
  restartNext();
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
    const std::uint32_t idle = channels_.restarting() & ~channels_.busy();
    if (idle == 0) return;
    restarting_ = std::countr_zero(idle);
    restartUntilNs_ = clock_.nowNs() + kRestartPatienceNs;
    if (pri_reset(controller_, restarting_) != 0) {
      channels_.endRestart(restarting_);
      restarting_ = 0;
    }
  }
}

void Span::log(LogLevel level, const std::string& text) {
  outbox_.send(Log{.span = configuration_.span, .level = level, .text = text.substr(0, kMaxLogText)});
}

}  // namespace branchline::isdn
