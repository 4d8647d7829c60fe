// SPDX-License-Identifier: GPL-2.0-or-later
// libpri's frames: what it reads and writes, and what it can't say itself.
#include <algorithm>
#include <array>

#include "isdnd/span.hpp"

namespace branchline::isdn {
namespace {

constexpr std::uint8_t kInband = 8;  // Progress description (Q.931 §4.5.23).

Span* spanOf(pri* controller) { return controller == nullptr ? nullptr : static_cast<Span*>(pri_get_userdata(controller)); }

bool isClearing(std::uint8_t messageType) {
  return messageType == kDisconnectMessage || messageType == kReleaseMessage || messageType == kReleaseCompleteMessage;
}

std::uint8_t withLocation(std::uint8_t octet, Location location) {
  return static_cast<std::uint8_t>((octet & 0xF0) | static_cast<std::uint8_t>(location));
}

}  // namespace

void Span::tell(pri* controller, LogLevel level, const char* text) {
  Span* const self = spanOf(controller);
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  if (self != nullptr && !line.empty()) self->relay(level, line);
}

int Span::readFrame(pri* controller, void* buffer, int size) {
  Span* const self = spanOf(controller);
  if (self == nullptr || self->frameSize_ == 0 || static_cast<int>(self->frameSize_) + kFcsOctets > size) return 0;
  std::copy_n(self->frame_.data(), self->frameSize_ + kFcsOctets, static_cast<std::uint8_t*>(buffer));
  return static_cast<int>(self->frameSize_) + kFcsOctets;
}

int Span::writeFrame(pri* controller, void* buffer, int size) {
  Span* const self = spanOf(controller);
  std::array<std::uint8_t, 1024> room{};
  if (self == nullptr || size <= kFcsOctets || static_cast<std::size_t>(size) > room.size()) return size;
  std::copy_n(static_cast<const std::uint8_t*>(buffer), size - kFcsOctets, room.begin());
  const std::size_t whole = self->complete(room, static_cast<std::size_t>(size - kFcsOctets));
  self->frameCount_++;
  self->dChannel_.write(room, whole);
  return size;
}

// libpri says "private network serving the local user" in every cause and progress indicator; ours is what the span, the call or the message says.
// What layer 2 repeats comes by here again, so the call keeps it.
std::size_t Span::complete(std::span<std::uint8_t> room, std::size_t size) {
  const auto sight = lookInto(room.first(size));
  if (!sight) return size;
  const Call* const call = callOf(*sight);
  const Said* const said = call != nullptr && call->said ? &*call->said : nullptr;
  if (!sight->cause.empty()) sight->cause[0] = withLocation(sight->cause[0], said != nullptr ? said->location : configuration_.location);
  if (said != nullptr && isClearing(sight->type) && sight->cause.size() > 1) sight->cause[1] = static_cast<std::uint8_t>(0x80 | said->cause);

  ProgressIndicator wanted;
  if (said != nullptr && said->inband && sight->type == kDisconnectMessage) wanted = {.description = kInband, .location = said->location};
  if (call != nullptr && (sight->type < 8 || sight->type == 0x0D)) wanted = call->progress.at(progressIndex(sight->type));
  if (sight->progress.size() >= 2) {
    sight->progress[0] = withLocation(sight->progress[0], wanted.description != 0 ? wanted.location : configuration_.location);
    if (wanted.description != 0) sight->progress[1] = static_cast<std::uint8_t>(0x80 | wanted.description);
    return size;
  }
  if (wanted.description == 0) return size;
  const std::array<std::uint8_t, 2> contents{withLocation(0x80, wanted.location), static_cast<std::uint8_t>(0x80 | wanted.description)};
  return insertElement(room, size, kProgressElement, contents);
}

// The side that began a call sends its reference with the flag clear.
const Span::Call* Span::callOf(const MessageSight& sight) const noexcept {
  for (const Call& call : calls_) {
    int mode = 0;
    if (call.incoming == sight.flag && call.handle != nullptr && (pri_get_crv(controller_, call.handle, &mode) << 3 | mode) == sight.callReference)
      return &call;
  }
  return nullptr;
}

}  // namespace branchline::isdn
