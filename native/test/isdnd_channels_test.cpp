// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_frame.hpp"
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

TEST_CASE("layer 2 up restarts every channel once, and a channel in use is restarted when its call has ended") {
  World world({e1(Node::network), e1(Node::user)});
  REQUIRE(world.bringUp());
  world.run(0.1);
  for (const auto& side : world.sides) {
    const auto restarted = side->all<ChannelRestarted>();
    CHECK(restarted.size() == 60);  // 30 of ours acknowledged, 30 of theirs.
    CHECK(std::count_if(restarted.begin(), restarted.end(), [](const auto& one) { return one.byPeer; }) == 30);
    CHECK(side->status().restartingChannels == 0);
  }
  world.forget();
  world.user().say(setupTo("1"));
  world.run(0.01);
  const std::uint32_t there = world.network().one<Setup>().call;
  world.network().say(Connect{.span = kSpan, .call = there});
  world.network().say(RestartChannel{.span = kSpan, .channel = 5});
  world.network().say(RestartChannel{.span = kSpan, .channel = 1});
  world.run(1);
  CHECK(world.user().one<ChannelRestarted>().channel == 5);
  CHECK_FALSE(world.user().has<Released>());
  world.network().say(Clear{.span = kSpan, .call = there});
  world.run(1);
  CHECK(world.user().all<ChannelRestarted>().back().channel == 1);
  CHECK(world.network().status().restartingChannels == 0);
  checkIdle(world);
}

TEST_CASE("a far end that restarts a channel with a call on it has forgotten the call: it ends with cause 41") {
  Primary world;
  world.answered(1);
  world.answered(2);
  world.answered(3);
  world.forget();
  world.network().say(RestartChannel{.span = kSpan, .channel = 2, .forget = true});
  world.run(1);
  CHECK(world.user().one<Released>().call == 2);
  CHECK(world.user().one<Released>().cause == 41);
  CHECK(world.user().one<Released>().by == EndedBy::peer);
  CHECK(world.network().one<Released>().by == EndedBy::us);
  CHECK(world.user().status().busyChannels == 0b1010);
  world.network().say(RestartChannel{.span = kSpan, .channel = 0, .forget = true});
  world.run(1);
  for (const auto& released : world.user().all<Released>()) CHECK(released.cause == 41);
  CHECK(world.user().all<Released>().size() == 3);
  CHECK(world.network().status().restartingChannels == 0);
  const auto restarted = world.user().all<ChannelRestarted>();
  CHECK(restarted.size() == 31);  // Channel 2, then all.
  checkIdle(world);
}

TEST_CASE("channels are chosen ascending, descending, or round robin, and cause 34 says that all are taken") {
  const auto chosen = [](Selection selection) {
    Primary world([&](ConfigureSpan& span) {
      span.selection = selection;
      span.channels = 0b1110;
    });
    std::vector<int> channels;
    const auto dial = [&](std::uint32_t call) {
      world.user().say(setupTo("1", call));
      world.run(0.01);
      if (!world.user().all<Seized>().empty() && world.user().all<Seized>().back().call == call)
        channels.push_back(world.user().all<Seized>().back().channel);
    };
    dial(1);
    dial(2);
    world.user().say(Clear{.span = kSpan, .call = 1});
    world.run(0.01);
    dial(3);
    dial(4);
    dial(5);
    CHECK(world.user().all<Released>().back().call == 5);
    CHECK(world.user().all<Released>().back().cause == 34);
    return channels;
  };
  CHECK(chosen(Selection::ascending) == std::vector<int>{1, 2, 1, 3});
  CHECK(chosen(Selection::descending) == std::vector<int>{3, 2, 3, 1});
  CHECK(chosen(Selection::roundRobin) == std::vector<int>{1, 2, 3, 1});
}

TEST_CASE("a channel that is asked for by number and in use already, or not ours, is cause 44 without a SETUP") {
  Primary world;
  world.answered(1);
  for (const std::uint8_t channel : {1, 16}) {
    world.forget();
    Setup setup = setupTo("1", 2);
    setup.channel = channel;
    world.user().say(setup);
    world.run(0.01);
    CHECK(world.user().one<Released>().cause == 44);
    CHECK_FALSE(world.user().one<Released>().sent);
    CHECK_FALSE(world.network().has<Setup>());
  }
}

TEST_CASE(
    "glare: both sides seize the same channel at once, both calls come through on channels of their own, and one that insists is refused with cause "
    "44") {
  for (const bool exclusive : {false, true}) {
    CAPTURE(exclusive);
    Primary world;
    answerAll(world.network());
    answerAll(world.user());
    Setup fromUser = setupTo("1", 1);
    fromUser.exclusive = exclusive;
    world.user().say(fromUser);
    world.network().say(setupTo("2", 1));
    world.run(1);
    // The network's call has priority and keeps the channel.
    CHECK(world.network().one<Seized>().channel == 1);
    CHECK(world.network().one<Connect>().channel == 1);
    CHECK(world.user().one<Setup>().channel == 1);
    if (exclusive) {
      CHECK(world.user().one<Released>().cause == 44);
      CHECK(world.user().one<Released>().responded);
    } else {
      CHECK(world.user().one<Connect>().channel == 2);
      world.user().say(Clear{.span = kSpan, .call = 1});
    }
    world.network().say(Clear{.span = kSpan, .call = 1});
    world.run(1);
    checkIdle(world);
  }
}

TEST_CASE("a RESTART that crosses a SETUP on its channel ends nothing: the call comes through") {
  Primary world;
  answerAll(world.network());
  world.user().say(setupTo("1"));
  world.network().say(RestartChannel{.span = kSpan, .channel = 1});
  world.run(1);
  CHECK(world.user().one<Connect>().channel == 1);
  CHECK(world.network().status().restartingChannels == 0);
  world.user().say(Clear{.span = kSpan, .call = 1});
  world.run(1);
  checkIdle(world);
}

TEST_CASE("RESTART and SETUP of one channel in any order, by either side: the call comes through on one channel that both know, or ends at both") {
  for (const bool restartByNetwork : {true, false}) {
    for (const bool setupByNetwork : {true, false}) {
      for (int order = 0; order < 4; order++) {
        CAPTURE(restartByNetwork);
        CAPTURE(setupByNetwork);
        CAPTURE(order);
        Primary world;
        Side& restarter = restartByNetwork ? world.network() : world.user();
        Side& caller = setupByNetwork ? world.network() : world.user();
        Side& called = setupByNetwork ? world.user() : world.network();
        answerAll(called);
        const RestartChannel restart{.span = kSpan, .channel = 1};
        Setup setup = setupTo("1");
        setup.channel = 1;
        // Who speaks first, and whether what he said leaves before the other speaks.
        if (order < 2) restarter.say(restart);
        if (order >= 2) caller.say(setup);
        if (order % 2 == 1) (order < 2 ? restarter : caller).step();
        if (order < 2) caller.say(setup);
        if (order >= 2) restarter.say(restart);
        world.run(1);
        const bool through = !caller.has<Released>();
        CHECK(caller.status().calls == called.status().calls);
        CHECK(caller.status().busyChannels == called.status().busyChannels);
        CHECK(caller.all<Connect>().size() + caller.all<Released>().size() >= 1);
        if (through) caller.say(Clear{.span = kSpan, .call = 1});
        world.run(6);  // A RESTART of a channel with a call of one's own on it has waited for its end.
        CHECK(world.network().status().restartingChannels == 0);
        CHECK(world.user().status().restartingChannels == 0);
        checkIdle(world);
      }
    }
  }
}

TEST_CASE("a channel out of service is neither chosen nor given to the far end; NI2 says so to the other side") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::ni2}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) {
      span.switchType = type;
      span.channels = 0b1110;
    });
    const bool told = type == SwitchType::ni2;
    world.user().say(Service{.span = kSpan, .channel = 1, .inService = false});
    world.run(0.1);
    CHECK(world.user().has<Service>() == told);
    CHECK(world.network().has<Service>() == told);
    if (told) {
      CHECK(world.user().one<Service>().acknowledged);
      CHECK(int{world.network().one<Service>().channel} == 1);
      CHECK_FALSE(world.network().one<Service>().inService);
    }
    CHECK(world.user().status().withdrawnChannels == 0b10);
    CHECK(world.network().status().withdrawnChannels == (told ? 0b10U : 0U));
    CHECK(world.user().has<LayerTwo>() == false);

    world.user().say(setupTo("1", 1));
    world.run(0.01);
    CHECK(world.user().one<Seized>().channel == 2);
    Setup insisting = setupTo("2", 9);
    insisting.channel = 1;
    insisting.exclusive = true;
    world.network().say(insisting);
    world.run(0.1);
    CHECK(world.network().one<Released>().cause == 44);

    world.user().say(Service{.span = kSpan, .channel = 1, .inService = true});
    world.run(0.1);
    CHECK(world.user().status().withdrawnChannels == 0);
    CHECK(world.network().status().withdrawnChannels == 0);
    world.user().say(setupTo("1", 2));
    world.run(0.01);
    CHECK(world.user().all<Seized>().back().channel == 1);
    for (const std::uint32_t call : {1U, 2U}) world.user().say(Clear{.span = kSpan, .call = call});
    world.run(0.1);
    checkIdle(world);
  }
}

TEST_CASE("NFAS: one D channel carries the calls of three interfaces, each named, and restarts their channels") {
  World world([] {
    std::vector<ConfigureSpan> spans{e1(Node::network), e1(Node::user)};
    for (ConfigureSpan& span : spans) {
      span.switchType = SwitchType::ni2;
      span.channels = 0x00FF'FFFE;  // 23 beside the D channel, 24 on the other two.
      span.nfas = {0x01FF'FFFE, 0x01FF'FFFE};
    }
    return spans;
  }());
  REQUIRE(world.bringUp());
  world.run(1);
  constexpr int kAll = 23 + 24 + 24;
  const auto restarted = world.user().all<ChannelRestarted>();
  CHECK(std::count_if(restarted.begin(), restarted.end(), [](const auto& one) { return !one.byPeer; }) == kAll);
  world.forget();
  answerAll(world.network());
  for (std::uint32_t call = 1; call <= kAll + 1; call++) world.user().say(setupTo("1", call));
  world.run(1);
  CHECK(world.user().all<Connect>().size() == kAll);
  CHECK(int{world.user().one<Released>().cause} == 34);
  std::map<int, int> perInterface;
  for (const Setup& setup : world.network().all<Setup>()) perInterface[setup.channel / 32]++;
  CHECK(perInterface == std::map<int, int>{{0, 23}, {1, 24}, {2, 24}});
  for (std::uint32_t call = 1; call <= kAll; call++) world.user().say(Clear{.span = kSpan, .call = call});
  world.run(1);
  Setup third = setupTo("2", 500);
  third.channel = 32 * 2 + 24;
  third.exclusive = true;
  world.network().say(third);
  world.run(0.1);
  CHECK(int{world.user().one<Setup>().channel} == 32 * 2 + 24);
  world.network().say(Clear{.span = kSpan, .call = 500});
  world.run(0.1);
  checkIdle(world);
}

TEST_CASE("calls that begin before the channels are restarted come through, each on a channel of its own") {
  for (unsigned seed = 1; seed <= 20; seed++) {
    CAPTURE(seed);
    World world({e1(Node::network), e1(Node::user)});
    world.random.seed(seed);
    REQUIRE(world.runUntil(5, [&] { return world.user().has<LayerTwo>() && world.network().has<LayerTwo>(); }));
    answerAll(world.network());
    world.user().on = [&](const Message& message) {
      if (const auto* const connect = std::get_if<Connect>(&message)) world.user().say(Clear{.span = kSpan, .call = connect->call});
    };
    constexpr std::uint32_t kCalls = 50;
    for (std::uint32_t call = 1; call <= kCalls; call++) {
      world.user().say(setupTo("1", call));
      if (world.random() % 4 == 0) world.network().step();
      if (world.random() % 4 == 0) world.user().step();
      if (world.random() % 8 == 0) world.run(0.001);
    }
    world.run(15);
    CHECK(world.user().all<Released>().size() == kCalls);
    checkIdle(world);
  }
}
