// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each leg ends once, in time, whatever order the messages come in.
#include <pjsua.h>

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

namespace {

/// One end of this leg and no more, some time later.
void endsOnce(SipWorld& world, Handle leg) {
  CHECK(world.await("legEnded") == leg);
  std::this_thread::sleep_for(200ms);
  world.engine.drainEvents();
  CHECK(world.events.of("legEnded").size() == 1);
  CHECK(world.engine.counters().legs == 0);
}

}  // namespace

TEST_CASE("a caller's BYE before the answer ends the leg once") {
  hurry();
  SipWorld world;
  const RawPeer peer(world.port());
  peer.say(peer.request("INVITE", "early", 1, "", peer.sdp()));
  const Handle leg = world.await("legIncoming");
  world.stack.ring(leg, true);
  const auto progress = peer.hear("SIP/2.0 183");
  REQUIRE(progress);
  peer.say(peer.request("BYE", "early", 2, RawPeer::toTagOf(*progress)));
  CHECK(peer.hear("SIP/2.0 200"));
  endsOnce(world, leg);
}

TEST_CASE("a CANCEL that crosses our answer, or our refusal, leaves one end") {
  hurry();
  for (const bool answer : {true, false}) {
    SipWorld world;
    const RawPeer peer(world.port());
    const std::string invite = peer.request("INVITE", "crossing", 1, "", peer.sdp());
    peer.say(invite);
    const Handle leg = world.await("legIncoming");
    std::string cancel = peer.request("CANCEL", "crossing", 1);
    cancel.replace(cancel.find("-CANCEL-"), 8, "-INVITE-");
    peer.say(cancel);
    if (answer) {
      world.stack.answer(leg);
    } else {
      world.stack.clear(leg, {.q850 = 17});
    }
    const auto answered = peer.hear("SIP/2.0 200 OK\r\n", 1s);
    // The peer does not want the call any more: where our 200 won, it hangs up.
    std::this_thread::sleep_for(100ms);
    world.engine.drainEvents();
    if (world.events.of("legEnded").empty()) {
      REQUIRE(answered);
      const std::string tag = RawPeer::toTagOf(*answered);
      peer.say(peer.request("ACK", "crossing", 1, tag));
      peer.say(peer.request("BYE", "crossing", 2, tag));
    }
    endsOnce(world, leg);
  }
}

TEST_CASE("an answer whose SDP is nonsense, or is not there, ends the leg once") {
  hurry();
  const char* const bodies[] = {"v=0\r\nthis is no SDP", "",
                                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\n",
                                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 31\r\n"};
  for (const char* const body : bodies) {
    SipWorld world;
    const RawPeer peer(world.port());
    const Engine::Created call = world.dial(world.trunk(peer.port()), "nonsense");
    REQUIRE(call.status == Status::ok);
    const auto invite = peer.hear("INVITE ");
    REQUIRE(invite);
    peer.say(peer.response("200 OK", *invite, body));
    INFO(body);
    endsOnce(world, call.handle);
  }
}

TEST_CASE("a peer that never says anything ends the leg once, as unanswered") {
  hurry();
  SipWorld world;
  const RawPeer peer(world.port());
  const Engine::Created call = world.dial(world.trunk(peer.port()), "silent");
  endsOnce(world, call.handle);
  CHECK(number(world.events.of("legEnded").front(), "q850") == 102);
}

TEST_CASE("with every RTP port taken a call fails with its cause, ours and the peer's, and nothing is left of it") {
  hurry();
  SipWorld world(1, 36990, 36993);
  std::vector<std::unique_ptr<UdpSocket>> squatters;
  for (int port = 36990; port <= 36994; port++) squatters.push_back(std::make_unique<UdpSocket>(port));
  const RawPeer peer(world.port());
  const Engine::Created call = world.dial(world.trunk(peer.port()), "crowded");
  REQUIRE(call.status == Status::ok);
  endsOnce(world, call.handle);
  peer.say(peer.request("INVITE", "crowded-in", 1, "", peer.sdp()));
  const auto refused = peer.hear("SIP/2.0 5");
  CHECK(refused);
  squatters.clear();
  CHECK(within(5s, [] { return pjsua_call_get_count() == 0; }));
  world.talk(peer, "room-again");
}

TEST_CASE("while calls that have ended still hold every place of pjsua's, a call out says so, and a call in is told to come again") {
  SipWorld world(1);
  const RawPeer silent(world.port());
  const Handle trunk = world.trunk(silent.port());
  std::size_t ended = 0;
  Event last;
  // Each is cancelled before its peer has said a word: it stays until Timer B.
  do {
    const Engine::Created call = world.dial(trunk, "place-" + std::to_string(ended));
    REQUIRE(call.status == Status::ok);
    within(1s, [&] {
      world.engine.drainEvents();
      return world.events.of("legSeized").size() > ended || world.events.of("legEnded").size() > ended;
    });
    world.stack.clear(call.handle, {.q850 = 16});
    world.await("legEnded", ++ended);
    last = world.events.of("legEnded").back();
  } while (ended < 64 && number(last, "q850") == 16);
  CHECK(number(last, "q850") == 34);
  CHECK(std::get<bool>(field(last, "sent")) == false);
  const RawPeer caller(world.port());
  caller.say(caller.request("INVITE", "no-place", 1, "", caller.sdp()));
  const auto refused = caller.hear("SIP/2.0 ");
  REQUIRE(refused);
  CHECK(refused->starts_with("SIP/2.0 503"));
  CHECK(headerOf(*refused, "Retry-After") != "");
}

TEST_CASE("a trunk that is removed keeps its account until pjsua is done with its calls") {
  hurry();
  SipWorld world;
  const RawPeer silent(world.port());
  const Handle trunk = world.trunk(silent.port());
  const Engine::Created call = world.dial(trunk, "leftover");
  world.await("legSeized");
  world.stack.clear(call.handle, {.q850 = 16});
  world.await("legEnded");
  CHECK(world.stack.removeTrunk(trunk) == Status::ok);
  std::this_thread::sleep_for(300ms);
  REQUIRE(pjsua_call_get_count() == 1);
  CHECK(pjsua_acc_get_count() == 2);  // It, and the one of callers without a trunk.
  CHECK(within(10s, [] { return pjsua_acc_get_count() == 1; }));
  CHECK(pjsua_call_get_count() == 0);
}
