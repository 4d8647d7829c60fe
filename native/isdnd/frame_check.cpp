// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/frame_check.hpp"

#include <algorithm>

#include "isdnd/d_frame.hpp"

namespace branchline::isdn {
namespace {

constexpr std::size_t kN201 = 260;  // Q.921 §5.9.3: octets of an information field.

/// How many octets of elements are whole: what does not fit into the message ends it (Q.931 §5.8.2 ignores such a message, libpri reads on).
std::size_t wholeElements(std::span<const std::uint8_t> elements) noexcept {
  std::size_t whole = 0;
  while (whole < elements.size()) {
    const bool single = (elements[whole] & 0x80) != 0;
    if (!single && whole + 1 >= elements.size()) break;
    const std::size_t size = single ? 1 : std::size_t{2} + elements[whole + 1];
    if (size > elements.size() - whole) break;
    whole += size;
  }
  return whole;
}

bool isService(std::uint8_t messageType) noexcept { return messageType == 0x07 || messageType == 0x0F; }  // SERVICE and its acknowledgement.

}  // namespace

bool isMaintenance(std::uint8_t discriminator) noexcept { return discriminator == 0x03 || discriminator == 0x43; }

std::size_t makeSafe(std::span<std::uint8_t> frame, const ConfigureSpan& span) noexcept {
  if (frame.size() < 3) return 0;
  const std::size_t begin = layerThree(frame);
  const bool callControl = frame[0] >> 2 == 0;  // Service access point 0; TEI management has 63.
  if (begin == 0 || !callControl) return std::min(frame.size(), kN201);
  const auto message = frame.subspan(begin, std::min(frame.size() - begin, kN201));
  const std::size_t nothing = (frame[2] & 1) == 0 ? begin : 0;
  const std::size_t referenceSize = message.size() < 2 ? 0 : message[1] & 0x0F;
  const std::size_t header = 3 + referenceSize;
  if (referenceSize > 2 || message.size() < header) return nothing;
  // libpri's network side of a bus frees the record of the global call reference when a TEI is removed, and then reads on in it. No message of a bus
  // has that reference: RESTART is for point to point only (Q.931 §5.5).
  const bool bus = span.node == Node::network && span.access == Access::basicPointToMultipoint;
  const bool global = referenceSize > 0 && (message[2] & 0x7F) == 0 && (referenceSize < 2 || message[3] == 0);
  if (bus && global) return nothing;
  // To maintenance messages that it does not know libpri answers by the frame itself, a little changed: two of it do so for ever.
  if (isMaintenance(message[0]) && (span.switchType != SwitchType::ni2 || !isService(message[header - 1]))) return nothing;
  return begin + header + wholeElements(message.subspan(header));
}

}  // namespace branchline::isdn
