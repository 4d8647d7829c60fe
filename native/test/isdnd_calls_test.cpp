// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/d_frame.hpp"
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

struct Primary : World {
  explicit Primary(const std::function<void(ConfigureSpan&)>& change = [](ConfigureSpan&) {}) : World(configurations(change)) {
    REQUIRE(bringUp());
    run(0.1);
    forget();
  }
  static std::vector<ConfigureSpan> configurations(const std::function<void(ConfigureSpan&)>& change) {
    ConfigureSpan network = e1(Node::network);
    ConfigureSpan user = e1(Node::user);
    change(network);
    change(user);
    return {network, user};
  }
  /// A call from the user to the network, answered. Its id at the network.
  std::uint32_t answered(std::uint32_t call = 1) {
    user().say(setupTo("02079460123", call));
    run(0.01);
    const std::uint32_t there = network().all<Setup>().back().call;
    network().say(Connect{.span = kSpan, .call = there});
    run(0.01);
    REQUIRE(user().has<Connect>());
    return there;
  }
};

}  // namespace

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

TEST_CASE("whoever clears, in whichever state, each side hears of one end with the cause that was said first") {
  enum class State { initiated, proceeding, alerting, active };
  for (const bool callerClears : {true, false}) {
    for (const State state : {State::initiated, State::proceeding, State::alerting, State::active}) {
      for (const bool userCalls : {true, false}) {
        CAPTURE(callerClears);
        CAPTURE(static_cast<int>(state));
        CAPTURE(userCalls);
        Primary world;
        Side& caller = userCalls ? world.user() : world.network();
        Side& called = userCalls ? world.network() : world.user();
        caller.say(setupTo("123"));
        if (state == State::initiated && callerClears) {
          caller.say(Clear{.span = kSpan, .call = 1, .cause = 16});
        } else {
          world.run(0.01);
          const std::uint32_t there = called.one<Setup>().call;
          if (state >= State::alerting) called.say(Alerting{.span = kSpan, .call = there});
          if (state == State::active) called.say(Connect{.span = kSpan, .call = there});
          if (state >= State::alerting) world.run(0.01);
          if (callerClears)
            caller.say(Clear{.span = kSpan, .call = 1, .cause = 16});
          else
            called.say(Clear{.span = kSpan, .call = there, .cause = 21});
        }
        world.run(1);
        CHECK(caller.one<Released>().by == (callerClears ? EndedBy::us : EndedBy::peer));
        CHECK(caller.one<Released>().cause == (callerClears ? 16 : 21));
        if (called.has<Setup>()) {
          CHECK(called.one<Released>().by == (callerClears ? EndedBy::peer : EndedBy::us));
          CHECK(called.one<Released>().cause == (callerClears ? 16 : 21));
        }
        checkIdle(world);
      }
    }
  }
}

TEST_CASE("both sides clearing at once end the call once each, with their own cause") {
  Primary world;
  const std::uint32_t there = world.answered();
  world.user().say(Clear{.span = kSpan, .call = 1, .cause = 16});
  world.network().say(Clear{.span = kSpan, .call = there, .cause = 31});
  world.run(1);
  CHECK(world.user().one<Released>().cause == 16);
  CHECK(world.user().one<Released>().by == EndedBy::us);
  CHECK(world.network().one<Released>().cause == 31);
  checkIdle(world);
}

TEST_CASE("every Q.850 cause and its location pass unchanged, both ways, before and after answer") {
  const int causes[] = {1,  2,  3,  6,  7,  8,  9,  14, 16, 17, 18, 19, 20, 21, 22, 23,  25,  26,  27,  28,  29,  30, 31,
                        34, 38, 39, 40, 41, 42, 43, 44, 46, 47, 49, 50, 53, 55, 57, 58,  62,  63,  65,  66,  69,  70, 79,
                        81, 82, 83, 84, 85, 86, 87, 88, 90, 91, 95, 96, 97, 98, 99, 100, 101, 102, 103, 110, 111, 127};
  const Location locations[] = {Location::user,         Location::privateLocal,  Location::publicLocal,   Location::transit,
                                Location::publicRemote, Location::privateRemote, Location::international, Location::beyondInterworking};
  Primary world;
  std::uint32_t call = 0;
  for (const bool networkClears : {true, false}) {
    for (const bool active : {false, true}) {
      for (const int cause : causes) {
        CAPTURE(cause);
        CAPTURE(networkClears);
        CAPTURE(active);
        const Location location = locations[call % std::size(locations)];
        world.forget();
        Side& caller = networkClears ? world.user() : world.network();
        Side& called = networkClears ? world.network() : world.user();
        caller.say(setupTo("123", ++call));
        world.run(0.01);
        const std::uint32_t there = called.one<Setup>().call;
        if (active) {
          called.say(Connect{.span = kSpan, .call = there});
          world.run(0.01);
          REQUIRE(caller.has<Connect>());
        }
        called.say(Clear{.span = kSpan, .call = there, .cause = static_cast<std::uint8_t>(cause), .location = location});
        world.run(0.1);
        const Released end = caller.one<Released>();
        CHECK(int{end.cause} == cause);
        CHECK(static_cast<int>(end.location) == static_cast<int>(location));
        CHECK(end.by == EndedBy::peer);
        CHECK(int{called.one<Released>().cause} == cause);
        CHECK(called.one<Released>().by == EndedBy::us);
      }
    }
  }
  checkIdle(world);
}

TEST_CASE("a far end that never answers a SETUP ends the call after T303 with cause 18, and layer 2 that is down with cause 27 at once") {
  World world({e1(Node::network), e1(Node::user)});
  world.user().say(setupTo("1"));
  world.user().step();
  const Released refused = world.user().one<Released>();
  CHECK(refused.cause == 27);
  CHECK_FALSE(refused.sent);
  CHECK(refused.by == EndedBy::line);

  World bus({bri(Node::network, Access::basicPointToMultipoint)});  // Nothing is plugged in.
  bus.network().say(setupTo("1"));
  bus.run(20);
  CHECK(bus.network().one<Released>().cause == 18);
  CHECK_FALSE(bus.network().one<Released>().responded);
  checkIdle(bus);
}

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
  const std::uint32_t there = world.answered(1);
  // Our own side restarts idle channels only: the wire turns its RESTART of channel 5 into one of channel 1.
  world.rewrite = [](std::span<std::uint8_t> room, std::size_t size) {
    const auto sight = lookInto(room.first(size));
    if (sight && sight->type == 0x46 && room[size - 4] == 0x85) room[size - 4] = 0x81;
    return size;
  };
  world.network().say(RestartChannel{.span = kSpan, .channel = 5});
  world.run(1);
  CHECK(world.user().one<Released>().cause == 41);
  CHECK(world.user().one<Released>().by == EndedBy::peer);
  CHECK(world.user().status().busyChannels == 0);
  world.network().say(Clear{.span = kSpan, .call = there});
  world.run(10);  // Nobody acknowledged channel 5.
  checkIdle(world);
  CHECK(world.network().status().restartingChannels == 0);
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

TEST_CASE("a D channel whose card is pulled ends its calls with cause 41") {
  Primary world;
  world.answered(1);
  world.user().cutForGood();
  world.user().step();
  CHECK(world.user().one<Released>().cause == 41);
  CHECK_FALSE(world.user().all<LayerTwo>().back().up);
}

TEST_CASE("a span that is removed ends its calls with cause 41, and can be configured again") {
  Primary world;
  world.answered(1);
  world.user().say(RemoveSpan{.span = kSpan});
  world.user().step();
  CHECK(world.user().one<Released>().cause == 41);
  world.user().cutForGood();
  world.forget();
  world.user().configure(e1(Node::user));
  REQUIRE(world.runUntil(30, [&] { return world.user().has<LayerTwo>(); }));
  world.run(10);
  world.forget();
  world.answered(2);
  CHECK(world.network().status().calls == 1);
}

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
