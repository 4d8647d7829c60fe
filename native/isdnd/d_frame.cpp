// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_frame.hpp"

namespace branchline::isdn {
namespace {

constexpr std::uint8_t kProtocolQ931 = 0x08;
constexpr std::uint8_t kCause = 0x08;
constexpr std::uint8_t kProgress = 0x1E;
constexpr std::uint8_t kSingleOctet = 0x80;  // Bit 8 of an element's identifier.
constexpr std::uint8_t kShift = 0x90;        // Upper half of a shift to another codeset (Q.931 §4.5.2).
constexpr std::uint8_t kLastOctet = 0x80;    // Extension bit.

/// Where layer 3 begins: behind two octets of address and one (UI) or two (I) of control (Q.921 §3.4); 0: there is none.
std::size_t layerThree(std::span<const std::uint8_t> frame) noexcept {
  if (frame.size() < 4) return 0;
  if ((frame[2] & 0x01) == 0) return 4;
  return (frame[2] & 0xEF) == 0x03 ? 3 : 0;
}

bool isInband(std::span<const std::uint8_t> progress) noexcept {
  const std::size_t described = !progress.empty() && (progress[0] & kLastOctet) == 0 ? 2 : 1;
  if (progress.size() <= described) return false;
  const int description = progress[described] & 0x7F;
  return description == 8 || description == 1;
}

}  // namespace

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
    if (!otherCodeset && identifier == kProgress && isInband(contents)) sight.inband = true;
    otherCodeset = false;
    rest = rest.subspan(2 + contents.size());
  }
  return sight;
}

}  // namespace branchline::isdn
