// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/dahdi_layout.hpp"

#include <dahdi/user.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace branchline {
namespace {

constexpr int kBasicChannels = 3;
constexpr int kT1Channels = 24;

/// Loop spans have a type of their own ("DYNAMIC"): what they are is told by what they hold.
SpanKind kindOfSpan(int channels, bool hasPorts) noexcept {
  if (hasPorts) return SpanKind::analogue;
  if (channels == kBasicChannels) return SpanKind::basic;
  return channels == kT1Channels ? SpanKind::t1 : SpanKind::e1;
}

/// Closes the control device with the search.
class ControlDevice {
 public:
  explicit ControlDevice(DahdiDriver& driver) : driver_(driver), descriptor_(driver.open("/dev/dahdi/ctl")) {}
  ~ControlDevice() {
    if (descriptor_ >= 0) driver_.close(descriptor_);
  }
  ControlDevice(const ControlDevice&) = delete;
  ControlDevice& operator=(const ControlDevice&) = delete;

  [[nodiscard]] bool isOpen() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] bool ask(unsigned long request, void* argument) noexcept {
    return isOpen() && controlErrno(driver_, descriptor_, request, argument) == 0;
  }

 private:
  DahdiDriver& driver_;
  const int descriptor_;
};

void addSpan(DahdiLayout& layout, const dahdi_spaninfo& span, const std::vector<dahdi_params>& channels) {
  int dChannel = 0;
  int dTimeslot = 0;
  bool hasPorts = false;
  std::vector<ChannelInfo> found;
  for (const dahdi_params& channel : channels) {
    if (isDChannelSignalling(channel.sigtype) && dChannel == 0) {
      dChannel = channel.channo;
      dTimeslot = channel.chanpos;
    }
    const auto kind = kindOfSignalling(channel.sigtype);
    if (!kind) continue;
    hasPorts = hasPorts || *kind != ChannelKind::bearer;
    found.push_back({channel.channo, *kind, std::string(channel.name, strnlen(channel.name, sizeof channel.name)), span.spanno, channel.chanpos});
  }
  if (found.empty() && dChannel == 0) return;
  layout.channels.insert(layout.channels.end(), found.begin(), found.end());
  layout.spans.push_back(
      {span.spanno, kindOfSpan(span.totalchans, hasPorts), std::string(span.name, strnlen(span.name, sizeof span.name)), dTimeslot});
  layout.dChannels.push_back(dChannel);
}

}  // namespace

bool isDChannelSignalling(int sigtype) noexcept { return sigtype == DAHDI_SIG_HDLCFCS || sigtype == DAHDI_SIG_HARDHDLC; }

std::optional<ChannelKind> kindOfSignalling(int sigtype) noexcept {
  switch (sigtype) {
    case DAHDI_SIG_FXSKS:
    case DAHDI_SIG_FXSLS: return ChannelKind::fxo;
    case DAHDI_SIG_FXOKS:
    case DAHDI_SIG_FXOLS: return ChannelKind::fxs;
    case DAHDI_SIG_CLEAR: return ChannelKind::bearer;
    default: return std::nullopt;
  }
}

DahdiLayout findDahdi(DahdiDriver& driver, const std::vector<int>& spans) {
  DahdiLayout layout;
  ControlDevice device(driver);
  if (!device.isOpen()) return layout;
  std::vector<std::vector<dahdi_params>> bySpan(DAHDI_MAX_SPANS + 1);
  for (int number = 1; number < DAHDI_MAX_CHANNELS; ++number) {
    dahdi_params channel{};
    channel.channo = number;
    if (!device.ask(DAHDI_GET_PARAMS, &channel) || channel.spanno < 1 || channel.spanno > DAHDI_MAX_SPANS) continue;
    bySpan[static_cast<std::size_t>(channel.spanno)].push_back(channel);
  }
  for (int number = 1; number <= DAHDI_MAX_SPANS; ++number) {
    dahdi_spaninfo span{};
    span.spanno = number;
    if (!spans.empty() && std::find(spans.begin(), spans.end(), number) == spans.end()) continue;
    if (device.ask(DAHDI_SPANSTAT, &span)) addSpan(layout, span, bySpan[static_cast<std::size_t>(number)]);
  }
  return layout;
}

}  // namespace branchline
