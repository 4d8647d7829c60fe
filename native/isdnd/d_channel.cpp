// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_channel.hpp"

#include <dahdi/user.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace branchline::isdn {
namespace {

constexpr int kMostEvents = DAHDI_MAX_EVENTSIZE;

}  // namespace

ssize_t DChannelCalls::read(int descriptor, void* buffer, std::size_t size) noexcept { return ::read(descriptor, buffer, size); }

ssize_t DChannelCalls::write(int descriptor, const void* buffer, std::size_t size) noexcept { return ::write(descriptor, buffer, size); }

int DChannelCalls::control(int descriptor, unsigned long request, void* argument) noexcept { return ::ioctl(descriptor, request, argument); }

bool DChannelCalls::isSocket(int descriptor) noexcept {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

DChannelCalls& DChannelCalls::system() noexcept {
  static DChannelCalls calls;
  return calls;
}

DChannel::DChannel(int descriptor, DChannelCalls& calls) : descriptor_(descriptor), driver_(!calls.isSocket(descriptor)), calls_(calls) {}

DChannel::~DChannel() { ::close(descriptor_); }

DChannel::Read DChannel::read(std::span<std::uint8_t> buffer) noexcept { return driver_ ? readDriver(buffer) : readSocket(buffer); }

DChannel::Read DChannel::readSocket(std::span<std::uint8_t> buffer) noexcept {
  const ssize_t size = recv(descriptor_, buffer.data(), buffer.size() - kFcsOctets, MSG_DONTWAIT | MSG_TRUNC);
  if (size > 0) return {Read::Type::frame, static_cast<std::size_t>(size)};
  return {size < 0 && (errno == EAGAIN || errno == EINTR) ? Read::Type::nothing : Read::Type::gone};
}

DChannel::Read DChannel::readDriver(std::span<std::uint8_t> buffer) noexcept {
  for (;;) {
    const ssize_t size = calls_.read(descriptor_, buffer.data(), buffer.size());
    if (size > kFcsOctets) return {Read::Type::frame, static_cast<std::size_t>(size) - kFcsOctets};
    if (size >= 0 || errno == EAGAIN) return {Read::Type::nothing};
    if (errno == EINTR) continue;
    if (errno != ELAST || !takeEvents()) return {Read::Type::gone};
  }
}

void DChannel::write(std::span<const std::uint8_t> room, std::size_t size) noexcept {
  if (!driver_) {
    (void)send(descriptor_, room.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return;
  }
  while (calls_.write(descriptor_, room.data(), size + kFcsOctets) < 0) {
    if (errno != EINTR && (errno != ELAST || !takeEvents())) return;
  }
}

bool DChannel::takeEvents() noexcept {
  for (int i = 0; i < kMostEvents; ++i) {
    int event = DAHDI_EVENT_NONE;
    while (calls_.control(descriptor_, DAHDI_GETEVENT, &event) < 0) {
      if (errno != EINTR) return false;
    }
    if (event == DAHDI_EVENT_REMOVED) return false;
    if (event == DAHDI_EVENT_NONE) break;
    if (event == DAHDI_EVENT_ABORT || event == DAHDI_EVENT_OVERRUN || event == DAHDI_EVENT_BADFCS) badFrames_++;
  }
  return true;  // Of alarms the span's own watch tells.
}

}  // namespace branchline::isdn
