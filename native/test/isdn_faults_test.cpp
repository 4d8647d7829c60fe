// SPDX-License-Identifier: GPL-3.0-or-later
// What the exchange of the virtual card does wrong with ISDN calls, and what its far ends do over B-channels.
#include "isdn_card_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

using Action = FarEndStep::Action;

const std::vector<FarEnd> kSubscribers = {
    {"01632960200", {ringFor(1000), stepOf(Action::answer)}, ""},
    {"01632960203", {refuse(CallTone::busy, 21)}, ""},
    {"01632960206", {ringFor(1000), stepOf(Action::answer), {.action = Action::wait, .milliseconds = 1000}, stepOf(Action::hangUp)}, ""},
    {"01632960208", {ringFor(200), stepOf(Action::answer), speakTone()}, ""},
};

}  // namespace

TEST_CASE(
    "an exchange refuses every call of a span, or calls to one number, with the cause it is told, and says a wrong one when a subscriber clears") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  IsdnSpans& spans = *world.card.isdn();
  const auto causeOf = [&](int span, const char* called) { return number(world.awaitOne("legEnded", world.dial(span, called)), "q850"); };
  spans.setFaults(kE1, {.exchange = {.refuseWith = 38, .refusals = {{"01632960200", 22}}}});
  CHECK(causeOf(kE1, "01632960200") == 22);
  CHECK(causeOf(kE1, "01632960208") == 38);
  CHECK(world.events.of("farEndAnswered").empty());
  CHECK(world.await([&] { return world.farEnd("released").size() == 2; }));
  CHECK(causeOf(kPointToPoint, "01632960203") == 21);  // Another span is well.
  spans.setFaults(kE1, {.exchange = {.wrongCause = 127}});
  CHECK(causeOf(kE1, "01632960203") == 127);
  CHECK(causeOf(kE1, "01632960206") == 127);  // It answers, and clears.
  spans.setFaults(kE1, {});
  CHECK(causeOf(kE1, "01632960203") == 21);
}

TEST_CASE("with overlap a number is refused as soon as it is the one") {
  CardWorld world([](IsdnSpanOptions& span) { span.configuration.overlap = true; });
  world.card.setFarEnds(kSubscribers);
  world.card.isdn()->setFaults(kE1, {.exchange = {.refusals = {{"01632960200", 22}}}});
  CHECK(number(world.awaitOne("legEnded", world.dial(kE1, "01632960200")), "q850") == 22);
}

TEST_CASE("an exchange tells the answer late, and not at all where the subscriber has cleared by then") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  world.card.isdn()->setFaults(kE1, {.exchange = {.lateConnectMs = 3'000}});
  const Handle leg = world.dial(kE1, "01632960200");
  const Event answered = world.awaitOne("legAnswered", leg);
  const Event heard = world.events.of("farEndAnswered").back();
  CHECK(answered.atNs - heard.atNs >= 3'000'000'000);
  CHECK(answered.atNs - heard.atNs <= 3'100'000'000);
  const Handle cleared = world.dial(kE1, "01632960206");
  CHECK(number(world.awaitOne("legEnded", cleared), "q850") == 16);
  world.step(5'000);
  CHECK(world.of("legAnswered", cleared).empty());
}

TEST_CASE("a bus whose TEI is taken away and refused gets no call, none hangs, and calls come through once TEIs are given again") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  const Handle before = world.dial(kBus, "01632960200");
  world.awaitOne("legAnswered", before);
  world.card.isdn()->setFaults(kBus, {.dChannel = {.refuseTei = true}});
  REQUIRE(world.await([&] { return !world.of("legEnded", before).empty(); }, 60'000));
  const Handle refused = world.dial(kBus, "01632960200");
  REQUIRE(world.await([&] { return !world.of("legEnded", refused).empty(); }, 60'000));
  CHECK(world.of("legAnswered", refused).empty());
  CHECK(text(world.of("legEnded", refused)[0], "by") == "line");
  world.card.isdn()->setFaults(kBus, {});
  world.step(60'000);
  world.awaitOne("legAnswered", world.dial(kBus, "01632960200"));
}

TEST_CASE("a RESTART of one channel by the exchange ends its call with cause 41 and no other; one of the whole span all of them") {
  CardWorld world;
  world.card.setFarEnds(kSubscribers);
  const Handle one = world.dial(kE1, "01632960200");
  world.awaitOne("legAnswered", one);
  const Handle two = world.dial(kE1, "01632960200");
  world.awaitOne("legAnswered", two);
  world.card.isdn()->restart(kE1, 2);
  CHECK(number(world.awaitOne("legEnded", two), "q850") == 41);
  CHECK(text(world.awaitOne("legEnded", two), "by") == "peer");
  CHECK(world.of("legEnded", one).empty());
  CHECK(world.await([&] { return world.events.of("farEndEnded").size() == 1; }));
  world.card.isdn()->restart(kE1, 0);
  CHECK(number(world.awaitOne("legEnded", one), "q850") == 41);
  world.step(6'000);
  world.awaitOne("legAnswered", world.dial(kE1, "01632960200"));
}

TEST_CASE("what a span cannot be made to do is refused with what to change") {
  CardWorld world;
  IsdnSpans& spans = *world.card.isdn();
  CHECK_THROWS_WITH(spans.setFaults(1, {}), "span 1 is not ISDN: choose one of 2 to 4");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.dChannel = {.loss = 1.5}}), "dChannel.loss must be 0 ... 1");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.dChannel = {.delayMs = -1}}), "dChannel.delayMs must be 0 ... 10000");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.exchange = {.refuseWith = 128}}), "exchange.refuseWith must be 1 ... 127 (Q.850)");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.exchange = {.wrongCause = -1}}), "exchange.wrongCause must be 1 ... 127 (Q.850)");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.exchange = {.lateConnectMs = 60'001}}), "exchange.lateConnectMs must be 0 ... 60000");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.exchange = {.refusals = {{"12a", 1}}}}),
                    "exchange.refusals: \"12a\" is no number: give 1 to 63 of 0-9, * and #");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.exchange = {.refusals = {{"12", 0}}}}), "exchange.refusals: the cause for 12 must be 1 ... 127 (Q.850)");
  CHECK_THROWS_WITH(spans.setFaults(kE1, {.dChannel = {.refuseTei = true}}),
                    "dChannel.refuseTei: TEIs are asked for on point to multipoint only: leave it out, or change the span's access");
  CHECK_THROWS_WITH(spans.restart(kBus, 0), "a point to multipoint span knows no RESTART: choose another span, or change its access");
  CHECK_THROWS_WITH(spans.restart(kE1, 16), "span 2 has no B-channel 16: name one of its timeslots, or none for all");
}

TEST_CASE("a far end waits for keys on a B-channel, and clears with its own cause, called or calling") {
  CardWorld world;
  const FarEndStep expect{.action = Action::expect, .milliseconds = 5'000, .digits = "42", .otherwise = FarEndStep::Otherwise::hangUp};
  const FarEndStep clear{.action = Action::hangUp, .q850 = 31};
  world.card.setFarEnds({{"01632960200", {stepOf(Action::answer), expect, clear}, ""}});
  const Handle keyed = world.dial(kE1, "01632960200");
  world.awaitOne("legAnswered", keyed);
  world.step(200);
  CHECK(world.engine.sendInBandDigits(keyed, "42", 100, 100) == Status::ok);
  CHECK(number(world.awaitOne("legEnded", keyed), "q850") == 31);
  const Handle silent = world.dial(kE1, "01632960200");
  const std::int64_t answeredNs = world.awaitOne("legAnswered", silent).atNs;
  const Event ended = world.awaitOne("legEnded", silent);
  CHECK(number(ended, "q850") == 16);
  CHECK(ended.atNs - answeredNs > 4'900'000'000);
  CHECK(world.card.isdn()->exchange().callIn(kE1, {.called = {.digits = "100"}, .farEnd = {"", {expect, clear}, ""}}) == Status::ok);
  const Handle calling = world.incoming().subject;
  CHECK(world.isdn->stack().answer(calling) == Status::ok);
  world.awaitOne("legAnswered", calling);
  world.step(200);
  CHECK(world.engine.sendInBandDigits(calling, "42", 100, 100) == Status::ok);
  CHECK(number(world.awaitOne("legEnded", calling), "q850") == 31);
}
