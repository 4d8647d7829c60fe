// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each leg ends once, in time, whatever order the messages come in.
#include "sip_world.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

TEST_CASE("a call that the peer made and we hang up gets its BYE at once, since its ACK is there") {
  SipWorld world;
  const RawPeer peer(world.port());
  world.talk(peer, "polite");
  const Handle leg = world.await("legAnswered");
  std::this_thread::sleep_for(100ms);  // The ACK is on its way.
  const auto cleared = WallTime::now();
  CHECK(world.stack.clear(leg, {.q850 = 16}) == Status::ok);
  const auto bye = peer.hear("BYE ");
  REQUIRE(bye);
  CHECK(WallTime::now() - cleared < 1s);
  peer.say(peer.response("200 OK", *bye));
  CHECK(world.await("legEnded") == leg);
}

TEST_CASE("a call whose ACK is still on its way is hung up as soon as that comes") {
  SipWorld world;
  const RawPeer peer(world.port());
  peer.say(peer.request("INVITE", "hasty", 1, "", peer.sdp()));
  const Handle leg = world.await("legIncoming");
  world.stack.answer(leg);
  const auto ok = peer.hear("SIP/2.0 200");
  REQUIRE(ok);
  CHECK(world.stack.clear(leg, {.q850 = 16}) == Status::ok);
  CHECK_FALSE(peer.hear("BYE ", 300ms));
  peer.say(peer.request("ACK", "hasty", 1, RawPeer::toTagOf(*ok)));
  const auto bye = peer.hear("BYE ", 1s);
  REQUIRE(bye);
  peer.say(peer.response("200 OK", *bye));
  CHECK(world.await("legEnded") == leg);
}
