// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <dahdi/user.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "channel/dahdi/dahdi_driver.hpp"

namespace branchline::test {

/// DAHDI without a kernel: what dahdi-base.c does with the calls that DahdiIo makes, its quirks and its errors. Any thread.
class ScriptedDahdi final : public DahdiDriver {
 public:
  using Samples = std::array<std::int16_t, 160>;
  struct Channel {
    int number = 0;
    int span = 0;
    int position = 0;
    int signalling = 0;
    bool present = true;
    int alarms = 0;
    bool offHook = false;  // FXS: the telephone's hook.
    // What was done to it.
    int descriptor = -1;  // Open by it; −1: not open.
    int opened = 0;
    std::vector<int> hooks;
    std::vector<std::string> dialled;
    std::vector<int> cadence;
    dahdi_bufferinfo buffers{};
    dahdi_gains gains{};
    int law = 0;
    bool audio = false;
    bool linear = false;
    int flashTime = 750;
    int rxFlashTime = 1250;
    int taps = -1;
    int polarity = -1;
    int onHookTransfer = -1;
    int messages = -1;
    int busyHooks = 0;  // So many hook operations answer EBUSY.
    std::string canceller;
    // Buffers, at most four each way.
    std::deque<Samples> received;
    std::size_t halfRead = 0;  // Octets of the first that were read.
    int shortReads = 0;        // So many reads give half of what there is.
    std::deque<Samples> toSend;
    std::vector<Samples> sent;  // Heard by the line; silence where nothing was to send.
    int underruns = 0;
    int overruns = 0;
    std::deque<int> events;
  };

  /// Adds a span of `signalling`, one channel each; their numbers go on from those of the spans before. Answers the span's number.
  int addSpan(const std::vector<int>& signalling, const std::string& name = "span") {
    const std::lock_guard lock(mutex_);
    Span span{.number = static_cast<int>(spans_.size()) + 1, .name = name, .channels = static_cast<int>(signalling.size())};
    for (std::size_t i = 0; i < signalling.size(); ++i) {
      const int number = static_cast<int>(channels_.size()) + 1;
      channels_[number] = {.number = number, .span = span.number, .position = static_cast<int>(i) + 1, .signalling = signalling[i]};
    }
    spans_[span.number] = span;
    return span.number;
  }

  /// Looks at or changes a channel under the lock.
  template <typename Change>
  auto with(int channel, Change change) {
    const std::lock_guard lock(mutex_);
    return change(channels_.at(channel));
  }
  void tell(int channel, int event) {
    with(channel, [&](Channel& one) { one.events.push_back(event); });
  }
  void setAlarms(int span, int alarms) {
    const std::lock_guard lock(mutex_);
    spans_.at(span).alarms = alarms;
  }
  void setCounters(int span, int bpv, int crc, int fas, int irq, int slips) {
    const std::lock_guard lock(mutex_);
    Span& one = spans_.at(span);
    one.bpv = bpv;
    one.crc = crc;
    one.fas = fas;
    one.irq = irq;
    one.slips = slips;
  }
  /// The card is pulled: its descriptors answer as nodev_fops does.
  void removeSpan(int span) { setPresent(span, false); }
  /// It is back, configured.
  void returnSpan(int span) { setPresent(span, true); }
  void setLoaded(bool loaded) {
    const std::lock_guard lock(mutex_);
    loaded_ = loaded;
  }
  /// The next `count` calls of that kind fail: "open", "control", "read", "write"; `request` 0: any.
  void fail(const std::string& call, int error, int count = 1, unsigned long request = 0) {
    const std::lock_guard lock(mutex_);
    failures_.push_back({call, error, count, request});
  }
  /// The card's clock: a frame came from every line and one went to it.
  void cardFrame(std::int16_t value = 0) {
    const std::lock_guard lock(mutex_);
    for (auto& [number, channel] : channels_) {
      if (channel.descriptor < 0 || !channel.present) continue;
      Samples in{};
      in.fill(value);
      if (channel.received.size() < 4)
        channel.received.push_back(in);
      else
        channel.overruns++;
      if (channel.toSend.empty()) {
        channel.underruns++;
        channel.sent.push_back({});
      } else {
        channel.sent.push_back(channel.toSend.front());
        channel.toSend.pop_front();
      }
    }
  }
  [[nodiscard]] std::size_t openDescriptors() const {
    const std::lock_guard lock(mutex_);
    return files_.size();
  }

  // --- DahdiDriver ----------------------------------------------------------------------------------------------------------------------
  int open(const char* path) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = failureOf("open", 0)) return failed(error);
    const std::string name(path);
    if (name != "/dev/null" && !loaded_) return failed(ENOENT);
    const int descriptor = nextDescriptor_++;
    files_[descriptor] = {name, 0, false};
    return descriptor;
  }
  void close(int descriptor) noexcept override {
    const std::lock_guard lock(mutex_);
    release(descriptor);
    files_.erase(descriptor);
  }
  void replace(int descriptor, int with) noexcept override {
    const std::lock_guard lock(mutex_);
    release(descriptor);
    files_[descriptor] = files_.at(with);
    files_.erase(with);
    if (Channel* const channel = channelOf(descriptor)) channel->descriptor = descriptor;
  }
  int duplicate(int descriptor) noexcept override {
    const std::lock_guard lock(mutex_);
    const int twin = nextDescriptor_++;
    files_[twin] = {"", 0, false};  // Good for counting what is left open.
    (void)descriptor;
    return twin;
  }
  int control(int descriptor, unsigned long request, void* argument) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = failureOf("control", request)) return failed(error);
    const auto file = files_.find(descriptor);
    if (file == files_.end()) return failed(EBADF);
    if (file->second.gone) {
      if (request == DAHDI_GETEVENT) write(argument, int{DAHDI_EVENT_REMOVED});
      return failed(ENODEV);
    }
    if (file->second.path == "/dev/dahdi/ctl") return answer(controlDevice(request, argument));
    if (file->second.path != "/dev/dahdi/channel") return failed(ENOTTY);
    if (request == DAHDI_SPECIFY) return answer(specify(descriptor, read<int>(argument)));
    Channel* const channel = channelOf(descriptor);
    return channel == nullptr ? failed(EINVAL) : answer(controlChannel(*channel, request, argument));
  }
  ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = failureOf("read", 0)) return failed(error);
    Channel* const channel = usable(descriptor);
    if (channel == nullptr) return failed(ENODEV);
    if (!channel->events.empty()) return failed(ELAST);
    if (channel->received.empty()) return failed(EAGAIN);
    if (!channel->linear) {
      const Samples& samples = channel->received.front();
      const std::size_t count = std::min(size, samples.size());
      std::transform(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count), static_cast<std::uint8_t*>(buffer),
                     [](int sample) { return static_cast<std::uint8_t>(sample); });
      channel->received.pop_front();
      return static_cast<ssize_t>(count);
    }
    std::size_t octets = std::min(size, sizeof(Samples) - channel->halfRead);
    if (channel->shortReads > 0) {
      channel->shortReads--;
      octets /= 2;
    }
    std::memcpy(buffer, reinterpret_cast<const char*>(channel->received.front().data()) + channel->halfRead, octets);
    channel->halfRead += octets;
    if (channel->halfRead < sizeof(Samples)) return static_cast<ssize_t>(octets);
    channel->halfRead = 0;
    channel->received.pop_front();
    return static_cast<ssize_t>(octets);
  }
  ssize_t write(int descriptor, const void* buffer, std::size_t size) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = failureOf("write", 0)) return failed(error);
    Channel* const channel = usable(descriptor);
    if (channel == nullptr) return failed(ENODEV);
    if (!channel->events.empty()) return failed(ELAST);
    if (channel->toSend.size() >= 4) return failed(EAGAIN);
    Samples out{};
    if (channel->linear)
      std::memcpy(out.data(), buffer, std::min(size, sizeof out));
    else
      std::copy_n(static_cast<const std::uint8_t*>(buffer), std::min(size, out.size()), out.begin());
    channel->toSend.push_back(out);
    return static_cast<ssize_t>(size);
  }
  int poll(std::span<pollfd> waited, int timeoutMs) noexcept override {
    for (int ms = 0;; ++ms) {
      const int found = look(waited);
      if (found > 0 || ms >= timeoutMs) return found;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  std::optional<std::string> readText(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, span] : spans_) {
      if (path == "/proc/dahdi/" + std::to_string(number) && span.present)
        return "Span " + std::to_string(number) + ": test\n\tTiming slips: " + std::to_string(span.slips) + "\n\n";
    }
    for (const auto& [number, channel] : channels_) {
      char name[96];
      std::snprintf(name, sizeof name, "/sys/bus/dahdi_channels/devices/dahdi!chan!%03d!%03d/ec_factory", channel.span, channel.position);
      if (path == name) return channel.canceller;
    }
    return std::nullopt;
  }

 private:
  struct Span {
    int number = 0;
    std::string name;
    int channels = 0;
    bool present = true;
    int alarms = 0;
    int bpv = -1;
    int crc = -1;
    int fas = -1;
    int irq = 0;
    int slips = 0;
  };
  struct File {
    std::string path;
    int channel = 0;  // SPECIFYed; 0: none.
    bool gone = false;
  };
  struct Failure {
    std::string call;
    int error = 0;
    int count = 0;
    unsigned long request = 0;
  };

  static int failed(int error) noexcept {
    errno = error;
    return -1;
  }
  static int answer(int error) noexcept { return error == 0 ? 0 : failed(error); }
  template <typename T>
  static T read(const void* from) noexcept {
    T value{};
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  template <typename T>
  static void write(void* to, const T& value) noexcept {
    std::memcpy(to, &value, sizeof value);
  }

  int failureOf(const std::string& call, unsigned long request) noexcept {
    for (Failure& failure : failures_) {
      if (failure.call != call || failure.count == 0 || (failure.request != 0 && failure.request != request)) continue;
      failure.count--;
      return failure.error;
    }
    return 0;
  }
  Channel* channelOf(int descriptor) noexcept {
    const auto file = files_.find(descriptor);
    return file == files_.end() || file->second.channel == 0 ? nullptr : &channels_.at(file->second.channel);
  }
  Channel* usable(int descriptor) noexcept {
    const auto file = files_.find(descriptor);
    return file == files_.end() || file->second.gone ? nullptr : channelOf(descriptor);
  }
  void release(int descriptor) noexcept {
    const auto file = files_.find(descriptor);
    if (file == files_.end() || file->second.channel == 0 || file->second.gone) return;
    Channel& channel = channels_.at(file->second.channel);
    channel.descriptor = -1;
    file->second.channel = 0;
  }
  int look(std::span<pollfd> waited) noexcept {
    int found = ::poll(waited.data(), 1, 0) > 0 ? 1 : 0;  // The wake-up is the first, and a real one.
    const std::lock_guard lock(mutex_);
    for (pollfd& one : waited.subspan(1)) {
      one.revents = 0;
      if (one.fd < 0) continue;
      const auto file = files_.find(one.fd);
      if (file == files_.end())
        one.revents = POLLNVAL;
      else if (file->second.gone)
        one.revents = POLLERR;
      else if (const Channel* const channel = channelOf(one.fd); channel != nullptr && !channel->events.empty())
        one.revents = POLLPRI;
      found += one.revents != 0 ? 1 : 0;
    }
    return found;
  }
  void setPresent(int span, bool present) {
    const std::lock_guard lock(mutex_);
    spans_.at(span).present = present;
    for (auto& [number, channel] : channels_) {
      if (channel.span != span) continue;
      channel.present = present;
      if (!present && channel.descriptor >= 0) {
        files_.at(channel.descriptor).gone = true;
        channel.descriptor = -1;
      }
    }
  }
  int specify(int descriptor, int number) noexcept {
    const auto found = channels_.find(number);
    if (found == channels_.end() || !found->second.present || found->second.signalling == 0) return ENXIO;
    Channel& channel = found->second;
    if (channel.descriptor >= 0) return EBUSY;
    channel.descriptor = descriptor;
    channel.opened++;
    channel.audio = (channel.signalling & DAHDI_SIG_CLEAR) == 0;
    channel.linear = false;
    channel.events.clear();
    channel.received.clear();
    channel.toSend.clear();
    channel.flashTime = 750;
    channel.rxFlashTime = 1250;
    files_.at(descriptor).channel = number;
    return 0;
  }
  void fill(const Channel& channel, void* argument) const noexcept {
    dahdi_params params{};
    params.channo = channel.number;
    params.spanno = channel.span;
    params.chanpos = channel.position;
    params.sigtype = channel.signalling;
    params.rxisoffhook = channel.offHook ? 1 : 0;
    params.chan_alarms = static_cast<__u32>(channel.alarms);
    params.curlaw = channel.law == 0 ? DAHDI_LAW_MULAW : channel.law;
    params.flashtime = channel.flashTime;
    params.rxflashtime = channel.rxFlashTime;
    std::snprintf(params.name, sizeof params.name, "TEST/%d/%d", channel.span, channel.position);
    write(argument, params);
  }
  int controlDevice(unsigned long request, void* argument) noexcept {
    if (request == DAHDI_GET_PARAMS) {
      const auto found = channels_.find(read<dahdi_params>(argument).channo);
      if (found == channels_.end() || !found->second.present) return EINVAL;
      fill(found->second, argument);
      return 0;
    }
    if (request != DAHDI_SPANSTAT) return ENOTTY;
    return tellSpan(read<dahdi_spaninfo>(argument).spanno, argument);
  }
  int tellSpan(int number, void* argument) noexcept {
    const auto found = spans_.find(number);
    if (found == spans_.end() || !found->second.present) return EINVAL;
    const Span& span = found->second;
    dahdi_spaninfo info{};
    info.spanno = span.number;
    info.alarms = span.alarms;
    info.totalchans = span.channels;
    info.bpvcount = span.bpv;
    info.crc4count = span.crc;
    info.fascount = span.fas;
    info.irqmisses = span.irq;
    std::snprintf(info.name, sizeof info.name, "%s", span.name.c_str());
    write(argument, info);
    return 0;
  }
  int controlChannel(Channel& channel, unsigned long request, void* argument) noexcept {
    const bool fxs = (channel.signalling & __DAHDI_SIG_FXO) != 0;
    switch (request) {
      case DAHDI_GET_PARAMS: fill(channel, argument); return 0;
      case DAHDI_SPANSTAT: return tellSpan(channel.span, argument);
      case DAHDI_SET_PARAMS:
        channel.flashTime = read<dahdi_params>(argument).flashtime;
        channel.rxFlashTime = read<dahdi_params>(argument).rxflashtime;
        return 0;
      case DAHDI_AUDIOMODE:
        if (channel.signalling != DAHDI_SIG_CLEAR) return EINVAL;
        channel.audio = read<int>(argument) != 0;
        return 0;
      case DAHDI_FLUSH:
        channel.received.clear();
        channel.toSend.clear();
        channel.halfRead = 0;
        return 0;
      case DAHDI_SETLAW: channel.law = read<int>(argument); return 0;
      case DAHDI_SET_BUFINFO: channel.buffers = read<dahdi_bufferinfo>(argument); return 0;
      case DAHDI_SETLINEAR:
        if (!channel.audio) return EINVAL;
        channel.linear = read<int>(argument) != 0;
        return 0;
      case DAHDI_HOOK: return hook(channel, read<int>(argument));
      case DAHDI_DIAL: channel.dialled.emplace_back(static_cast<dahdi_dialoperation*>(argument)->dialstr); return 0;
      case DAHDI_SETCADENCE: {
        const auto cadence = read<dahdi_ring_cadence>(argument);
        channel.cadence.assign(cadence.ringcadence, cadence.ringcadence + DAHDI_MAX_CADENCE);
        return 0;
      }
      case DAHDI_SETGAINS: channel.gains = read<dahdi_gains>(argument); return 0;
      case DAHDI_ECHOCANCEL_PARAMS: channel.taps = static_cast<int>(read<dahdi_echocanparams>(argument).tap_length); return 0;
      case DAHDI_SETPOLARITY: return fxs ? take(channel.polarity, argument) : EINVAL;
      case DAHDI_ONHOOKTRANSFER: return fxs ? take(channel.onHookTransfer, argument) : EINVAL;
      case DAHDI_VMWI: return fxs ? take(channel.messages, argument) : ENOTTY;
      case DAHDI_GETEVENT: {
        int event = DAHDI_EVENT_NONE;
        if (!channel.events.empty()) {
          event = channel.events.front();
          channel.events.pop_front();
        }
        write(argument, event);
        return 0;
      }
      default: return ENOTTY;
    }
  }
  static int take(int& into, const void* argument) noexcept {
    into = read<int>(argument);
    return 0;
  }
  static int hook(Channel& channel, int operation) noexcept {
    if (channel.busyHooks > 0) {
      channel.busyHooks--;
      return EBUSY;
    }
    channel.hooks.push_back(operation);
    return operation == DAHDI_RING || operation == DAHDI_FLASH ? EINPROGRESS : 0;
  }

  mutable std::mutex mutex_;
  bool loaded_ = true;
  std::map<int, Span> spans_;
  std::map<int, Channel> channels_;
  std::map<int, File> files_;
  std::vector<Failure> failures_;
  int nextDescriptor_ = 1000;
};

}  // namespace branchline::test
