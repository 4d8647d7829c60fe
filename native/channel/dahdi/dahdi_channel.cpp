// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/dahdi_channel.hpp"

#include <dahdi/user.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>

#include "channel/dahdi/dahdi_layout.hpp"
#include "channel/dahdi/gain_table.hpp"

namespace branchline {
namespace {

constexpr int kMostEvents = DAHDI_MAX_EVENTSIZE;
constexpr std::int64_t kHookPatienceNs = 3'000'000'000;  // Longer than a battery drop and what follows it (0.8 s) and than a debounce.
constexpr int kRecallMs = 90;                            // UK timed break recall is 50 to 130 ms (SIN 351); the driver's default is 750.
constexpr int kLongestFlashMs = 250;                     // Of a telephone. Also how late its hanging up is seen; the driver's default is 1,250.
constexpr int kTapsPerMs = 8;
constexpr int kFewestTaps = 32;  // The driver takes powers of two from here to kMostTaps, and for others silently its default.
constexpr int kMostTaps = 1024;

bool isDialString(std::string_view digits, DialMethod method) {
  const std::string_view allowed = method == DialMethod::pulse ? "0123456789" : "0123456789*#ABCD";
  return !digits.empty() && digits.size() + 2 <= DAHDI_MAX_DTMF_BUF && digits.find_first_not_of(allowed) == std::string_view::npos;
}

int hookNumber(Hook operation) noexcept {
  switch (operation) {
    case Hook::onHook: return DAHDI_ONHOOK;
    case Hook::offHook: return DAHDI_OFFHOOK;
    case Hook::flash: return DAHDI_FLASH;
    case Hook::ring: return DAHDI_RING;
    case Hook::stopRing: break;
  }
  return DAHDI_RINGOFF;
}

int lawOf(SpanKind span) { return span == SpanKind::t1 ? DAHDI_LAW_MULAW : DAHDI_LAW_ALAW; }

}  // namespace

DahdiChannel::~DahdiChannel() {
  const int descriptor = descriptor_;
  if (descriptor >= 0) driver_.close(descriptor);
}

// --- Opening and losing ------------------------------------------------------------------------------------------------------------------

bool DahdiChannel::open() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  return isLive() || openNow() == 0;
}

bool DahdiChannel::reopen(bool started) {
  const std::lock_guard lock(mutex_);
  if (!isMissed()) return false;
  if (holdsLost_) park();
  return openNow(started) == 0;
}

void DahdiChannel::close() {
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  pending_.reset();
  if (live_.exchange(false)) park();
}

void DahdiChannel::lose() {
  const std::lock_guard lock(mutex_);
  suspect_ = false;
  pending_.reset();
  if (!live_.exchange(false)) return;
  park();
  state_ = ChannelState{.battery = false};
}

// The audio thread may be about to use the number: it finds silence there. Without a descriptor to spare it is tried again by reopen.
void DahdiChannel::park() {
  const int nowhere = driver_.open("/dev/null");
  holdsLost_ = nowhere < 0;
  if (nowhere >= 0) driver_.replace(descriptor_, nowhere);
}

bool DahdiChannel::isSpanStarted(int descriptor) {
  dahdi_spaninfo span{};  // Number 0: the channel's.
  return controlErrno(driver_, descriptor, DAHDI_SPANSTAT, &span) == 0 && (span.alarms & DAHDI_ALARM_NOTOPEN) == 0;
}

int DahdiChannel::openNow(bool started) {
  const int fresh = driver_.open("/dev/dahdi/channel");
  if (fresh < 0) return errno;
  dahdi_params found{};
  int error = prepare(fresh, found);
  if (error == 0 && started && !isSpanStarted(fresh)) error = ENXIO;
  if (error != 0) {
    driver_.close(fresh);
    return error;
  }
  if (descriptor_ < 0)
    descriptor_ = fresh;
  else
    driver_.replace(descriptor_, fresh);
  const bool fxs = info_.kind == ChannelKind::fxs;
  state_ = ChannelState{.offHook = fxs && found.rxisoffhook != 0, .battery = found.chan_alarms == DAHDI_ALARM_NONE};
  dialling_ = false;
  suspect_ = false;
  audio_.restart();
  applySettings();
  live_.store(true, std::memory_order_release);
  return 0;
}

int DahdiChannel::prepare(int descriptor, dahdi_params& found) {
  const auto ask = [&](unsigned long request, void* argument) { return controlErrno(driver_, descriptor, request, argument); };
  int number = info_.number;
  if (const int error = ask(DAHDI_SPECIFY, &number)) return error;
  if (const int error = ask(DAHDI_GET_PARAMS, &found)) return error;
  if (kindOfSignalling(found.sigtype) != info_.kind) return ENXIO;  // Another card came back in its place.
  int on = 1;
  if (info_.kind == ChannelKind::bearer) {
    if (const int error = ask(DAHDI_AUDIOMODE, &on)) return error;
    // What the line carries, whatever the span's default is. An analogue port's codec is the driver's to know.
    int law = lawOf(span_);
    if (const int error = ask(DAHDI_SETLAW, &law)) return error;
  }
  dahdi_bufferinfo buffers{};
  buffers.txbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.numbufs = DahdiAudio::kBuffers;
  buffers.bufsize = kFrameSamples;
  if (const int error = ask(DAHDI_SET_BUFINFO, &buffers)) return error;
  return ask(DAHDI_SETLINEAR, &on);
}

// What a driver does not offer is left at what it does: the calls that set it have said so.
void DahdiChannel::applySettings() {
  if (info_.kind == ChannelKind::bearer) {
    if (tailMs_ != 0) (void)applyEchoCanceller();
    if (transparent_) (void)applyTransparency();
    return;
  }
  (void)applyFlashTime();
  if (!cadence_.empty()) (void)applyCadence();
  if (gains_) (void)applyGains();
  if (tailMs_ != 0) (void)applyEchoCanceller();
}

// --- Commands ----------------------------------------------------------------------------------------------------------------------------

int DahdiChannel::control(unsigned long request, void* argument) { return controlErrno(driver_, descriptor_, request, argument); }

int DahdiChannel::controlInteger(unsigned long request, int value) { return control(request, &value); }

Status DahdiChannel::statusOf(int error) const {
  if (error == 0) return Status::ok;
  return error == EBUSY ? Status::wrongState : Status::unavailable;
}

Status DahdiChannel::setHook(Hook operation, std::int64_t nowNs) {
  const bool forTelephones = operation == Hook::ring || operation == Hook::stopRing;
  if (info_.kind == ChannelKind::bearer) return Status::invalidArgument;
  if (info_.kind == ChannelKind::fxo ? forTelephones : operation == Hook::flash) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  if (!isLive()) return Status::unavailable;
  pending_.reset();
  dialling_ = false;  // Every hook operation ends dialling in the driver.
  const int error = hook(operation);
  if (error == EBUSY && operation != Hook::flash) {
    pending_ = PendingHook{operation, nowNs + kHookPatienceNs};
    return Status::ok;
  }
  if (error == 0) noteHook(operation);
  if (meansGone(error)) suspect_ = true;
  return statusOf(error);
}

// FXS, `onHook`: the battery drop that tells the telephone's equipment of the end. The driver makes one only of a line that it counts as taken.
int DahdiChannel::hook(Hook operation) {
  if (info_.kind == ChannelKind::fxs && operation == Hook::onHook && state().offHook) (void)controlInteger(DAHDI_HOOK, DAHDI_OFFHOOK);
  const int error = controlInteger(DAHDI_HOOK, hookNumber(operation));
  return error == EINPROGRESS ? 0 : error;  // A non-blocking descriptor does not wait for the end of it.
}

void DahdiChannel::noteHook(Hook operation) {
  if (operation == Hook::onHook) audio_.restart();  // The driver has emptied its buffers.
  if (info_.kind != ChannelKind::fxo || operation == Hook::flash) return;
  ChannelState now = state();
  now.offHook = operation == Hook::offHook;
  state_ = now;
}

bool DahdiChannel::retryHook(std::int64_t nowNs) {
  const std::lock_guard lock(mutex_);
  if (!pending_) return false;
  const int error = isLive() ? hook(pending_->operation) : ENODEV;
  if (error == 0) noteHook(pending_->operation);
  if (error != EBUSY || nowNs >= pending_->untilNs) pending_.reset();
  return pending_.has_value();
}

Status DahdiChannel::dial(std::string_view digits, DialMethod method) {
  if (info_.kind == ChannelKind::bearer || (method == DialMethod::pulse && info_.kind != ChannelKind::fxo)) return Status::unavailable;
  if (!isDialString(digits, method)) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  if (!isLive()) return Status::unavailable;
  dahdi_dialoperation operation{};
  operation.op = DAHDI_DIAL_OP_REPLACE;
  operation.dialstr[0] = method == DialMethod::pulse ? 'P' : 'T';
  digits.copy(operation.dialstr + 1, digits.size());
  dialling_ = true;
  const int error = control(DAHDI_DIAL, &operation);
  if (error != 0) dialling_ = false;
  if (meansGone(error)) suspect_ = true;
  return statusOf(error);
}

Status DahdiChannel::setPolarity(bool reversed) {
  if (info_.kind != ChannelKind::fxs) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  if (!isLive()) return Status::unavailable;
  const int error = controlInteger(DAHDI_SETPOLARITY, reversed ? 1 : 0);
  if (error == 0) {
    ChannelState now = state();
    now.reversed = reversed;
    state_ = now;
  }
  return statusOf(error);
}

Status DahdiChannel::setRingCadence(std::span<const int> onOffMs) {
  const bool pairs = onOffMs.size() >= 2 && onOffMs.size() <= DAHDI_MAX_CADENCE && onOffMs.size() % 2 == 0;
  if (info_.kind != ChannelKind::fxs || !pairs) return Status::invalidArgument;
  if (std::any_of(onOffMs.begin(), onOffMs.end(), [](int ms) { return ms <= 0; })) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  cadence_.assign(onOffMs.begin(), onOffMs.end());
  return isLive() ? statusOf(applyCadence()) : Status::unavailable;
}

int DahdiChannel::applyCadence() {
  dahdi_ring_cadence cadence{};
  std::copy(cadence_.begin(), cadence_.end(), cadence.ringcadence);
  return control(DAHDI_SETCADENCE, &cadence);
}

Status DahdiChannel::setOnHookTransfer(int milliseconds) {
  if (info_.kind != ChannelKind::fxs || milliseconds < 0) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  return isLive() ? statusOf(controlInteger(DAHDI_ONHOOKTRANSFER, milliseconds)) : Status::unavailable;
}

Status DahdiChannel::setMessageWaiting(bool waiting) {
  if (info_.kind != ChannelKind::fxs) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  return isLive() ? statusOf(controlInteger(DAHDI_VMWI, waiting ? 1 : 0)) : Status::unavailable;
}

Status DahdiChannel::setFlashTime(int milliseconds) {
  if (info_.kind == ChannelKind::bearer || milliseconds < 20 || milliseconds > 2000) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  flashMs_ = milliseconds;
  return isLive() ? statusOf(applyFlashTime()) : Status::unavailable;
}

int DahdiChannel::applyFlashTime() {
  dahdi_params times{};
  if (const int error = control(DAHDI_GET_PARAMS, &times)) return error;
  if (info_.kind == ChannelKind::fxo)
    times.flashtime = flashMs_ == 0 ? kRecallMs : flashMs_;
  else
    times.rxflashtime = flashMs_ == 0 ? kLongestFlashMs : flashMs_;
  return control(DAHDI_SET_PARAMS, &times);
}

Status DahdiChannel::setGains(double receiveDb, double transmitDb) {
  if (info_.kind == ChannelKind::bearer || !(std::abs(receiveDb) <= 24 && std::abs(transmitDb) <= 24)) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  gains_ = Gains{receiveDb, transmitDb};
  return isLive() ? statusOf(applyGains()) : Status::unavailable;
}

int DahdiChannel::applyGains() {
  dahdi_params now{};
  if (const int error = control(DAHDI_GET_PARAMS, &now)) return error;
  const bool alaw = now.curlaw == DAHDI_LAW_ALAW;
  dahdi_gains tables{};  // `chan` 0: this one.
  fillGainTable(tables.rxgain, gains_->receiveDb, alaw);
  fillGainTable(tables.txgain, gains_->transmitDb, alaw);
  return control(DAHDI_SETGAINS, &tables);
}

Status DahdiChannel::setEchoCanceller(int tailMs) {
  if (tailMs < 0) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  tailMs_ = tailMs;
  const Status status = isLive() ? statusOf(applyEchoCanceller()) : Status::unavailable;
  // Whoever was refused has another canceller by now: one that is attached later must not come on beside it at a reopening.
  if (status != Status::ok) tailMs_ = 0;
  return status;
}

int DahdiChannel::applyEchoCanceller() {
  if (tailMs_ > 0 && !hasEchoCanceller()) return ENOTTY;
  dahdi_echocanparams wanted{};
  if (tailMs_ > 0) wanted.tap_length = std::clamp<unsigned>(std::bit_ceil(static_cast<unsigned>(tailMs_ * kTapsPerMs)), kFewestTaps, kMostTaps);
  return control(DAHDI_ECHOCANCEL_PARAMS, &wanted);
}

// The call that turns it on succeeds where none is attached, too.
bool DahdiChannel::hasEchoCanceller() const {
  char path[96];
  std::snprintf(path, sizeof path, "/sys/bus/dahdi_channels/devices/dahdi!chan!%03d!%03d/ec_factory", info_.span, info_.timeslot);
  const auto attached = driver_.readText(path);
  return attached && !attached->empty();
}

Status DahdiChannel::setTransparent(bool transparent) {
  if (info_.kind != ChannelKind::bearer) return Status::invalidArgument;
  const std::lock_guard lock(mutex_);
  transparent_ = transparent;
  return isLive() ? statusOf(applyTransparency()) : Status::unavailable;
}

// Linear samples are a matter of audio mode only: they end before it, and begin after it. Leaving it drops canceller and law, which are set anew.
// What the audio thread reads or writes in between is of the other form: it is thrown away with the buffers.
int DahdiChannel::applyTransparency() {
  if (transparent_) {
    if (const int error = controlInteger(DAHDI_SETLINEAR, 0)) return error;
    if (const int error = controlInteger(DAHDI_AUDIOMODE, 0)) return error;
  } else {
    if (const int error = controlInteger(DAHDI_AUDIOMODE, 1)) return error;
    if (const int error = controlInteger(DAHDI_SETLAW, lawOf(span_))) return error;
    if (const int error = controlInteger(DAHDI_SETLINEAR, 1)) return error;
    if (tailMs_ != 0) (void)applyEchoCanceller();
  }
  const int error = controlInteger(DAHDI_FLUSH, DAHDI_FLUSH_BOTH);
  audio_.restart(transparent_);
  return error;
}

// --- Event thread ------------------------------------------------------------------------------------------------------------------------

bool DahdiChannel::drain(std::vector<ChannelEvent>& events) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < kMostEvents && isLive(); ++i) {
    int event = DAHDI_EVENT_NONE;
    const int error = control(DAHDI_GETEVENT, &event);
    if (meansGone(error) || event == DAHDI_EVENT_REMOVED) return false;
    if (error != 0 || event == DAHDI_EVENT_NONE) return true;
    if (const auto told = translate(event)) events.push_back(*told);
  }
  return true;
}

std::optional<ChannelEvent> DahdiChannel::translate(int event) {
  using Type = ChannelEventType;
  const bool fxs = info_.kind == ChannelKind::fxs;
  const auto tell = [&](Type type, int value = 0) { return ChannelEvent{.channel = info_.number, .type = type, .value = value}; };
  const auto note = [&](auto change) {
    ChannelState now = state();
    change(now);
    state_ = now;
  };
  if ((event & DAHDI_EVENT_PULSEDIGIT) != 0) return tell(Type::pulseDigit, event & 0xFF);
  if ((event & DAHDI_EVENT_DTMFDOWN) != 0) return tell(Type::digit, event & 0xFF);
  switch (event) {
    case DAHDI_EVENT_ONHOOK:
      if (fxs) note([](ChannelState& now) { now.offHook = false; });
      return tell(Type::onHook);
    case DAHDI_EVENT_RINGOFFHOOK:  // FXO: a burst of ringing has ended.
      if (!fxs) return tell(Type::ringEnd);
      note([](ChannelState& now) { now.offHook = true; });
      return tell(Type::offHook);
    case DAHDI_EVENT_WINKFLASH: return tell(Type::flash);
    case DAHDI_EVENT_ALARM: note([](ChannelState& now) { now.battery = false; }); return tell(Type::alarm);
    case DAHDI_EVENT_NOALARM: note([](ChannelState& now) { now.battery = true; }); return tell(Type::alarmCleared);
    case DAHDI_EVENT_DIALCOMPLETE: dialling_ = false; return tell(Type::dialDone);
    case DAHDI_EVENT_POLARITY: note([](ChannelState& now) { now.reversed = !now.reversed; }); return tell(Type::polarity, state().reversed ? 1 : 0);
    case DAHDI_EVENT_RINGBEGIN: return tell(Type::ringBegin);
    case DAHDI_EVENT_RINGERON: return tell(Type::ringBegin);
    case DAHDI_EVENT_RINGEROFF: return tell(Type::ringEnd);
    default: return std::nullopt;  // Hook complete, beginning of a pulse, canceller's findings.
  }
}

// --- Audio thread ------------------------------------------------------------------------------------------------------------------------

bool DahdiChannel::frame() noexcept {
  if (!isLive() || isSuspect()) return true;
  if (audio_.take(driver_, descriptor_.load(std::memory_order_relaxed)) == DahdiAudio::Taken::ok) return true;
  suspect_.store(true, std::memory_order_release);  // A call to a card that is gone takes 5 ms: none more.
  return false;
}

// An FXO port that is on hook is not on the wire.
bool DahdiChannel::write(const Frame& in) noexcept {
  if (!isLive() || isSuspect() || dialling_.load(std::memory_order_relaxed)) return true;
  if (info_.kind == ChannelKind::fxo && !state().offHook) return true;
  if (audio_.send(driver_, descriptor_.load(std::memory_order_relaxed), in) == DahdiAudio::Taken::ok) return true;
  suspect_.store(true, std::memory_order_release);
  return false;
}

}  // namespace branchline
