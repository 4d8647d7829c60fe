// SPDX-License-Identifier: GPL-3.0-or-later
// Overlap sending: digits of a called number that follow the SETUP, one INFORMATION each.
#include "isdn_legs_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

struct Overlap : IsdnWorld {
  Overlap() : IsdnWorld([](isdn::ConfigureSpan& network, IsdnSpanOptions& span) { network.overlap = span.configuration.overlap = true; }) {}
  std::string dialledOneByOne() {
    std::string all;
    for (const auto& information : exchange->all<isdn::Information>()) {
      CHECK(information.digits.size() <= 1);
      all += information.digits;
    }
    return all;
  }
};

}  // namespace

TEST_CASE("no digit goes before SETUP ACKNOWLEDGE, and none that waits after the exchange has enough") {
  for (const bool enough : {false, true}) {
    CAPTURE(enough);
    KeptEvents events;
    Engine engine{{.stepped = true, .maxHandles = 16}, events};
    Nobody owner;
    KeptMessages host;
    IsdnLegs legs{engine, owner, events, host, nullptr};
    const Handle leg = engine.createLeg(owner);
    legs.dial(leg, {.span = kSpan, .call = 5, .complete = false}, "02");
    legs.dialMore(leg, "07");
    CHECK(host.sent.size() == 1);
    if (enough) legs.on(isdn::Proceeding{.span = kSpan, .call = 5});
    legs.on(isdn::SetupAck{.span = kSpan, .call = 5});
    REQUIRE(host.sent.size() == (enough ? 1 : 2));
    if (!enough) CHECK(std::get<isdn::Information>(host.sent[1]).digits == "0207");
  }
}

TEST_CASE("digits wait for SETUP ACKNOWLEDGE and then go one by one; more may follow until the exchange has enough") {
  Overlap world;
  const Handle leg = world.dial("", {.complete = false, .furtherDigits = "0207"});
  CHECK(world.stack->dialMore(leg, "946") == Status::ok);
  REQUIRE(world.await([&] { return world.dialledOneByOne() == "0207946"; }));
  const isdn::Setup setup = world.exchange->all<isdn::Setup>().at(0);
  CHECK(setup.called.digits.empty());
  CHECK_FALSE(setup.complete);
  CHECK(world.stack->dialMore(leg, "0#") == Status::ok);
  REQUIRE(world.await([&] { return world.dialledOneByOne() == "02079460#"; }));
  world.exchange->say(isdn::Proceeding{.span = kSpan, .call = setup.call});
  world.step(60);
  CHECK(world.stack->dialMore(leg, "1") == Status::ok);
  world.step(60);
  const Event refused = world.one("legServiceRefused", leg);
  CHECK(text(refused, "service") == "dialMore");
  CHECK(number(refused, "q850") == 101);
  CHECK(world.dialledOneByOne() == "02079460#");
  CHECK(world.of("legEnded", leg).empty());
}

TEST_CASE("a number that leaves whole may go on, and one that is complete may not") {
  Overlap world;
  const Handle open = world.dial("0207", {.complete = false});
  REQUIRE(world.await([&] { return !world.exchange->all<isdn::Setup>().empty(); }));
  CHECK(world.exchange->all<isdn::Setup>().at(0).called.digits == "0207");
  CHECK(world.stack->dialMore(open, "9") == Status::ok);
  CHECK(world.await([&] { return world.dialledOneByOne() == "9"; }));
  const Handle complete = world.dial("0207");
  CHECK(world.stack->dialMore(complete, "9") == Status::ok);
  world.step(100);
  CHECK(text(world.one("legServiceRefused", complete), "service") == "dialMore");
  CHECK(world.exchange->all<isdn::Setup>().at(1).complete);
}

TEST_CASE("what is no digit is refused, as is a complete number with digits to follow") {
  Overlap world;
  const Handle leg = world.dial("0207", {.complete = false});
  CHECK(world.stack->dialMore(leg, "") == Status::invalidArgument);
  CHECK(world.stack->dialMore(leg, "12a") == Status::invalidArgument);
  CHECK(world.stack->dialMore(leg, std::string(isdn::kMaxDigits + 1, '1')) == Status::invalidArgument);
  CHECK(world.stack->dial(kSpan, {.called = {.digits = "1"}, .furtherDigits = "2"}).status == Status::invalidArgument);
  CHECK(world.stack->dial(kSpan, {.complete = false, .furtherDigits = "x"}).status == Status::invalidArgument);
}
