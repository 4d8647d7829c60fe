// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_world.hpp"

using namespace branchline::isdn;
using namespace branchline::isdn::test;

namespace {

void allowAll(ConfigureSpan& span) { span.hold = span.transfer = true; }

void endAll(World& world) {
  for (std::uint32_t call = 1; call <= 3; call++) world.user().say(Clear{.span = kSpan, .call = call});
  world.run(1);
  checkIdle(world);
}

}  // namespace

TEST_CASE("a call on hold has no B-channel, which another call may have where there is no other, and is retrieved on a channel that is free") {
  Primary world([](ConfigureSpan& span) {
    allowAll(span);
    span.channels = 0b110;
  });
  const std::uint32_t there = world.answered(1);
  world.user().say(Hold{.span = kSpan, .call = 1});
  world.run(0.1);
  CHECK(world.user().one<HoldAnswer>().granted);
  CHECK(world.user().one<HoldAnswer>().channel == 0);
  CHECK(world.network().one<Hold>().call == there);
  CHECK(world.user().status().busyChannels == 0);
  CHECK(world.network().status().busyChannels == 0);

  for (const std::uint32_t call : {2U, 3U}) {
    world.user().say(setupTo("1", call));
    world.run(0.01);
    CHECK(world.user().all<Seized>().back().channel == (call == 2 ? 2 : 1));
  }
  world.user().say(Clear{.span = kSpan, .call = 2});
  world.run(0.1);
  world.user().say(Retrieve{.span = kSpan, .call = 1});
  world.run(0.1);
  CHECK(world.user().one<RetrieveAnswer>().granted);
  CHECK(world.user().one<RetrieveAnswer>().channel == 2);
  CHECK(world.network().one<Retrieve>().channel == 2);
  CHECK(world.network().status().busyChannels == 0b110);
  endAll(world);
}

TEST_CASE("a call has the B-channel back that it left for hold, as long as others were free") {
  Primary world([](ConfigureSpan& span) {
    allowAll(span);
    span.selection = Selection::descending;
    span.channels = 0b1110;
  });
  const std::uint32_t there = world.answered(1);
  CHECK(world.user().one<Seized>().channel == 3);
  for (const bool ours : {true, false}) {
    CAPTURE(ours);
    Side& side = ours ? world.user() : world.network();
    const std::uint32_t call = ours ? 1 : there;
    side.say(Hold{.span = kSpan, .call = call});
    world.run(0.1);
    world.user().say(setupTo("1", ours ? 2 : 3));
    world.run(0.1);
    CHECK(world.user().all<Seized>().back().channel == (ours ? 2 : 1));
    side.say(Retrieve{.span = kSpan, .call = call});
    world.run(0.1);
    CHECK(side.all<RetrieveAnswer>().back().channel == 3);
  }
  endAll(world);
}

TEST_CASE("hold and retrieve by the network's side, and a held call that is cleared") {
  Primary world(allowAll);
  const std::uint32_t there = world.answered(1);
  world.network().say(Hold{.span = kSpan, .call = there});
  world.run(0.1);
  CHECK(world.user().one<Hold>().call == 1);
  world.network().say(Retrieve{.span = kSpan, .call = there, .channel = 7});
  world.run(0.1);
  CHECK(world.user().one<Retrieve>().channel == 7);
  CHECK(world.network().one<RetrieveAnswer>().channel == 7);
  world.network().say(Hold{.span = kSpan, .call = there});
  world.run(0.1);
  world.network().say(Clear{.span = kSpan, .call = there, .cause = 17});
  world.run(0.1);
  CHECK(world.user().one<Released>().cause == 17);
  checkIdle(world);
}

TEST_CASE("hold is refused where the span does not allow it, retrieve where no channel is left, and the call is as it was") {
  Primary forbidden;
  forbidden.answered(1);
  forbidden.user().say(Hold{.span = kSpan, .call = 1});
  forbidden.user().say(Retrieve{.span = kSpan, .call = 1});
  forbidden.run(0.1);
  CHECK_FALSE(forbidden.user().one<HoldAnswer>().granted);
  CHECK(forbidden.user().one<HoldAnswer>().cause == 69);
  CHECK(forbidden.user().one<HoldAnswer>().channel == 1);
  CHECK_FALSE(forbidden.user().one<RetrieveAnswer>().granted);
  CHECK(forbidden.user().status().busyChannels == 0b10);
  endAll(forbidden);

  Primary full([](ConfigureSpan& span) {
    allowAll(span);
    span.channels = 0b10;
  });
  full.answered(1);
  full.user().say(Hold{.span = kSpan, .call = 1});
  full.run(0.1);
  full.answered(2);
  full.user().say(Retrieve{.span = kSpan, .call = 1});
  full.run(0.1);
  CHECK_FALSE(full.user().one<RetrieveAnswer>().granted);
  CHECK(full.user().one<RetrieveAnswer>().cause == 34);
  CHECK(full.user().status().calls == 2);
  endAll(full);
}

TEST_CASE("both sides hold, and retrieve, at the same moment: one request stands, and no channel is lost") {
  Primary world(allowAll);
  const std::uint32_t there = world.answered(1);
  for (int round = 0; round < 3; round++) {
    world.user().say(Hold{.span = kSpan, .call = 1});
    world.network().say(Hold{.span = kSpan, .call = there});
    world.run(10);
    CHECK(world.user().status().busyChannels == 0);
    CHECK(world.network().status().busyChannels == 0);
    world.user().say(Retrieve{.span = kSpan, .call = 1});
    world.network().say(Retrieve{.span = kSpan, .call = there});
    world.run(10);
    CHECK(world.user().status().busyChannels == world.network().status().busyChannels);
    CHECK(world.user().status().busyChannels != 0);
  }
  endAll(world);
}

TEST_CASE("explicit call transfer: the network is asked to join two calls, and lets the asking side go") {
  Primary world(allowAll);
  const std::uint32_t first = world.answered(1);
  world.user().say(Hold{.span = kSpan, .call = 1});
  world.run(0.1);
  const std::uint32_t second = world.answered(2);
  for (const bool granted : {false, true}) {
    CAPTURE(granted);
    world.forget();
    world.user().say(Transfer{.span = kSpan, .call = 1, .other = 2});
    world.run(0.5);
    const Transfer asked = world.network().one<Transfer>();
    CHECK(((asked.call == first && asked.other == second) || (asked.call == second && asked.other == first)));
    world.network().say(TransferAnswer{.span = kSpan, .call = asked.call, .granted = granted});
    world.run(0.5);
    CHECK(world.user().status().calls == 2);
  }
  for (const std::uint32_t call : {first, second}) world.network().say(Clear{.span = kSpan, .call = call});
  world.run(1);
  CHECK(world.user().all<Released>().size() == 2);
  checkIdle(world);
}

TEST_CASE("a transfer that can't be asked for is refused at once, and one that the span does not allow never reaches the add-on") {
  Primary world;
  world.answered(1);
  world.user().say(Transfer{.span = kSpan, .call = 1, .other = 99});
  world.run(0.1);
  CHECK_FALSE(world.user().one<TransferAnswer>().granted);
  world.answered(2);
  world.user().say(Transfer{.span = kSpan, .call = 1, .other = 2});
  world.run(10);
  CHECK_FALSE(world.network().has<Transfer>());
  CHECK(world.user().status().calls == 2);
  endAll(world);
}

TEST_CASE("QSIG and NI2 take a transfer's request, each by its own service") {
  for (const SwitchType type : {SwitchType::qsig, SwitchType::ni2}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) {
      allowAll(span);
      span.switchType = type;
      span.channels = 0x00FF'FFFE;
    });
    world.answered(1);
    world.answered(2);
    world.user().say(Transfer{.span = kSpan, .call = 1, .other = 2});
    world.run(1);
    CHECK_FALSE(world.user().has<TransferAnswer>());  // Asked; libpri's network side has no answer for these.
    CHECK(world.user().status().calls == 2);
    endAll(world);
  }
}

TEST_CASE("whom a call is with is told when it changes during the call") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::qsig}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) { span.switchType = type; });
    const std::uint32_t there = world.answered(1);
    world.forget();
    world.network().say(PartyChanged{.span = kSpan, .call = there, .number = {.digits = "2079460777", .type = 2}, .name = "Carol"});
    world.run(0.5);
    REQUIRE(world.user().has<PartyChanged>());
    CHECK(world.user().all<PartyChanged>().back().number.digits == "2079460777");
    CHECK(world.user().all<PartyChanged>().back().call == 1);
    if (type == SwitchType::qsig) CHECK(world.user().all<PartyChanged>().back().name == "Carol");
    endAll(world);
  }
}

TEST_CASE("a caller hears that the call is diverted, and whereto") {
  for (const SwitchType type : {SwitchType::euroIsdn, SwitchType::qsig}) {
    CAPTURE(static_cast<int>(type));
    Primary world([&](ConfigureSpan& span) { span.switchType = type; });
    world.user().say(setupTo("123"));
    world.run(0.01);
    const std::uint32_t there = world.network().one<Setup>().call;
    world.network().say(Diverted{.span = kSpan, .call = there, .to = {.digits = "2079460888", .type = 2}, .reason = 15});
    world.run(0.5);
    REQUIRE(world.user().has<Diverted>());
    CHECK(world.user().all<Diverted>().back().to.digits == "2079460888");
    CHECK(int{world.user().all<Diverted>().back().reason} == 15);
    endAll(world);
  }
}

TEST_CASE("a notification passes both ways") {
  Primary world;
  const std::uint32_t there = world.answered(1);
  world.network().say(Notify{.span = kSpan, .call = there, .indicator = 0x79});
  world.user().say(Notify{.span = kSpan, .call = 1, .indicator = 0x00});
  world.run(0.1);
  CHECK(int{world.user().one<Notify>().indicator} == 0x79);
  CHECK(int{world.network().one<Notify>().indicator} == 0);
  endAll(world);
}

TEST_CASE("advice of charge: rates as a call begins, sums while it lasts, the sum at its end, in money and in units") {
  Primary world;
  const std::uint32_t there = world.answered(1);
  const Tariff tariff{.span = kSpan,
                      .call = there,
                      .item = 2,
                      .rate = Tariff::Rate::duration,
                      .amount = {.cost = 12, .multiplier = 1, .currency = "GBP"},
                      .timeUnit = 60,
                      .timeScale = 2,
                      .stepwise = true};
  // libpri's network side calls every sum a part: the wire makes the first one the total (typeOfChargingInfo, EN 300 182-1).
  bool first = true;
  world.rewrite = [&](std::span<std::uint8_t> room, std::size_t size) {
    static constexpr std::uint8_t kSubTotal[] = {0x82, 0x01, 0x00};
    const auto found = std::search(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size), std::begin(kSubTotal), std::end(kSubTotal));
    if (first && found != room.begin() + static_cast<std::ptrdiff_t>(size)) {
      found[2] = 1;
      first = false;
    }
    return size;
  };
  world.network().say(Charge{.span = kSpan, .call = there, .total = true, .kind = Charge::Kind::units, .units = 7, .billing = 1});
  world.network().say(
      Charge{.span = kSpan, .call = there, .kind = Charge::Kind::currency, .amount = {.cost = 250, .multiplier = 0, .currency = "EUR"}});
  world.network().say(tariff);
  world.run(0.1);
  const Tariff heard = world.user().one<Tariff>();
  CHECK(heard.call == 1);
  CHECK(int{heard.item} == 2);
  CHECK(heard.rate == Tariff::Rate::duration);
  CHECK(heard.amount == tariff.amount);
  CHECK(heard.timeUnit == 60);
  CHECK(int{heard.timeScale} == 2);
  CHECK(heard.stepwise);
  const auto charges = world.user().all<Charge>();
  REQUIRE(charges.size() == 2);
  CHECK(charges[0].kind == Charge::Kind::units);
  CHECK(charges[0].units == 7);
  CHECK(charges[0].total);
  CHECK(int{charges[0].billing} == 1);
  CHECK_FALSE(charges[0].final);
  CHECK(charges[1].amount == Amount{.cost = 250, .multiplier = 0, .currency = "EUR"});
  CHECK_FALSE(charges[1].total);

  world.forget();
  world.network().say(Charge{
      .span = kSpan, .call = there, .final = true, .kind = Charge::Kind::currency, .amount = {.cost = 99, .multiplier = 1, .currency = "GBP"}});
  world.network().say(Clear{.span = kSpan, .call = there});
  world.run(0.1);
  CHECK(world.user().one<Charge>().final);
  CHECK(world.user().one<Charge>().amount.cost == 99);
  // Before the call's last word.
  bool released = false;
  for (const Message& message : world.user().heard) {
    released = released || std::holds_alternative<Released>(message);
    if (std::holds_alternative<Charge>(message)) CHECK_FALSE(released);
  }
  checkIdle(world);
}
