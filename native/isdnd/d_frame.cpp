// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_frame.hpp"

#include <algorithm>

namespace branchline::isdn {
namespace {

constexpr std::uint8_t kProtocolQ931 = 0x08;
constexpr std::uint8_t kCause = 0x08;
constexpr std::uint8_t kSingleOctet = 0x80;  // Bit 8 of an element's identifier.
constexpr std::uint8_t kShift = 0x90;        // Upper half of a shift to another codeset (Q.931 §4.5.2).
constexpr std::uint8_t kLastOctet = 0x80;    // Extension bit.

/// Where the description is: behind an octet of location, or two.
std::size_t descriptionAt(std::span<const std::uint8_t> progress) noexcept { return !progress.empty() && (progress[0] & kLastOctet) == 0 ? 2 : 1; }

int descriptionOf(std::span<const std::uint8_t> progress) noexcept {
  const std::size_t at = descriptionAt(progress);
  return progress.size() <= at ? 0 : progress[at] & 0x7F;
}

}  // namespace

std::size_t layerThree(std::span<const std::uint8_t> frame) noexcept {
  if (frame.size() < 4) return 0;
  if ((frame[2] & 0x01) == 0) return 4;
  return (frame[2] & 0xEF) == 0x03 ? 3 : 0;
}

std::optional<MessageSight> lookInto(std::span<std::uint8_t> frame) noexcept {
  const std::size_t begin = layerThree(frame);
  if (begin == 0 || frame.size() < begin + 2 || frame[begin] != kProtocolQ931) return std::nullopt;
  const std::size_t referenceSize = frame[begin + 1] & 0x0F;
  if (referenceSize > 2 || frame.size() < begin + 3 + referenceSize) return std::nullopt;

  MessageSight sight;
  for (std::size_t i = 0; i < referenceSize; i++) {
    const std::uint8_t octet = frame[begin + 2 + i];
    if (i == 0) sight.flag = (octet & 0x80) != 0;
    sight.callReference = static_cast<std::uint16_t>(sight.callReference << 8 | (i == 0 ? octet & 0x7F : octet));
  }
  sight.type = frame[begin + 2 + referenceSize];

  auto rest = frame.subspan(begin + 3 + referenceSize);
  bool otherCodeset = false;  // A locking shift ends what we understand; a non-locking one hides one element.
  while (!rest.empty()) {
    const std::uint8_t identifier = rest[0];
    if ((identifier & kSingleOctet) != 0) {
      if ((identifier & 0xF0) == kShift) {
        if ((identifier & 0x08) == 0) break;
        otherCodeset = true;
      }
      rest = rest.subspan(1);
      continue;
    }
    if (rest.size() < 2 || rest.size() < std::size_t{2} + rest[1]) break;
    const auto contents = rest.subspan(2, rest[1]);
    if (!otherCodeset && identifier == kCause && sight.cause.empty()) sight.cause = contents;
    if (!otherCodeset && identifier == kProgressElement) {
      if (sight.progress.empty()) sight.progress = contents;
      const int description = descriptionOf(contents);
      sight.inband = sight.inband || description == 8 || description == 1;
    }
    otherCodeset = false;
    rest = rest.subspan(2 + contents.size());
  }
  return sight;
}

ProgressIndicator MessageSight::indicator() const noexcept {
  const int description = descriptionOf(progress);
  if (description == 0) return {};
  return {.description = static_cast<std::uint8_t>(description), .location = static_cast<Location>(progress[0] & 0x0F)};
}

std::size_t insertElement(std::span<std::uint8_t> room, std::size_t size, std::uint8_t identifier, std::span<const std::uint8_t> contents) noexcept {
  const auto frame = room.first(size);
  const std::size_t more = 2 + contents.size();
  if (!lookInto(frame) || contents.size() > 0xFF || size + more > room.size()) return size;
  std::size_t at = layerThree(frame) + 2;
  at += 1U + (frame[at - 1] & 0x0F);
  while (at + 1 < size) {
    if ((frame[at] & kSingleOctet) != 0) {
      if ((frame[at] & 0xF0) == kShift) break;  // Elements of other codesets: libpri puts them last.
      at++;
      continue;
    }
    if (frame[at] > identifier || at + 2 + frame[at + 1] > size) break;
    at += 2U + frame[at + 1];
  }
  std::copy_backward(room.begin() + static_cast<std::ptrdiff_t>(at), room.begin() + static_cast<std::ptrdiff_t>(size),
                     room.begin() + static_cast<std::ptrdiff_t>(size + more));
  room[at] = identifier;
  room[at + 1] = static_cast<std::uint8_t>(contents.size());
  std::copy(contents.begin(), contents.end(), room.begin() + static_cast<std::ptrdiff_t>(at + 2));
  return size + more;
}

}  // namespace branchline::isdn
