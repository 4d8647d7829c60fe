// SPDX-License-Identifier: GPL-3.0-or-later
#include "isdn_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

struct Answered : IsdnWorld {
  Answered()
      : IsdnWorld([](isdn::ConfigureSpan& network, IsdnSpanOptions& span) {
          network.hold = network.transfer = span.configuration.hold = true;
          span.configuration.toneSeconds = 10;
        }) {
    exchange->answerAll();
  }
  Handle answeredLeg() {
    const std::size_t before = events.of("legAnswered").size();
    const Handle leg = dial("1");
    REQUIRE(await([&] { return events.of("legAnswered").size() > before; }));
    return leg;
  }
  std::uint32_t callThere() { return exchange->all<isdn::Setup>().back().call; }
};

}  // namespace

TEST_CASE("a leg on hold has let go of its B-channel's audio, and has that of the channel on which it is retrieved") {
  Answered world;
  const Handle leg = world.answeredLeg();
  CHECK(world.ports.channels == std::vector<int>{1});
  CHECK(world.stack->hold(leg) == Status::ok);
  world.step(60);
  CHECK(text(world.one("legHeld", leg), "by") == "us");
  world.answeredLeg();  // On channel 2: that of the call on hold is taken last.
  CHECK(world.stack->retrieve(leg) == Status::ok);
  world.step(60);
  CHECK(number(world.one("legRetrieved", leg), "channel") == 1);
  CHECK(world.ports.channels == std::vector<int>{1, 2, 1});
  CHECK(world.stack->retrieve(leg) == Status::ok);
  world.step(60);
  CHECK(text(world.one("legServiceRefused", leg), "service") == "retrieve");
  CHECK(world.of("legEnded", leg).empty());
}

TEST_CASE("the far end holds and retrieves, changes its party, charges, and notifies: the leg's events say so") {
  Answered world;
  const Handle leg = world.answeredLeg();
  const std::uint32_t there = world.callThere();
  const auto say = [&](const isdn::Message& message) {
    world.exchange->say(message);
    world.step(60);
  };
  say(isdn::Hold{.span = kSpan, .call = there});
  CHECK(text(world.one("legHeld", leg), "by") == "peer");
  say(isdn::Retrieve{.span = kSpan, .call = there});
  CHECK(text(world.one("legRetrieved", leg), "by") == "peer");
  say(isdn::PartyChanged{.span = kSpan, .call = there, .number = {.digits = "2079460777", .type = 2}});
  CHECK(text(world.of("legPartyChanged", leg).back(), "number") == "2079460777");
  say(isdn::Notify{.span = kSpan, .call = there, .indicator = 0x79});
  CHECK(number(world.one("legNotified", leg), "indicator") == 0x79);
  say(isdn::Charge{.span = kSpan, .call = there, .kind = isdn::Charge::Kind::units, .units = 3});
  CHECK(number(world.one("legCharge", leg), "units") == 3);
  say(isdn::Tariff{.span = kSpan, .call = there, .item = 3, .rate = isdn::Tariff::Rate::flat, .amount = {.cost = 5, .currency = "GBP"}});
  CHECK(text(world.one("legTariff", leg), "currency") == "GBP");
}

TEST_CASE("two legs are joined by the exchange that is asked to, and one that is no more can't be") {
  Answered world;
  const Handle first = world.answeredLeg();
  CHECK(world.stack->hold(first) == Status::ok);
  world.step(60);
  const Handle second = world.answeredLeg();
  CHECK(world.stack->transfer(first, second) == Status::ok);
  CHECK(world.await([&] { return !world.exchange->all<isdn::Transfer>().empty(); }));
  const isdn::Transfer asked = world.exchange->all<isdn::Transfer>()[0];
  world.exchange->say(isdn::TransferAnswer{.span = kSpan, .call = asked.call, .granted = true});
  for (const std::uint32_t call : {asked.call, asked.other}) world.exchange->say(isdn::Clear{.span = kSpan, .call = call});
  world.step(100);
  for (const Handle leg : {first, second}) CHECK(number(world.one("legEnded", leg), "q850") == 16);

  const Handle alone = world.answeredLeg();
  CHECK(world.stack->transfer(alone, second) == Status::ok);
  world.step(60);
  CHECK(text(world.one("legServiceRefused", alone), "service") == "transfer");
}

TEST_CASE("a tone behind a DISCONNECT is heard on the leg until the span's time is over, or the leg is cleared") {
  for (const bool clears : {false, true}) {
    CAPTURE(clears);
    Answered world;
    world.exchange->on = nullptr;
    const Handle leg = world.dial("1");
    REQUIRE(world.await([&] { return !world.exchange->all<isdn::Setup>().empty(); }));
    world.exchange->say(isdn::Clear{.span = kSpan, .call = world.callThere(), .cause = 1, .inband = true});
    world.step(100);
    CHECK(truth(world.of("legProgress", leg).back(), "earlyMedia"));
    CHECK(world.of("legEnded", leg).empty());
    if (clears) CHECK(world.stack->clear(leg, {}) == Status::ok);
    world.step(clears ? 100 : 10'100);
    CHECK(number(world.one("legEnded", leg), "q850") == (clears ? 16 : 1));
    CHECK(world.exchange->all<isdn::Released>().size() == 1);
  }
}

TEST_CASE("NFAS: a channel of another interface is that span's") {
  IsdnWorld world([](isdn::ConfigureSpan& network, IsdnSpanOptions& span) {
    network.channels = span.configuration.channels = 0b10;
    network.nfas = span.configuration.nfas = {0b110};
    span.nfasSpans = {7};
  });
  world.callIn(1, "1");
  world.callIn(2, "1");
  CHECK(number(world.events.of("legIncoming")[0], "span") == kSpan);
  CHECK(number(world.events.of("legIncoming")[1], "span") == 7);
  CHECK(number(world.events.of("legIncoming")[1], "channel") == 1);
}
