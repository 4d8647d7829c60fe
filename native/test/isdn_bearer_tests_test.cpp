// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/g711.hpp"
#include "isdn/bit_error_test.hpp"
#include "isdn/loopback_test.hpp"
#include "isdn_card_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kFirstBearer = 3;  // B1 of the E1: after an FXO and an FXS port.
constexpr const char* kSubscriber = "01632960200";

Status startBitErrors(CardWorld& world, int channel, int seconds) {
  return world.isdn->tests().start(channel, std::make_unique<BitErrorTest>(seconds));
}

Status startLoopback(CardWorld& world, int channel) { return world.isdn->tests().start(channel, std::make_unique<LoopbackTest>()); }

Event awaitEnd(CardWorld& world, const char* type, int milliseconds = 10'000) {
  const std::size_t before = world.events.of(type).size();
  REQUIRE(world.await([&] { return world.events.of(type).size() > before; }, milliseconds));
  return world.events.of(type).back();
}

Event bitErrors(CardWorld& world, int seconds) {
  REQUIRE(startBitErrors(world, kFirstBearer, seconds) == Status::ok);
  return awaitEnd(world, "bitErrorTestEnded", (seconds + 6) * 1000);
}

double real(const Event& event, const char* name) {
  for (const auto& [field, value] : event.fields) {
    if (std::string_view(field) == name) return std::get<double>(value);
  }
  return -1;
}

}  // namespace

TEST_CASE("A-law decodes and encodes again to the same octet, all 256 of them") {
  for (int octet = 0; octet < 256; octet++) CHECK(linearToAlaw(alawToLinear(static_cast<std::uint8_t>(octet))) == octet);
}

TEST_CASE("a bit error test over a clean loop counts the bits of its seconds, and no error") {
  CardWorld world;
  REQUIRE(world.card.setLoop(kFirstBearer, true) == Status::ok);
  const Event ended = bitErrors(world, 3);
  CHECK(number(ended, "channel") == kFirstBearer);
  CHECK(text(ended, "end") == "done");
  CHECK(truth(ended, "synchronised"));
  CHECK(number(ended, "seconds") == 3);
  CHECK(number(ended, "bits") > 3 * 64'000);
  CHECK(number(ended, "bits") < 3 * 64'000 + 1280);
  CHECK(number(ended, "errors") == 0);
  CHECK(number(ended, "erroredSeconds") == 0);
  CHECK(number(ended, "syncLosses") == 0);
}

TEST_CASE("without a loop a bit error test says after five seconds that nothing of its pattern came back") {
  CardWorld world;
  const Event ended = bitErrors(world, 3);
  CHECK(text(ended, "end") == "done");
  CHECK_FALSE(truth(ended, "synchronised"));
  CHECK(number(ended, "bits") == 0);
}

TEST_CASE("clicks are errored seconds, slips are losses of the step, and noise is an error ratio") {
  CardWorld world;
  REQUIRE(world.card.setLoop(kFirstBearer, true) == Status::ok);
  world.card.impair(kFirstBearer, {.received = {.clicksPerMinute = 30}});
  const Event clicks = bitErrors(world, 20);
  CHECK(number(clicks, "errors") > 20);
  CHECK(number(clicks, "erroredSeconds") >= 3);
  CHECK(number(clicks, "erroredSeconds") <= 17);
  CHECK(number(clicks, "syncLosses") == 0);
  world.card.impair(kFirstBearer, {.received = {.slipsPerMinute = 30}});
  const Event slips = bitErrors(world, 20);
  CHECK(number(slips, "syncLosses") >= 3);
  CHECK(number(slips, "syncLosses") <= 20);
  CHECK(number(slips, "erroredSeconds") >= number(slips, "syncLosses") / 2);
  world.card.impair(kFirstBearer, {.received = {.noiseDbm0 = -45}});
  const Event noise = bitErrors(world, 5);
  CHECK(number(noise, "erroredSeconds") == 5);
  CHECK(number(noise, "errors") > 1000);
  world.card.impair(kFirstBearer, {});
  CHECK(number(bitErrors(world, 2), "errors") == 0);
}

TEST_CASE("a loopback test tells the delay and the level of what comes back, and whether anything does") {
  CardWorld world;
  REQUIRE(startLoopback(world, kFirstBearer) == Status::ok);
  CHECK_FALSE(truth(awaitEnd(world, "loopbackTestEnded"), "returned"));
  REQUIRE(world.card.setLoop(kFirstBearer, true) == Status::ok);
  REQUIRE(startLoopback(world, kFirstBearer) == Status::ok);
  const Event looped = awaitEnd(world, "loopbackTestEnded");
  CHECK(truth(looped, "returned"));
  CHECK(real(looped, "delayMs") == doctest::Approx(20));
  CHECK(real(looped, "levelDbm0") == doctest::Approx(LoopbackTest::kSentDbm0).epsilon(0.01));
  REQUIRE(world.card.setLoop(kFirstBearer, false) == Status::ok);
  world.card.impair(kFirstBearer, {.received = {.noiseDbm0 = -40}, .echo = {.delayMs = 123, .returnLossDb = 6}});
  REQUIRE(startLoopback(world, kFirstBearer) == Status::ok);
  const Event late = awaitEnd(world, "loopbackTestEnded");
  CHECK(truth(late, "returned"));
  CHECK(real(late, "delayMs") == doctest::Approx(143));
  CHECK(real(late, "levelDbm0") == doctest::Approx(LoopbackTest::kSentDbm0 - 6).epsilon(0.05));
}

TEST_CASE("a channel with a call takes no test, and calls in and out end with 44 on a channel that is being tested") {
  CardWorld world;
  world.card.setFarEnds({{kSubscriber, {stepOf(FarEndStep::Action::answer)}, ""}});
  const Handle leg = world.dial(kE1, kSubscriber, {.channel = 1, .exclusive = true});
  world.awaitOne("legAnswered", leg);
  CHECK(startBitErrors(world, kFirstBearer, 3) == Status::wrongState);
  CHECK(world.isdn->stack().clear(leg, {.q850 = 16}) == Status::ok);
  REQUIRE(world.await([&] { return !world.farEnd("released").empty() && world.useOf(kFirstBearer) == "idle"; }));

  REQUIRE(world.card.setLoop(kFirstBearer, true) == Status::ok);
  REQUIRE(startBitErrors(world, kFirstBearer, 60) == Status::ok);
  CHECK(startBitErrors(world, kFirstBearer, 3) == Status::wrongState);
  const Handle refused = world.dial(kE1, kSubscriber, {.channel = 1, .exclusive = true});
  CHECK(number(world.awaitOne("legEnded", refused), "q850") == 44);
  const std::size_t released = world.farEnd("released").size();
  CHECK(world.card.isdn()->exchange().callIn(
            kE1, {.channel = 1, .exclusive = true, .called = {.digits = "960100", .type = 4}, .farEnd = {"", {}, ""}}) == Status::ok);
  REQUIRE(world.await([&] { return world.farEnd("released").size() > released; }));
  CHECK(number(world.farEnd("released").back(), "cause") == 44);
  CHECK(world.events.of("legIncoming").empty());

  CHECK(world.isdn->tests().stop(kFirstBearer) == Status::ok);
  const Event stopped = world.events.of("bitErrorTestEnded").back();
  CHECK(text(stopped, "end") == "stopped");
  CHECK(number(stopped, "errors") == 0);
  CHECK(world.isdn->tests().stop(kFirstBearer) == Status::staleHandle);
  const Handle after = world.dial(kE1, kSubscriber, {.channel = 1, .exclusive = true});
  world.awaitOne("legAnswered", after);
}

TEST_CASE("a card that is pulled ends the tests on it, and takes none until it is back") {
  CardWorld world;
  REQUIRE(startBitErrors(world, kFirstBearer, 60) == Status::ok);
  REQUIRE(world.card.pull() == Status::ok);
  CHECK(text(awaitEnd(world, "bitErrorTestEnded"), "end") == "removed");
  CHECK(startLoopback(world, kFirstBearer) == Status::unavailable);
  REQUIRE(world.card.restore() == Status::ok);
  world.step(1000);
  CHECK(startLoopback(world, kFirstBearer) == Status::ok);
}
