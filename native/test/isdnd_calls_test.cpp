// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("a call with its whole number at once: every field arrives, early media is told, and one side's clearing ends both") {
  Primary world;
  Setup setup = setupTo("02079460123");
  setup.called.type = 2;
  setup.calledSubaddress = std::string("P1234", 5);
  setup.callingSubaddress = std::string("P77", 3);
  setup.bearer = Bearer::audio3k1;
  world.user().say(setup);
  world.run(0.01);
  const Setup arrived = world.network().one<Setup>();
  CHECK((arrived.call & kIncomingCallBit) != 0);
  CHECK(arrived.called == setup.called);
  CHECK(arrived.calling == setup.calling);
  CHECK(arrived.callingName == "Alice Example");
  CHECK(arrived.calledSubaddress == setup.calledSubaddress);
  CHECK(arrived.callingSubaddress == setup.callingSubaddress);
  CHECK(arrived.bearer == Bearer::audio3k1);
  CHECK(arrived.channel == 1);
  CHECK(world.user().one<Seized>().channel == 1);
  CHECK_FALSE(world.user().one<Proceeding>().inband);

  world.network().say(Alerting{.span = kSpan, .call = arrived.call, .inband = true});
  world.run(0.01);
  CHECK(world.user().one<Alerting>().inband);
  world.network().say(Connect{.span = kSpan, .call = arrived.call, .connected = {.digits = "2079460999", .type = 2, .screening = 3}, .name = "Bob"});
  world.run(0.01);
  const Connect connect = world.user().one<Connect>();
  CHECK(connect.call == 1);
  CHECK(connect.channel == 1);
  CHECK(connect.connected.digits == "2079460999");
  CHECK(connect.connected.screening == 3);
  CHECK(connect.name == "Bob");
  CHECK(world.network().has<Connected>());

  world.user().say(Clear{.span = kSpan, .call = 1, .cause = 16});
  world.run(0.01);
  const Disconnect disconnect = world.network().one<Disconnect>();
  CHECK(disconnect.cause == 16);
  CHECK(disconnect.location == Location::privateLocal);
  const Released here = world.user().one<Released>();
  CHECK(here.by == EndedBy::us);
  CHECK(here.cause == 16);
  CHECK(here.sent);
  CHECK(here.responded);
  const Released there = world.network().one<Released>();
  CHECK(there.by == EndedBy::peer);
  CHECK(there.cause == 16);
  CHECK(there.location == Location::privateLocal);
  checkIdle(world);
}

TEST_CASE("who diverted a call, and why, arrives with it") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::qsig}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) { span.switchType = type; });
    Setup setup = setupTo("0123");
    setup.redirecting = {.digits = "2079460555", .type = 2, .plan = 1, .presentation = 0, .screening = 0};
    setup.redirectReason = 2;  // No reply.
    world.network().say(setup);
    world.run(0.01);
    CHECK(world.user().one<Setup>().redirecting.digits == "2079460555");
    CHECK(world.user().one<Setup>().redirecting.type == 2);
    CHECK(int{world.user().one<Setup>().redirectReason} == 2);
  }
}

TEST_CASE("a number that is withheld arrives as such, and the name stays away with it") {
  Primary world;
  Setup setup = setupTo("0123");
  setup.calling.presentation = 1;
  world.network().say(setup);
  world.run(0.01);
  CHECK(world.user().one<Setup>().calling.presentation == 1);
  CHECK(world.user().one<Setup>().calling.digits == "1632960789");  // The network's border takes it away, not the line.
  CHECK(world.user().one<Setup>().callingName.empty());
}

TEST_CASE("a call from the network is through for the user side with CONNECT ACKNOWLEDGE") {
  Primary world;
  world.network().say(setupTo("0123", 9));
  world.run(0.01);
  const Setup arrived = world.user().one<Setup>();
  world.user().say(Alerting{.span = kSpan, .call = arrived.call});
  world.user().say(Connect{.span = kSpan, .call = arrived.call});
  world.run(0.01);
  CHECK(world.user().one<Connected>().call == arrived.call);
  CHECK(world.network().one<Connect>().call == 9);
  world.network().say(Clear{.span = kSpan, .call = 9, .cause = 16, .location = Location::international});
  world.run(0.01);
  CHECK(world.user().one<Disconnect>().location == Location::international);
  checkIdle(world);
}

TEST_CASE("overlap dialling: SETUP ACKNOWLEDGE with dial tone, a digit a message, and the exchange says when it has enough") {
  Primary world([](ConfigureSpan& span) { span.overlap = true; });
  Setup setup = setupTo("");
  setup.complete = false;
  world.user().say(setup);
  world.run(0.01);
  const Setup arrived = world.network().one<Setup>();
  CHECK_FALSE(arrived.complete);
  CHECK(world.user().one<SetupAck>().inband);
  world.user().say(Information{.span = kSpan, .call = 1, .digits = "02079460123"});
  world.run(0.01);
  std::string digits;
  for (const auto& information : world.network().all<Information>()) digits += information.digits;
  CHECK(digits == "02079460123");
  world.network().say(Proceeding{.span = kSpan, .call = arrived.call});
  world.network().say(Progress{.span = kSpan, .call = arrived.call, .inband = true});
  world.run(0.01);
  CHECK(world.user().has<Proceeding>());
  CHECK(world.user().one<Progress>().inband);
  world.network().say(Connect{.span = kSpan, .call = arrived.call});
  world.run(0.01);
  CHECK(world.user().has<Connect>());
  world.network().say(Clear{.span = kSpan, .call = arrived.call, .cause = 31});
  world.run(0.01);
  CHECK(world.user().one<Released>().cause == 31);
  checkIdle(world);
}

TEST_CASE("with overlap a SETUP that says it is complete is not asked for more") {
  Primary world([](ConfigureSpan& span) { span.overlap = true; });
  world.user().say(setupTo("999"));
  world.run(0.01);
  CHECK(world.network().one<Setup>().complete);
  CHECK(world.user().has<Proceeding>());
  CHECK_FALSE(world.user().has<SetupAck>());
}
