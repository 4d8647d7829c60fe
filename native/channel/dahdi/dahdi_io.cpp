// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/dahdi_io.hpp"

#include <dahdi/user.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <utility>

namespace branchline {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSpansEveryNs = 500 * kMs;
constexpr std::int64_t kFirstPatienceNs = 250 * kMs;  // Of a lost channel, before it is tried again; doubled each time up to kMostPatienceNs.
constexpr std::int64_t kMostPatienceNs = 2'000 * kMs;
constexpr std::int64_t kGoingNs = 10'000 * kMs;  // Longer than the last of 128 channels of a card takes; some spans never say that they are at work.
constexpr std::int64_t kHookRetryMs = 20;
constexpr int kLongestWaitMs = 250;
constexpr int kPriority = 10;  // Below the audio clock's 20.
constexpr int kDBuffers = 32;
constexpr int kDBufferSize = 1024;

}  // namespace

DahdiIo::DahdiIo(DahdiDriver& driver, DahdiLayout layout, const Clock& clock)
    : driver_(driver),
      clock_(clock),
      layout_(std::move(layout)),
      byNumber_(DAHDI_MAX_CHANNELS, nullptr),
      spanWatch_(driver, layout_.spans, layout_.dChannels),
      dChannels_(layout_.spans.size(), -1),
      openPatienceNs_(kFirstPatienceNs) {
  for (const ChannelInfo& info : layout_.channels) {
    const auto span = std::find_if(layout_.spans.begin(), layout_.spans.end(), [&](const SpanInfo& one) { return one.number == info.span; });
    channels_.push_back(std::make_unique<DahdiChannel>(driver_, info, span->kind));
    byNumber_.at(static_cast<std::size_t>(info.number)) = channels_.back().get();
  }
  waited_.reserve(channels_.size() + 1);
  if (clock_.isStepped()) return;
  thread_ = std::thread([this] { runUntilStopped(); });
  pthread_setname_np(thread_.native_handle(), "bl-dahdi");
  const sched_param priority{kPriority};
  (void)pthread_setschedparam(thread_.native_handle(), SCHED_FIFO, &priority);  // Where it is refused the thread is a normal one.
}

DahdiIo::~DahdiIo() {
  stopping_ = true;
  wake_.notify();
  if (thread_.joinable()) thread_.join();
  for (const int descriptor : dChannels_) {
    if (descriptor >= 0) driver_.close(descriptor);
  }
}

DahdiChannel* DahdiIo::channelOf(int channel) const noexcept {
  return channel < 0 || static_cast<std::size_t>(channel) >= byNumber_.size() ? nullptr : byNumber_[static_cast<std::size_t>(channel)];
}

template <typename Command>
Status DahdiIo::with(int channel, Command command) {
  DahdiChannel* const found = channelOf(channel);
  if (found == nullptr) return Status::invalidArgument;
  const Status status = command(*found);
  if (found->isSuspect()) wake_.notify();
  return status;
}

// --- Control -----------------------------------------------------------------------------------------------------------------------------

Status DahdiIo::open(int channel) {
  return with(channel, [&](DahdiChannel& one) {
    const bool opened = one.open();
    if (!opened) tell({.channel = channel, .type = ChannelEventType::removed});
    if (opened && one.foundOffHook()) tell({.channel = channel, .type = ChannelEventType::offHook});
    wake_.notify();
    return opened ? Status::ok : Status::unavailable;
  });
}

void DahdiIo::close(int channel) {
  if (DahdiChannel* const one = channelOf(channel)) one->close();
  wake_.notify();
}

Status DahdiIo::setHook(int channel, Hook operation) {
  const Status status = with(channel, [&](DahdiChannel& one) { return one.setHook(operation, clock_.nowNs()); });
  // The driver tells of every burst's end and of each beginning but the first.
  if (status == Status::ok && operation == Hook::ring) tell({.channel = channel, .type = ChannelEventType::ringBegin});
  wake_.notify();  // The driver may have been too busy.
  return status;
}

Status DahdiIo::dial(int channel, std::string_view digits, DialMethod method) {
  return with(channel, [&](DahdiChannel& one) { return one.dial(digits, method); });
}

Status DahdiIo::setPolarity(int channel, bool reversed) {
  return with(channel, [&](DahdiChannel& one) { return one.setPolarity(reversed); });
}

Status DahdiIo::setRingCadence(int channel, std::span<const int> onOffMs) {
  return with(channel, [&](DahdiChannel& one) { return one.setRingCadence(onOffMs); });
}

Status DahdiIo::setOnHookTransfer(int channel, int milliseconds) {
  return with(channel, [&](DahdiChannel& one) { return one.setOnHookTransfer(milliseconds); });
}

Status DahdiIo::setMessageWaiting(int channel, bool waiting) {
  return with(channel, [&](DahdiChannel& one) { return one.setMessageWaiting(waiting); });
}

Status DahdiIo::setFlashTime(int channel, int milliseconds) {
  return with(channel, [&](DahdiChannel& one) { return one.setFlashTime(milliseconds); });
}

Status DahdiIo::setGains(int channel, double receiveDb, double transmitDb) {
  return with(channel, [&](DahdiChannel& one) { return one.setGains(receiveDb, transmitDb); });
}

Status DahdiIo::setEchoCanceller(int channel, int tailMs) {
  return with(channel, [&](DahdiChannel& one) { return one.setEchoCanceller(tailMs); });
}

Status DahdiIo::setTransparent(int channel, bool transparent) {
  return with(channel, [&](DahdiChannel& one) { return one.setTransparent(transparent); });
}

// The driver opens a channel once only. So we keep each D channel open, and who asks gets another descriptor of the same: he may ask again before he
// has let go of what he had.
DChannel DahdiIo::openDChannel(int span) {
  const auto found = std::find_if(layout_.spans.begin(), layout_.spans.end(), [&](const SpanInfo& info) { return info.number == span; });
  if (found == layout_.spans.end()) return {};
  const auto place = static_cast<std::size_t>(found - layout_.spans.begin());
  if (layout_.dChannels[place] == 0) return {};
  const std::lock_guard lock(opening_);
  int& ours = dChannels_[place];
  if (ours >= 0 && !isThere(ours)) {
    driver_.close(ours);
    ours = -1;
  }
  if (ours < 0) ours = openDriverChannel(layout_.dChannels[place]);
  if (ours < 0) return {};
  return {.descriptor = driver_.duplicate(ours)};
}

bool DahdiIo::isThere(int descriptor) {
  dahdi_params params{};
  return controlErrno(driver_, descriptor, DAHDI_GET_PARAMS, &params) == 0;
}

int DahdiIo::openDriverChannel(int number) {
  const int descriptor = driver_.open("/dev/dahdi/channel");
  if (descriptor < 0) return -1;
  dahdi_params params{};
  dahdi_bufferinfo buffers{};
  buffers.txbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.numbufs = kDBuffers;
  buffers.bufsize = kDBufferSize;
  const auto does = [&](unsigned long request, void* argument) { return controlErrno(driver_, descriptor, request, argument) == 0; };
  if (does(DAHDI_SPECIFY, &number) && does(DAHDI_GET_PARAMS, &params) && isDChannelSignalling(params.sigtype) && does(DAHDI_SET_BUFINFO, &buffers))
    return descriptor;
  driver_.close(descriptor);
  return -1;
}

std::optional<ChannelState> DahdiIo::channelState(int channel) const {
  const DahdiChannel* const found = channelOf(channel);
  if (found == nullptr) return std::nullopt;
  return found->state();
}

// Slips of the line's clocks, which the driver counts where the card does, and those between the card's clock and ours.
std::optional<SpanStatus> DahdiIo::spanStatus(int span) const {
  std::optional<SpanStatus> status = spanWatch_.status(span);
  if (!status) return status;
  for (const auto& channel : channels_) {
    if (channel->info().span == span) status->slips += channel->slips();
  }
  return status;
}

// --- Events ------------------------------------------------------------------------------------------------------------------------------

bool DahdiIo::nextEvent(ChannelEvent& event) { return events_.pop(event); }

void DahdiIo::tell(const ChannelEvent& event) {
  const std::lock_guard lock(telling_);
  ChannelEvent stamped = event;
  stamped.atNs = clock_.nowNs();
  events_.push(stamped);
}

void DahdiIo::runUntilStopped() {
  while (!stopping_) turn(clock_.nowNs(), hooksPending_ ? kHookRetryMs : kLongestWaitMs);
}

void DahdiIo::turn(std::int64_t nowNs, int patienceMs) {
  waitForEvents(patienceMs);
  if (!clock_.isStepped()) nowNs = clock_.nowNs();
  takeEvents(nowNs);
  retryHooks(nowNs);
  openMissed(nowNs);
  askSpans(nowNs);
}

// A descriptor in error is in `waited_` with that; what a driver tells is asked of every channel that has something, below.
void DahdiIo::waitForEvents(int patienceMs) {
  waited_.clear();
  waited_.push_back({wake_.fd(), POLLIN, 0});
  for (const auto& channel : channels_) waited_.push_back({channel->waitedDescriptor(), POLLPRI, 0});
  (void)driver_.poll(waited_, patienceMs);
  wake_.clear();
}

void DahdiIo::takeEvents(std::int64_t nowNs) {
  found_.clear();
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    DahdiChannel& channel = *channels_[i];
    const short told = waited_[i + 1].revents;
    const bool there = (told & POLLPRI) == 0 || channel.drain(found_);
    if (!there || channel.isSuspect() || (told & (POLLERR | POLLHUP | POLLNVAL)) != 0) lose(channel, nowNs);
  }
  for (const ChannelEvent& event : found_) {
    if (event.type == ChannelEventType::alarm || event.type == ChannelEventType::alarmCleared) spansDueNs_ = nowNs;
    tell(event);
  }
}

void DahdiIo::lose(DahdiChannel& channel, std::int64_t nowNs) {
  if (!channel.isLive()) return;  // Closed meanwhile.
  channel.lose();
  found_.push_back({.channel = channel.info().number, .type = ChannelEventType::removed});
  openPatienceNs_ = kFirstPatienceNs;
  openDueNs_ = nowNs + openPatienceNs_;
  lostAtNs_ = nowNs;
  spansDueNs_ = nowNs;
}

void DahdiIo::openMissed(std::int64_t nowNs) {
  if (nowNs < openDueNs_) return;
  // A card that goes tells it first and then takes its channels away, 20 ms each: one that is still there is not back.
  const bool going = nowNs - lostAtNs_ < kGoingNs;
  bool opened = false;
  for (const auto& channel : channels_) {
    if (!channel->isMissed() || !channel->reopen(going)) continue;
    opened = true;
    tell({.channel = channel->info().number, .type = ChannelEventType::restored});
    if (channel->foundOffHook()) tell({.channel = channel->info().number, .type = ChannelEventType::offHook});
  }
  openPatienceNs_ = opened ? kFirstPatienceNs : std::min(openPatienceNs_ * 2, kMostPatienceNs);
  openDueNs_ = nowNs + openPatienceNs_;
}

void DahdiIo::retryHooks(std::int64_t nowNs) {
  hooksPending_ = false;
  for (const auto& channel : channels_) hooksPending_ = channel->retryHook(nowNs) || hooksPending_;
}

void DahdiIo::askSpans(std::int64_t nowNs) {
  if (nowNs < spansDueNs_) return;
  spansDueNs_ = nowNs + kSpansEveryNs;
  found_.clear();
  spanWatch_.ask(found_);
  for (const ChannelEvent& event : found_) tell(event);
}

// --- Audio thread ------------------------------------------------------------------------------------------------------------------------

void DahdiIo::frame() noexcept {
  const DahdiAudio* followed = nullptr;
  for (const auto& channel : channels_) {
    if (!channel->frame()) wake_.notify();
    if (followed == nullptr && channel->isLive() && channel->audio().flows()) followed = &channel->audio();
  }
  paceNs_ = followed == nullptr ? pace_.coast() : pace_.follow(followed->waiting());
}

void DahdiIo::read(int channel, Frame& out) noexcept {
  const DahdiChannel* const found = channelOf(channel);
  if (found != nullptr)
    found->read(out);
  else
    out = Frame{};
}

void DahdiIo::write(int channel, const Frame& in) noexcept {
  DahdiChannel* const found = channelOf(channel);
  if (found != nullptr && !found->write(in)) wake_.notify();
}

}  // namespace branchline
