// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "isdnd/d_frame.hpp"

using namespace branchline::isdn;

namespace {

// I frame; DISCONNECT of call 0x0105, flag set; sending complete; non-locking shift to codeset 6 with a "cause" that is none; cause 17 from the
// public network serving the remote user; progress 8.
const std::vector<std::uint8_t> kDisconnect{0x00, 0x01, 0x02, 0x04, 0x08, 0x02, 0x81, 0x05, 0x45, 0xA1, 0x9E,
                                            0x08, 0x01, 0xFF, 0x08, 0x02, 0x84, 0x91, 0x1E, 0x02, 0x84, 0x88};

}  // namespace

TEST_CASE("cause, location, call reference and progress are found in a message, behind other elements and a shift of one element") {
  std::vector<std::uint8_t> frame = kDisconnect;
  const auto sight = lookInto(frame);
  REQUIRE(sight);
  CHECK(sight->callReference == 0x0105);
  CHECK(sight->flag);
  CHECK(sight->type == 0x45);
  REQUIRE(sight->cause.size() == 2);
  CHECK(sight->cause[0] == 0x84);
  CHECK(sight->cause[1] == 0x91);
  CHECK(sight->inband);
  frame[9] = 0x96;  // A locking shift: everything behind it is of another codeset.
  REQUIRE(lookInto(frame));
  CHECK(lookInto(frame)->cause.empty());
}

TEST_CASE("a UI frame's message begins an octet earlier, and a reference of one octet is read") {
  std::vector<std::uint8_t> frame{0x02, 0xFF, 0x03, 0x08, 0x01, 0x85, 0x05, 0x1E, 0x02, 0x82, 0x83};
  const auto sight = lookInto(frame);
  REQUIRE(sight);
  CHECK(sight->callReference == 5);
  CHECK(sight->flag);
  CHECK(sight->type == 0x05);
  CHECK_FALSE(sight->inband);
  frame[3] = 0x43;
  CHECK_FALSE(lookInto(frame));
}

TEST_CASE("frames of layer 2 alone hold no message, and no frame makes it read beyond the end") {
  std::vector<std::uint8_t> rr{0x00, 0x01, 0x01, 0x04};
  CHECK_FALSE(lookInto(rr));
  std::mt19937 random(20261123);
  int seen = 0;
  for (int i = 0; i < 200'000; i++) {
    std::vector<std::uint8_t> frame = kDisconnect;
    for (unsigned changes = random() % 4; changes > 0; changes--) frame[4 + random() % (frame.size() - 4)] = static_cast<std::uint8_t>(random());
    frame.resize(random() % (frame.size() + 1));
    frame.shrink_to_fit();
    if (const auto sight = lookInto(frame)) {
      seen++;
      if (!sight->cause.empty())
        CHECK((sight->cause.data() > frame.data() && sight->cause.data() + sight->cause.size() <= frame.data() + frame.size()));
    }
  }
  CHECK(seen > 20'000);
}

TEST_CASE("an element is put into a message where its identifier belongs, and nowhere where there is no room or no message") {
  std::vector<std::uint8_t> room{0x00, 0x01, 0x02, 0x04, 0x08, 0x02, 0x81, 0x05, 0x45, 0xA1, 0x08, 0x02, 0x84, 0x91};
  std::size_t size = room.size();
  room.resize(64);
  const std::uint8_t inband[] = {0x84, 0x88};
  size = insertElement(room, size, kProgressElement, inband);
  CHECK(size == 18);
  const auto sight = lookInto(std::span(room).first(size));
  REQUIRE(sight);
  CHECK(sight->indicator() == ProgressIndicator{.description = 8, .location = Location::publicRemote});
  const std::uint8_t display[] = {'a'};
  const std::size_t longer = insertElement(room, size, 0x1C, display);  // Before the progress indicator, behind the cause.
  CHECK(longer == 21);
  CHECK(int{room[14]} == 0x1C);
  CHECK(lookInto(std::span(room).first(longer))->inband);
  CHECK(insertElement(std::span(room).first(longer), longer, kProgressElement, inband) == longer);
  std::vector<std::uint8_t> rr{0x00, 0x01, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00};
  CHECK(insertElement(rr, 4, kProgressElement, inband) == 4);
}
