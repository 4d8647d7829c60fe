// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <string_view>

#include "isdn_world.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("a leg that dials is seized, hears early media, is answered, and ends with the cause and location that the exchange sent") {
  IsdnWorld world;
  IsdnDialOptions options;
  options.calling = {.digits = "1632960789", .type = 2};
  const Handle leg = world.dial("02079460123", options);
  REQUIRE(world.await([&] { return !world.exchange->all<isdn::Setup>().empty(); }));
  const isdn::Setup setup = world.exchange->all<isdn::Setup>()[0];
  CHECK(setup.called.digits == "02079460123");
  CHECK(setup.calling.digits == "1632960789");
  CHECK(world.of("legSeized", leg).size() == 1);
  CHECK(world.of("legProgress", leg).empty());
  CHECK(world.ports.channels.empty());

  world.exchange->say(isdn::Alerting{.span = kSpan, .call = setup.call, .inband = true});
  world.step(40);
  CHECK(number(world.one("legProgress", leg), "sipStatus") == 180);
  CHECK(truth(world.one("legProgress", leg), "earlyMedia"));
  CHECK(world.ports.channels == std::vector<int>{1});
  world.exchange->say(isdn::Connect{.span = kSpan, .call = setup.call});
  world.step(40);
  CHECK(world.of("legAnswered", leg).size() == 1);
  CHECK(world.ports.channels.size() == 1);

  world.exchange->say(isdn::Clear{.span = kSpan, .call = setup.call, .cause = 127, .location = isdn::Location::beyondInterworking});
  world.step(40);
  const Event ended = world.one("legEnded", leg);
  CHECK(number(ended, "q850") == 127);
  CHECK(number(ended, "location") == 10);
  CHECK(text(ended, "by") == "peer");
  CHECK(truth(ended, "sent"));
  CHECK(truth(ended, "responded"));
  CHECK_FALSE(truth(ended, "inferred"));
  CHECK(world.stack->clear(leg, {}) == Status::staleHandle);
}

TEST_CASE("a leg that is cleared ends at once with our cause, and the exchange gets that cause") {
  IsdnWorld world;
  const Handle leg = world.dial("1");
  REQUIRE(world.await([&] { return !world.exchange->all<isdn::Setup>().empty(); }));
  CHECK(world.stack->clear(leg, {.q850 = 31}) == Status::ok);
  world.step(20);
  CHECK(number(world.one("legEnded", leg), "q850") == 31);
  CHECK(text(world.one("legEnded", leg), "by") == "us");
  world.step(100);
  CHECK(int{world.exchange->all<isdn::Released>().at(0).cause} == 31);
  CHECK(world.of("legEnded", leg).size() == 1);
}

TEST_CASE("a call that comes in is offered with all it carries, rings with early media, is answered and cleared") {
  IsdnWorld world;
  world.exchange->say(isdn::Setup{.span = kSpan,
                                  .call = 5,
                                  .bearer = isdn::Bearer::audio3k1,
                                  .called = {.digits = "460123", .type = 4},
                                  .calling = {.digits = "1632960789", .type = 2, .presentation = 1, .screening = 3},
                                  .callingName = "Alice"});
  REQUIRE(world.await([&] { return !world.events.of("legIncoming").empty(); }));
  const Event incoming = world.events.of("legIncoming")[0];
  const Handle leg = incoming.subject;
  CHECK(text(incoming, "kind") == "isdn");
  CHECK(text(incoming, "to") == "460123");
  CHECK(number(incoming, "calledType") == 4);
  CHECK(number(incoming, "channel") == 1);
  CHECK(number(incoming, "span") == kSpan);
  CHECK(text(incoming, "calling") == "1632960789");
  CHECK(number(incoming, "callingPresentation") == 1);
  CHECK(number(incoming, "callingScreening") == 3);
  CHECK(text(incoming, "fromName").empty());  // Withheld with the number.
  CHECK(text(incoming, "bearer") == "audio3k1");

  CHECK(world.stack->ring(leg, true) == Status::ok);
  world.step(40);
  CHECK(world.exchange->all<isdn::Alerting>().at(0).inband);
  CHECK(world.ports.channels == std::vector<int>{1});
  CHECK(world.of("legAnswered", leg).empty());
  CHECK(world.stack->answer(leg) == Status::ok);
  world.step(60);
  CHECK(world.of("legAnswered", leg).size() == 1);
  CHECK(world.exchange->all<isdn::Connect>().size() == 1);
  world.exchange->say(isdn::Clear{.span = kSpan, .call = 5, .cause = 16});
  world.step(60);
  CHECK(number(world.one("legEnded", leg), "q850") == 16);
  CHECK(text(world.one("legEnded", leg), "by") == "peer");
  CHECK(world.stack->answer(leg) == Status::staleHandle);
}

TEST_CASE("a call that comes in and is refused tells the exchange why") {
  IsdnWorld world;
  const Handle leg = world.callIn(5, "1");
  CHECK(world.stack->clear(leg, {.q850 = 17}) == Status::ok);
  world.step(100);
  const auto released = world.exchange->all<isdn::Released>();
  REQUIRE(released.size() == 1);
  CHECK(int{released[0].cause} == 17);
  CHECK(released[0].location == isdn::Location::privateLocal);
}

TEST_CASE("digits that come one by one are gathered: until the number is as long as it must be, or nothing came for T302") {
  for (const int ddiDigits : {4, 0}) {
    CAPTURE(ddiDigits);
    IsdnWorld world([&](isdn::ConfigureSpan& network, IsdnSpanOptions& span) {
      network.overlap = span.configuration.overlap = true;
      span.ddiDigits = ddiDigits;
    });
    isdn::Setup setup{.span = kSpan, .call = 5, .complete = false, .called = {.digits = "46"}};
    world.exchange->say(setup);
    world.step(100);
    CHECK(world.exchange->all<isdn::SetupAck>().size() == 1);
    world.exchange->say(isdn::Information{.span = kSpan, .call = 5, .digits = "0"});
    world.step(5'000);
    CHECK(world.events.of("legIncoming").empty());
    world.exchange->say(isdn::Information{.span = kSpan, .call = 5, .digits = "1"});
    world.step(100);
    CHECK(world.events.of("legIncoming").size() == (ddiDigits == 4 ? 1 : 0));
    world.step(14'800);
    CHECK(world.events.of("legIncoming").size() == (ddiDigits == 4 ? 1 : 0));
    world.step(400);
    REQUIRE(world.events.of("legIncoming").size() == 1);
    CHECK(text(world.events.of("legIncoming")[0], "to") == "4601");
    CHECK(world.exchange->all<isdn::Proceeding>().size() == 1);
  }
}

TEST_CASE("a caller who gives up while digits are gathered is never offered") {
  IsdnWorld world([](isdn::ConfigureSpan& network, IsdnSpanOptions& span) { network.overlap = span.configuration.overlap = true; });
  world.exchange->say(isdn::Setup{.span = kSpan, .call = 5, .complete = false, .called = {.digits = "46"}});
  world.step(100);
  world.exchange->say(isdn::Clear{.span = kSpan, .call = 5});
  world.step(20'000);
  CHECK(world.events.of("legIncoming").empty());
  CHECK(world.exchange->all<isdn::Released>().size() == 1);
}

TEST_CASE("what ISDN can't carry is refused before a leg is made, and a program that is not there is told at once") {
  IsdnWorld world;
  const auto status = [&](int span, const IsdnDialOptions& options) { return world.stack->dial(span, options).status; };
  CHECK(status(2, {.called = {.digits = "1"}}) == Status::invalidArgument);
  CHECK(status(kSpan, {.called = {.digits = ""}}) == Status::invalidArgument);
  CHECK(status(kSpan, {.called = {.digits = "0207x"}}) == Status::invalidArgument);
  CHECK(status(kSpan, {.called = {.digits = std::string(64, '1')}}) == Status::invalidArgument);
  CHECK(status(kSpan, {.channel = 32, .called = {.digits = "1"}}) == Status::invalidArgument);
  CHECK(status(kSpan, {.called = {.digits = "1"}, .callingName = std::string(64, 'x')}) == Status::invalidArgument);
  CHECK(world.engine.counters().legs == 0);
  const Handle incoming = world.callIn(5, "1");
  CHECK(world.stack->sendDigits(incoming, "1", 100, 100, DigitMethod::automatic) == Status::unavailable);
  const Handle outgoing = world.dial("1");
  CHECK(world.stack->answer(outgoing) == Status::wrongState);
  CHECK_THROWS_AS(IsdnStack(world.engine, world.events, "/nonexistent/isdnd", {}), std::system_error);
}

TEST_CASE(
    "an isdnd that dies ends each of its legs once with cause 41, is there again within two seconds, and the exchange's channels come free by "
    "RESTART") {
  IsdnWorld world;
  world.exchange->answerAll();
  std::vector<Handle> legs;
  for (int i = 0; i < 5; i++) legs.push_back(world.dial("1"));
  REQUIRE(world.await([&] { return world.events.of("legAnswered").size() == 5; }));
  legs.push_back(world.callIn(7, "1"));
  const auto restartedByPeer = [&] {
    const auto restarted = world.exchange->all<isdn::ChannelRestarted>();
    return std::count_if(restarted.begin(), restarted.end(), [](const auto& one) { return one.byPeer; });
  };
  const auto before = restartedByPeer();
  const pid_t first = world.stack->isdndPid();
  const std::int64_t diedAt = world.engine.clock().nowNs();
  kill(first, SIGKILL);
  world.step(20);
  for (const Handle leg : legs) {
    CHECK(number(world.one("legEnded", leg), "q850") == 41);
    CHECK(text(world.one("legEnded", leg), "by") == "line");
  }
  CHECK_FALSE(truth(world.events.of("spanState").back(), "up"));
  CHECK(world.stack->dial(kSpan, {.called = {.digits = "1"}}).status == Status::unavailable);
  REQUIRE(world.await([&] { return world.stack->isdndPid() > 0; }));
  CHECK(world.engine.clock().nowNs() - diedAt < 2'000'000'000);
  CHECK(world.stack->isdndPid() != first);
  REQUIRE(world.await([&] { return world.exchange->all<isdn::Released>().size() == 6; }));
  CHECK(world.await([&] { return restartedByPeer() == before + 30; }));
  CHECK(truth(world.events.of("spanState").back(), "up"));
  world.dial("1");
  CHECK(world.await([&] { return world.events.of("legAnswered").size() == 6; }));
  CHECK(world.events.of("legEnded").size() == 6);
}

TEST_CASE("a call that was dialled before anyone saw isdnd's death ends with the others") {
  IsdnWorld world;
  kill(world.stack->isdndPid(), SIGKILL);
  const Handle leg = world.dial("1");
  world.step(20);
  CHECK(number(world.one("legEnded", leg), "q850") == 41);
  CHECK_FALSE(truth(world.one("legEnded", leg), "sent"));
}

TEST_CASE("isdnd killed at random moments of calls both ways: every leg has one end, other legs notice nothing, and calls come through after each") {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  const int kills = depth != nullptr && std::string_view(depth) == "full" ? 50 : 8;
  IsdnWorld world;
  QuietOwner otherStack;  // A leg of another kind of line, which says a tone all the while.
  const Handle other = world.engine.createLeg(otherStack);
  Party party;
  REQUIRE(world.engine.attach(other, party) == Status::ok);
  REQUIRE(world.engine.playTone(other, {.segments = {{.frequencies = {425}, .milliseconds = 1000}}, .loop = true}).status == Status::ok);
  const std::int64_t beganAt = world.engine.clock().nowNs();
  std::int64_t longestAwayNs = 0;
  std::mt19937 random(20261123);
  std::uint32_t incoming = 0;
  std::size_t dialled = 0;
  for (int killed = 0; killed < kills; killed++) {
    CAPTURE(killed);
    world.exchange->answerAll();
    for (unsigned turns = 1 + random() % 40; turns > 0; turns--) {
      if (random() % 3 == 0 && world.stack->dial(kSpan, {.called = {.digits = "1"}}).status == Status::ok) dialled++;
      if (random() % 3 == 0) world.exchange->say(isdn::Setup{.span = kSpan, .call = ++incoming, .called = {.digits = "2"}});
      for (const Event& offered : world.events.of("legIncoming")) {
        if (random() % 2 == 0) (void)world.stack->answer(offered.subject);
        if (random() % 4 == 0) (void)world.stack->clear(offered.subject, {});
      }
      world.step(20);
    }
    kill(world.stack->isdndPid(), SIGKILL);
    const std::int64_t diedAt = world.engine.clock().nowNs();
    // A machine in use may let the process live on for a moment.
    CHECK(world.await([&] { return world.engine.counters().legs == 1; }, 1'000));
    REQUIRE(world.await([&] { return world.stack->isdndPid() > 0; }));
    longestAwayNs = std::max(longestAwayNs, world.engine.clock().nowNs() - diedAt);
    REQUIRE(world.await([&] { return truth(world.events.of("spanState").back(), "up"); }, 30'000));
    world.step(3'000);
    const std::size_t answered = world.events.of("legAnswered").size();
    const Handle leg = world.dial("3");
    dialled++;
    CHECK(world.await([&] { return world.events.of("legAnswered").size() > answered; }));
    CHECK(world.stack->clear(leg, {}) == Status::ok);
    world.step(200);
  }
  CHECK(longestAwayNs < 2'000'000'000);
  CHECK(world.of("legEnded", other).empty());
  const auto frames = static_cast<std::size_t>((world.engine.clock().nowNs() - beganAt) / 20'000'000);
  const std::vector<std::int16_t>& heard = party.heard();
  CHECK(heard.size() + 2 * kFrameSamples >= frames * kFrameSamples);
  std::size_t silentFrames = 0;
  for (std::size_t at = kFrameSamples * 2; at + kFrameSamples <= heard.size(); at += kFrameSamples) {
    if (std::all_of(heard.begin() + static_cast<std::ptrdiff_t>(at), heard.begin() + static_cast<std::ptrdiff_t>(at + kFrameSamples),
                    [](std::int16_t sample) { return sample == 0; }))
      silentFrames++;
  }
  CHECK(silentFrames == 0);
  MESSAGE(kills << " kills, seed 20261123: " << dialled << " calls out, " << world.events.of("legIncoming").size() << " in, isdnd away for at most "
                << longestAwayNs / 1'000'000 << " ms");
  std::map<Handle, int> ends;
  for (const Event& ended : world.events.of("legEnded")) CHECK(++ends[ended.subject] == 1);
  CHECK(ends.size() == dialled + world.events.of("legIncoming").size());
  world.step(2'000);  // What was being cleared at the last kill has gone.
  world.exchange->heard.clear();
  world.exchange->say(isdn::QuerySpan{.span = kSpan});
  world.step(20);
  CHECK(world.exchange->all<isdn::SpanStatus>().at(0).calls == 0);
  CHECK(world.exchange->all<isdn::SpanStatus>().at(0).busyChannels == 0);
}
