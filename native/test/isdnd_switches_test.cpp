// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("QSIG and NI2 carry a call as EuroISDN does") {
  for (const SwitchType type : {SwitchType::qsig, SwitchType::ni2}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) {
      span.switchType = type;
      if (type == SwitchType::ni2) span.channels = 0x00FF'FFFE;  // T1: 23 channels.
    });
    world.answered(1);
    CHECK(world.network().one<Setup>().called.digits == "02079460123");
    CHECK(world.network().one<Setup>().calling.digits == "1632960789");
    world.user().say(Clear{.span = kSpan, .call = 1});
    world.run(0.1);
    CHECK(world.network().one<Released>().cause == 16);
    checkIdle(world);
  }
}

TEST_CASE("BRI point to point: a call each way on its two channels") {
  World world({bri(Node::network, Access::basicPointToPoint), bri(Node::user, Access::basicPointToPoint)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  world.forget();
  answerAll(world.network());
  answerAll(world.user());
  world.user().say(setupTo("1"));
  world.run(0.01);
  world.network().say(setupTo("2"));
  world.run(0.01);
  CHECK(world.user().one<Connect>().channel != world.network().one<Connect>().channel);
  world.user().say(setupTo("3", 2));
  world.run(0.01);
  CHECK(world.user().one<Released>().cause == 34);
  world.user().say(Clear{.span = kSpan, .call = 1});
  world.network().say(Clear{.span = kSpan, .call = 1});
  world.run(0.1);
  checkIdle(world);
}

TEST_CASE("BRI point to multipoint: telephones get TEIs, each calls, a call to the bus rings all and the one that answers has it") {
  const Access access = Access::basicPointToMultipoint;
  World world({bri(Node::network, access), bri(Node::user, access), bri(Node::user, access)});
  world.run(3);
  for (const std::size_t caller : {std::size_t{1}, std::size_t{2}}) {
    CAPTURE(caller);
    world.forget();
    world.user(caller).say(setupTo("02079460123", static_cast<std::uint32_t>(caller)));
    REQUIRE(world.runUntil(5, [&] { return world.network().has<Setup>(); }));
    world.network().say(Connect{.span = kSpan, .call = world.network().one<Setup>().call});
    world.run(0.1);
    CHECK(world.user(caller).has<Connect>());
    world.user(caller).say(Clear{.span = kSpan, .call = static_cast<std::uint32_t>(caller)});
    world.run(0.1);
    checkIdle(world);
  }
  world.forget();
  world.network().say(setupTo("567890", 77));
  REQUIRE(world.runUntil(5, [&] { return world.user(1).has<Setup>() && world.user(2).has<Setup>(); }));
  for (const std::size_t phone : {std::size_t{1}, std::size_t{2}})
    world.user(phone).say(Alerting{.span = kSpan, .call = world.user(phone).one<Setup>().call});
  world.run(0.1);
  CHECK(world.network().has<Alerting>());
  world.user(2).say(Connect{.span = kSpan, .call = world.user(2).one<Setup>().call});
  world.run(0.1);
  CHECK(world.network().one<Connect>().call == 77);
  CHECK(world.user(2).has<Connected>());
  CHECK(world.user(1).one<Released>().cause == 26);
  CHECK_FALSE(world.user(2).has<Released>());
  world.run(10);
  world.user(2).say(Clear{.span = kSpan, .call = world.user(2).one<Setup>().call});
  world.run(10);
  CHECK(world.network().one<Released>().cause == 16);
  checkIdle(world);
}

TEST_CASE("a T1 span has channels 1 to 23, on any switch type, and its D channel's timeslot is never asked for") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::qsig, SwitchType::ni2}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) {
      span.switchType = type;
      span.channels = 0x00FF'FFFE;
    });
    answerAll(world.network());
    answerAll(world.user());
    for (std::uint32_t call = 1; call <= 24; call++) (call % 2 == 0 ? world.user() : world.network()).say(setupTo("1", call));
    world.run(1);
    CHECK(world.user().all<Connect>().size() + world.network().all<Connect>().size() == 23);
    CHECK(world.user().status().busyChannels == 0x00FF'FFFE);
    for (std::uint32_t call = 1; call <= 24; call++) {
      world.user().say(Clear{.span = kSpan, .call = call});
      world.network().say(Clear{.span = kSpan, .call = call});
    }
    world.run(1);
    checkIdle(world);
  }
}

TEST_CASE("a network that refuses a TEI gets no call, and none hangs; when it grants one calls come through") {
  const Access access = Access::basicPointToMultipoint;
  World world({bri(Node::network, access), bri(Node::user, access)});
  bool refusing = true;
  // Identity assigned (2) becomes identity denied (3): Q.921 §5.3.2.
  world.rewrite = [&](std::span<std::uint8_t> room, std::size_t size) {
    if (refusing && size >= 8 && room[0] >> 2 == 63 && room[3] == 0x0F && room[6] == 2) room[6] = 3;
    return size;
  };
  world.run(20);
  CHECK_FALSE(world.user().has<LayerTwo>());
  world.user().say(setupTo("1", 1));
  world.run(60);
  CHECK(world.user().one<Released>().call == 1);
  CHECK_FALSE(world.network().has<Setup>());
  refusing = false;
  world.run(60);
  world.forget();
  world.user().say(setupTo("1", 2));
  CHECK(world.runUntil(30, [&] { return world.network().has<Setup>(); }));
  world.user().say(Clear{.span = kSpan, .call = 2});
  world.run(60);
  checkIdle(world);
}

TEST_CASE("a TEI that the network takes away ends the call on it, and the telephone gets another") {
  const Access access = Access::basicPointToMultipoint;
  World world({bri(Node::network, access), bri(Node::user, access)});
  answerAll(world.network());
  world.run(3);
  world.user().say(setupTo("1", 1));
  REQUIRE(world.runUntil(10, [&] { return world.user().has<Connect>(); }));
  const std::uint8_t remove[] = {0xFE, 0xFF, 0x03, 0x0F, 0x00, 0x00, 0x06, 0xFF};  // Identity remove, all TEIs (Q.921 §5.3.4).
  REQUIRE(send(world.user().wire(), remove, sizeof remove, MSG_NOSIGNAL) == sizeof remove);
  world.run(120);
  CHECK(world.user().has<Released>());
  CHECK(world.network().has<Released>());
  world.forget();
  world.user().say(setupTo("1", 2));
  CHECK(world.runUntil(30, [&] { return world.user().has<Connect>(); }));
  world.user().say(Clear{.span = kSpan, .call = 2});
  world.run(60);
  checkIdle(world);
}
