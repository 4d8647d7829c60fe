// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/frame_check.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace branchline::isdn;

namespace {

using Octets = std::vector<std::uint8_t>;

const ConfigureSpan kPrimary{.node = Node::network};
const ConfigureSpan kBus{.node = Node::network, .access = Access::basicPointToMultipoint};

std::size_t safe(Octets frame, const ConfigureSpan& span = kPrimary) { return makeSafe(frame, span); }

}  // namespace

TEST_CASE("a message ends before the first element that does not fit, and a numbered frame without a message keeps its header") {
  const Octets whole{0x00, 0x01, 0x02, 0x04, 0x08, 0x02, 0x00, 0x01, 0x45, 0xA1, 0x08, 0x02, 0x81, 0x90, 0x1E, 0x02, 0x84, 0x88};
  CHECK(safe(whole) == whole.size());
  Octets longElement = whole;
  longElement[15] = 3;
  CHECK(safe(longElement) == 14);
  CHECK(safe(Octets(whole.begin(), whole.begin() + 15)) == 14);
  Octets longReference = whole;
  longReference[5] = 0x03;
  CHECK(safe(longReference) == 4);
  CHECK(safe(Octets(whole.begin(), whole.begin() + 7)) == 4);
  CHECK(safe({0x00, 0x01}) == 0);
  CHECK(safe({0x00, 0x01, 0x01, 0x04}) == 4);
  CHECK(safe({0x00, 0x01, 0x7F}) == 3);
  CHECK(safe({0x00, 0x01, 0x03, 0x08, 0x0F}) == 0);  // A UI frame counts nowhere.
}

TEST_CASE("an information field is never longer than N201") {
  Octets frame{0x00, 0x01, 0x02, 0x04, 0x08, 0x02, 0x00, 0x01, 0x7B};
  for (int i = 0; i < 40; i++) frame.insert(frame.end(), {0x28, 0x08, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'});
  CHECK(safe(frame) <= 4 + 260);
  CHECK(safe(frame) > 250);
}

TEST_CASE("the global call reference, over which libpri's side of a bus falls when a TEI is removed, does not reach it") {
  const Octets status{0x00, 0x81, 0x03, 0x08, 0x01, 0x00, 0x7D, 0x08, 0x02, 0x80, 0x9E};
  CHECK(safe(status) == status.size());
  CHECK(safe(status, kBus) == 0);
  Octets ofCall = status;
  ofCall[5] = 0x85;
  CHECK(safe(ofCall, kBus) == ofCall.size());
  const Octets dummy{0x00, 0x81, 0x03, 0x08, 0x00, 0x62};
  CHECK(safe(dummy, kBus) == dummy.size());
}

TEST_CASE("TEI management is let through whatever its reference number") {
  for (int reference = 0; reference < 256; reference++)
    CHECK(safe({0xFC, 0xFF, 0x03, 0x0F, static_cast<std::uint8_t>(reference), 0x12, 0x01, 0xFF}, kBus) == 8);
}

TEST_CASE("maintenance messages reach libpri only where it has an answer to them: SERVICE of National ISDN") {
  const Octets service{0x00, 0x01, 0x02, 0x04, 0x43, 0x02, 0x00, 0x00, 0x07, 0x01, 0x01, 0xC0, 0x18, 0x03, 0xA9, 0x83, 0x81};
  CHECK(safe(service) == 4);
  CHECK(safe(service, {.switchType = SwitchType::ni2}) == service.size());
  Octets other = service;
  other[8] = 0xF7;
  CHECK(safe(other, {.switchType = SwitchType::ni2}) == 4);
}

TEST_CASE("no frame at all makes it read beyond the end, or grow") {
  std::mt19937 random(20261127);
  for (int i = 0; i < 200'000; i++) {
    Octets frame(random() % 40);
    for (auto& octet : frame) octet = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 9 : random());
    frame.shrink_to_fit();
    CHECK(makeSafe(frame, i % 2 == 0 ? kPrimary : kBus) <= frame.size());
  }
}
