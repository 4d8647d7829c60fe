// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("a D channel that is cut ends calls before answer with cause 27, keeps answered ones until T309, and restarts channels when it is back") {
  for (const double away : {20.0, 120.0}) {
    CAPTURE(away);
    Primary world([](ConfigureSpan& span) { span.t309Seconds = 90; });
    world.answered(1);
    world.user().say(setupTo("1", 2));
    world.run(0.01);
    world.forget();
    world.cut = true;
    REQUIRE(world.runUntil(30, [&] { return world.user().has<LayerTwo>() && world.network().has<LayerTwo>(); }));
    CHECK_FALSE(world.user().one<LayerTwo>().up);
    world.run(10);  // libpri first tries to get layer 2 back.
    CHECK(world.user().one<Released>().call == 2);
    CHECK(world.user().one<Released>().cause == 27);
    CHECK(world.user().one<Released>().by == EndedBy::line);
    world.run(away);
    world.cut = false;
    world.forget();
    REQUIRE(world.runUntil(10, [&] { return world.user().has<LayerTwo>() && world.network().has<LayerTwo>(); }));
    world.run(0.1);
    const bool kept = away < 90;
    CHECK(world.user().status().calls == (kept ? 1 : 0));
    CHECK(world.network().status().calls == (kept ? 1 : 0));
    const auto restarted = world.user().all<ChannelRestarted>();
    CHECK(std::count_if(restarted.begin(), restarted.end(), [](const auto& one) { return !one.byPeer; }) == (kept ? 29 : 30));
    world.user().say(Clear{.span = kSpan, .call = 1});
    world.run(1);
    checkIdle(world);
  }
}

TEST_CASE("with a tenth of all frames lost calls still come through and clear") {
  Primary world;
  world.lossRate = 0.1;
  answerAll(world.network());
  for (std::uint32_t call = 1; call <= 20; call++) {
    world.user().say(setupTo("1", call));
    CHECK(world.runUntil(30, [&] {
      const auto connects = world.user().all<Connect>();
      return !connects.empty() && connects.back().call == call;
    }));
    world.user().say(Clear{.span = kSpan, .call = call});
    CHECK(world.runUntil(60, [&] { return world.user().all<Released>().size() == call; }));
  }
  world.run(60);
  checkIdle(world);
}

TEST_CASE("a D channel whose far socket is closed ends its calls with cause 27, and so does every SETUP after that at once") {
  Primary world;
  world.answered(1);
  world.user().cutForGood();
  world.user().say(setupTo("1", 2));  // Before the end is seen.
  world.user().step();
  for (const auto& released : world.user().all<Released>()) CHECK(released.cause == 27);
  CHECK(world.user().all<Released>().size() == 2);
  CHECK_FALSE(world.user().all<LayerTwo>().back().up);
  world.forget();
  world.user().say(setupTo("1", 3));
  world.user().step();
  CHECK(world.user().one<Released>().call == 3);
  CHECK(world.user().one<Released>().cause == 27);
  CHECK(world.user().one<Released>().by == EndedBy::line);
  CHECK_FALSE(world.user().one<Released>().sent);
  CHECK_FALSE(world.user().status().up);  // And it answers: it does not hang.
}

TEST_CASE("a span that is removed ends its calls with the cause that is said, refuses others with 27, and can be configured again") {
  Primary world;
  world.answered(1);
  world.user().say(RemoveSpan{.span = kSpan, .cause = 38});
  world.user().step();
  CHECK(world.user().one<Released>().cause == 38);
  world.forget();
  world.user().say(setupTo("1", 7));
  world.user().step();
  CHECK(world.user().one<Released>().call == 7);
  CHECK(world.user().one<Released>().cause == 27);
  world.user().cutForGood();
  world.forget();
  world.user().configure(e1(Node::user));
  REQUIRE(world.runUntil(30, [&] { return world.user().has<LayerTwo>(); }));
  world.run(10);
  world.forget();
  world.answered(2);
  CHECK(world.network().status().calls == 1);
}

TEST_CASE("with T309 at 0 answered calls end as soon as their D channel is given up") {
  Primary world([](ConfigureSpan& span) { span.t309Seconds = 0; });
  world.answered(1);
  world.cut = true;
  REQUIRE(world.runUntil(60, [&] { return world.user().has<Released>() && world.network().has<Released>(); }));
  CHECK(world.user().one<Released>().cause == 27);
  CHECK(world.user().one<Released>().by == EndedBy::line);
  world.run(60);
  checkIdle(world);
}

TEST_CASE("T200 and T203 by setting: a dead D channel is noticed sooner") {
  const auto noticed = [](Timers timers) {
    Primary world([&](ConfigureSpan& span) { span.timers = timers; });
    world.cut = true;
    const std::int64_t begin = world.clock.nowNs();
    REQUIRE(world.runUntil(60, [&] { return world.user().has<LayerTwo>(); }));
    return static_cast<double>(world.clock.nowNs() - begin) / 1e9;
  };
  CHECK(noticed({}) > 10);
  CHECK(noticed({.t200 = 300, .t203 = 2'000}) < 5);
}

TEST_CASE("a far end that sends what nobody understands by the hundred thousand keeps no call from coming through, and is logged in few words") {
  Primary world;
  std::vector<std::uint8_t> nonsense{0x02, 0x01, 0x03, 0x08, 0x02, 0x7F, 0x00, 0xF7, 0x08, 0x02, 0x80, 0x90};
  const std::size_t before = world.user().logs.size();
  for (int burst = 0; burst < 1'000; burst++) {
    nonsense[6] = static_cast<std::uint8_t>(burst);
    for (int i = 0; i < 100; i++) (void)send(world.user().wire(), nonsense.data(), nonsense.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    world.run(0.001);
  }
  world.answered(1);
  world.run(2);
  CHECK(world.user().logs.size() - before < 100);
  CHECK(
      std::any_of(world.user().logs.begin(), world.user().logs.end(), [](const auto& line) { return line.find("lines more") != std::string::npos; }));
  world.user().say(Clear{.span = kSpan, .call = 1});
  world.run(1);
  checkIdle(world);
}

TEST_CASE("a far end that stops reading for a while, and one that answers nothing at all, hang no call") {
  Primary world;
  world.answered(1);
  world.stalled = true;
  for (std::uint32_t call = 2; call <= 25; call++) world.user().say(setupTo("1", call));
  world.run(3);
  world.stalled = false;
  answerAll(world.network());
  world.run(30);
  CHECK(world.network().all<Setup>().size() >= 20);
  world.network().on = nullptr;
  world.run(200);  // T310 for those that came through before they were heard of.
  for (std::uint32_t call = 1; call <= 25; call++) world.user().say(Clear{.span = kSpan, .call = call});
  world.run(60);
  checkIdle(world);
}
