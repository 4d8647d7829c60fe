// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stack calls itself, so that both ends' audio runs on the guarded audio thread: what a codec or a transport of PJMEDIA does there is seen.
#include "detect_signals.hpp"
#include "sip_world.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

void talksFor(std::chrono::milliseconds time, const std::string& codec, SrtpUse srtp) {
  SipWorld world(4, 34000, 36999, {codec});
  const Engine::Created trunk = world.stack.addTrunk({.address = "127.0.0.1", .port = world.port(), .domain = "127.0.0.1", .srtp = srtp});
  REQUIRE(trunk.status == Status::ok);
  const Handle caller = world.dial(trunk.handle, "itself").handle;
  const Handle called = world.await("legIncoming");
  REQUIRE(world.stack.answer(called) == Status::ok);
  world.await("legAnswered", 2);
  for (const Handle leg : {caller, called}) {
    REQUIRE(world.engine.playTone(leg, {.segments = {{{400, 0, 0, 0}, -13, 200}, {{}, -13, 100}}, .loop = true}).status == Status::ok);
  }
  std::this_thread::sleep_for(time);
  for (const Handle leg : {caller, called}) CHECK(world.engine.levels(leg).receivedDbm0 > -40.0);
  CHECK(world.stack.clear(caller, {.q850 = 16}) == Status::ok);
  world.await("legEnded", 2);
}

}  // namespace

TEST_CASE("the audio thread keeps its rules in each codec, and under SRTP") {
  for (const char* codec : {"PCMA/8000", "PCMU/8000", "G722/16000", "opus/48000"}) {
    for (const SrtpUse srtp : {SrtpUse::off, SrtpUse::mandatory}) {
      CAPTURE(codec);
      CAPTURE(static_cast<int>(srtp));
      talksFor(1s, codec, srtp);
    }
  }
}
