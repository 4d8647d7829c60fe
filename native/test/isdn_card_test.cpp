// SPDX-License-Identifier: GPL-3.0-or-later
#include "isdn_card_world.hpp"

#include <csignal>
#include <set>

using namespace branchline;
using namespace branchline::test;

namespace {

using Action = FarEndStep::Action;

const std::vector<FarEnd> kSubscribers = {
    {"01632960200", {ringFor(1000), stepOf(Action::answer)}, ""},
    {"01632960201", {refuse(CallTone::busy)}, ""},
    {"01632960203", {refuse(CallTone::busy, 21)}, ""},
    {"01632960204", {refuse(CallTone::unobtainable)}, ""},
    {"01632960206", {ringFor(1000), stepOf(Action::answer), {.action = Action::wait, .milliseconds = 1000}, stepOf(Action::hangUp)}, ""},
    {"01632960208", {ringFor(200), stepOf(Action::answer), speakTone()}, ""},
    {"01632960209", {refuse(CallTone::congestion)}, ""},
    {"01632960210", {speakTone()}, ""},
};

}  // namespace

TEST_CASE("a call over each span of the virtual card rings, answers and carries audio, and its channel shows it") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  for (const int span : {kE1, kPointToPoint, kBus}) {
    CAPTURE(span);
    const Handle leg = world.dial(span, "01632960208");
    const Event seized = world.awaitOne("legSeized", leg);
    const Event progress = world.awaitOne("legProgress", leg);
    CHECK(number(progress, "sipStatus") == 180);
    CHECK(truth(progress, "earlyMedia"));
    const Event answered = world.awaitOne("legAnswered", leg);
    CHECK(answered.atNs - progress.atNs >= 200'000'000);
    const int channel = static_cast<int>(number(world.farEnd("called").back(), "channel"));
    CHECK(world.useOf(channel) == "talking");
    world.step(500);
    CHECK(world.engine.levels(leg).receivedDbm0 == doctest::Approx(-10).epsilon(0.1));
    CHECK(world.isdn->stack().clear(leg, {.q850 = 16}) == Status::ok);
    CHECK(number(world.awaitOne("legEnded", leg), "q850") == 16);
    REQUIRE(world.await([&] { return !world.farEnd("released").empty() && world.useOf(channel) == "idle"; }));
    CHECK(number(world.farEnd("released").back(), "cause") == 16);
  }
}

TEST_CASE("refusals come with the exact cause and who said it") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  struct Row {
    const char* called;
    int cause;
    isdn::Location location;
  };
  for (const Row& row : {Row{"01632960201", 17, isdn::Location::user}, Row{"01632960203", 21, isdn::Location::user},
                         Row{"01632960204", 1, isdn::Location::publicLocal}, Row{"01632960209", 42, isdn::Location::publicLocal},
                         Row{"0999", 1, isdn::Location::publicLocal}}) {
    CAPTURE(row.called);
    const Event ended = world.awaitOne("legEnded", world.dial(kE1, row.called));
    CHECK(number(ended, "q850") == row.cause);
    CHECK(number(ended, "location") == static_cast<int>(row.location));
    CHECK(text(ended, "by") == "peer");
    CHECK(truth(ended, "sent"));
  }
  const Handle leg = world.dial(kE1, "01632960206");
  CHECK(number(world.awaitOne("legEnded", leg), "q850") == 16);
  CHECK(world.of("legAnswered", leg).size() == 1);
}

TEST_CASE("what is to be heard before answer is heard, and numbers of every type reach the subscriber") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  const Handle leg = world.dial(kE1, "01632960210");
  CHECK(number(world.awaitOne("legProgress", leg), "sipStatus") == 183);
  world.step(500);
  CHECK(world.engine.levels(leg).receivedDbm0 == doctest::Approx(-10).epsilon(0.1));
  CHECK(world.of("legAnswered", leg).empty());
  for (const auto& [digits, type] : {std::pair{"441632960200", 1}, std::pair{"1632960200", 2}, std::pair{"01632960200", 0}}) {
    CAPTURE(digits);
    const Handle called = world.dial(kE1, digits, {.called = {.type = static_cast<std::uint8_t>(type)}});
    world.awaitOne("legAnswered", called);
  }
}

TEST_CASE("a subscriber calls in with all that ISDN carries, and hears its script's call end with our cause") {
  CardWorld world;
  IsdnCaller caller{.called = {.digits = "960100", .type = 4},
                    .calledSubaddress =
                        "\x50"
                        "12",
                    .calling = {.digits = "1632960205", .type = 2, .plan = 1, .presentation = 0, .screening = 3},
                    .callingName = "Alice Example",
                    .redirecting = {.digits = "1632960300", .type = 2},
                    .redirectReason = 15,
                    .farEnd = {"", {speakTone()}, ""}};
  CHECK(world.card.isdn()->exchange().callIn(kE1, caller) == Status::ok);
  const Event offered = world.incoming();
  CHECK(text(offered, "kind") == "isdn");
  CHECK(text(offered, "to") == "960100");
  CHECK(number(offered, "calledType") == 4);
  CHECK(text(offered, "calling") == "1632960205");
  CHECK(number(offered, "callingType") == 2);
  CHECK(number(offered, "callingScreening") == 3);
  CHECK(text(offered, "fromName") == "Alice Example");
  CHECK(text(offered, "redirecting") == "1632960300");
  const Handle leg = offered.subject;
  CHECK(world.isdn->stack().ring(leg, false) == Status::ok);
  world.step(500);
  CHECK(world.isdn->stack().answer(leg) == Status::ok);
  world.awaitOne("legAnswered", leg);
  world.step(500);
  CHECK(world.engine.levels(leg).receivedDbm0 == doctest::Approx(-10).epsilon(0.1));
  CHECK(world.events.of("farEndAnswered").size() == 1);
  CHECK(world.isdn->stack().clear(leg, {.q850 = 16}) == Status::ok);
  CHECK(world.await([&] { return world.events.of("farEndEnded").size() == 1; }));

  CHECK(world.card.isdn()->exchange().callIn(kE1, caller) == Status::ok);
  const Handle refused = world.incoming().subject;
  CHECK(world.isdn->stack().clear(refused, {.q850 = 21}) == Status::ok);
  REQUIRE(world.await([&] { return world.farEnd("released").size() == 2; }));
  CHECK(number(world.farEnd("released").back(), "cause") == 21);

  CHECK(world.card.isdn()->exchange().callIn(kE1, caller) == Status::ok);
  const Event third = world.incoming();
  CHECK(world.card.hangUp(static_cast<int>(number(world.events.of("channelState").back(), "channel"))) == Status::ok);
  CHECK(number(world.awaitOne("legEnded", third.subject), "q850") == 16);
}

TEST_CASE("digits one by one reach the subscriber, and come in until the number has its length") {
  CardWorld world([](IsdnSpanOptions& span) {
    span.configuration.overlap = true;
    span.ddiDigits = 6;
  });
  world.card.setFarEnds(kSubscribers);
  CHECK(world.card.isdn()->exchange().callIn(kE1, {.called = {.digits = "960100"}, .overlap = true, .farEnd = {"", {}, ""}}) == Status::ok);
  CHECK(text(world.incoming(), "to") == "960100");
}

TEST_CASE("an isdnd that dies, on either side, takes only its own calls, and calls come through again") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  for (const bool near : {true, false}) {
    CAPTURE(near);
    const Handle leg = world.dial(kE1, "01632960200");
    world.awaitOne("legAnswered", leg);
    const std::size_t released = world.events.of("farEndEnded").size();
    kill(near ? world.isdn->stack().isdndPid() : world.card.isdn()->exchange().isdndPid(), SIGKILL);
    CHECK(number(world.awaitOne("legEnded", leg), "q850") > 0);
    CHECK(world.await([&] { return world.events.of("farEndEnded").size() == released + 1; }));
    REQUIRE(world.await([&] { return world.isUp(kE1); }, 60'000));
    world.step(5'000);
    const Handle again = world.dial(kE1, "01632960200");
    world.awaitOne("legAnswered", again);
    CHECK(world.isdn->stack().clear(again, {}) == Status::ok);
    world.step(500);
  }
}

TEST_CASE("a card that is pulled ends its calls at once, says so of every channel, and is in service again when it is back") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  std::vector<Handle> legs;
  for (const int span : {kE1, kE1, kPointToPoint}) legs.push_back(world.dial(span, "01632960200"));
  for (const Handle leg : legs) world.awaitOne("legAnswered", leg);
  CHECK(world.card.pull() == Status::ok);
  world.step(100);
  for (const Handle leg : legs) {
    CHECK(number(world.awaitOne("legEnded", leg), "q850") == 27);
    CHECK(text(world.awaitOne("legEnded", leg), "by") == "line");
  }
  for (const int span : {kE1, kPointToPoint, kBus}) {
    CHECK_FALSE(world.isUp(span));
    CHECK(world.isdn->stack().dial(span, {.called = {.digits = "1"}}).status == Status::unavailable);
  }
  std::set<std::int64_t> removed;
  for (const Event& event : world.events.of("channelState")) {
    if (text(event, "state") == "removed") removed.insert(number(event, "channel"));
  }
  CHECK(removed.size() == 34);
  for (const std::int64_t channel : removed) CHECK(world.useOf(static_cast<int>(channel)) == "removed");  // Those of the calls as well.
  CHECK(text(world.events.of("spanAlarm").back(), "alarms") == "removed");

  CHECK(world.card.restore() == Status::ok);
  REQUIRE(world.await([&] { return world.isUp(kE1); }));
  world.step(5'000);
  for (const int span : {kE1, kPointToPoint, kBus}) world.awaitOne("legAnswered", world.dial(span, "01632960200"));
}

TEST_CASE("an alarm of a span is told and silences its D channel; frames that are lost are sent again, and a cut one is down") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  CHECK(world.card.setSpan(kE1, {.alarms = kAlarmRed}) == Status::ok);
  REQUIRE(world.await([&] { return !world.isUp(kE1); }, 60'000));
  CHECK(text(world.events.of("spanAlarm").back(), "alarms") == "red");
  CHECK(world.card.setSpan(kE1, {}) == Status::ok);
  REQUIRE(world.await([&] { return world.isUp(kE1); }, 60'000));
  CHECK(text(world.events.of("spanAlarm").back(), "alarms").empty());
  world.step(5'000);

  DChannelRelay& relay = *world.card.isdn()->exchange().relayOf(kE1);
  relay.setFaults({.loss = 0.1, .delayMs = 100});
  for (int i = 0; i < 10; i++) {
    const Handle leg = world.dial(kE1, "01632960200");
    world.awaitOne("legAnswered", leg);
    CHECK(world.isdn->stack().clear(leg, {}) == Status::ok);
    world.step(1'000);
  }
  relay.setFaults({.cut = true});
  CHECK(world.await([&] { return !world.isUp(kE1); }, 60'000));
  relay.setFaults({});
  CHECK(world.await([&] { return world.isUp(kE1); }, 60'000));
}

TEST_CASE("a span that is configured anew ends its calls and works the new way, the exchange with it") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  const Handle leg = world.dial(kE1, "01632960200");
  world.awaitOne("legAnswered", leg);
  IsdnSpanOptions span{.configuration = {.span = kE1, .switchType = isdn::SwitchType::qsig, .node = isdn::Node::network}};
  span.configuration.channels = IsdnCard::bearersOf(world.card, kE1);
  CHECK(world.card.isdn()->follow(span.configuration) == Status::ok);
  CHECK(world.isdn->configure(span) == Status::ok);
  CHECK(number(world.awaitOne("legEnded", leg), "q850") == 41);
  REQUIRE(world.await([&] { return world.isUp(kE1); }, 60'000));
  world.step(5'000);
  world.awaitOne("legAnswered", world.dial(kE1, "01632960200"));
  span.configuration.span = 9;
  CHECK(world.isdn->configure(span) == Status::invalidArgument);
}
