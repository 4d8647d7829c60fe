// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <stdexcept>

#include "channel_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

std::string refusalOf(VirtualCard& card, std::vector<FarEndStep> script) {
  try {
    card.setFarEnds({{"100", std::move(script), ""}});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the virtual card numbers its FXO channels first") {
  CardWorld world;
  const std::vector<ChannelInfo>& channels = world.card.channels();
  REQUIRE(channels.size() == 3);
  CHECK(channels[0].number == 1);
  CHECK(channels[1].kind == ChannelKind::fxo);
  CHECK(channels[2].number == 3);
  CHECK(channels[2].kind == ChannelKind::fxs);
  CHECK_THROWS_AS(VirtualCard({.fxo = -1, .fxs = 1}, world.clock, world.log), std::invalid_argument);
}

TEST_CASE("the exchange gives dial tone 200 ms after off hook, and number unobtainable to one who keys nothing") {
  CardWorld world;
  world.card.setHook(1, Hook::offHook);
  world.step(1000);
  CHECK(world.heardTones[1] == "dial ");
  world.step(18000);
  CHECK(world.heardTones[1] == "dial unobtainable ");
  world.card.setHook(1, Hook::onHook);
  world.step(3000);
  CHECK(world.heardTones[1] == "dial unobtainable ");
}

TEST_CASE("dial() keys to the exchange, takes dial tone away and tells when it is done") {
  CardWorld world;
  world.card.setFarEnds({{"123", {ringFor(1000), answer()}, ""}});
  world.card.setHook(1, Hook::offHook);
  world.step(500);
  CHECK(world.card.dial(1, "123", DialMethod::dtmf) == Status::ok);
  CHECK(world.card.dial(1, "4", DialMethod::dtmf) == Status::wrongState);
  world.step(400);
  CHECK(world.count(1, ChannelEventType::dialDone) == 0);
  world.step(40);
  CHECK(world.count(1, ChannelEventType::dialDone) == 1);
  world.step(1000);
  CHECK(world.count(1, ChannelEventType::polarity) == 0);
  world.step(400);
  CHECK(world.count(1, ChannelEventType::polarity) == 1);
  CHECK(world.log.of("farEndAnswered").size() == 1);
  world.card.setHook(1, Hook::onHook);
  world.step(40);
  CHECK(world.log.of("farEndEnded").size() == 1);
}

TEST_CASE("going on hook stops the keying, and the next call can be dialled") {
  CardWorld world;
  world.card.setFarEnds({{"55", {answer()}, ""}});
  world.card.setHook(1, Hook::offHook);
  world.step(500);
  world.card.dial(1, "0123456789", DialMethod::dtmf);
  world.step(300);
  world.card.setHook(1, Hook::onHook);
  world.step(2000);
  CHECK(world.count(1, ChannelEventType::dialDone) == 0);
  world.card.setHook(1, Hook::offHook);
  world.step(500);
  CHECK(world.card.dial(1, "55", DialMethod::dtmf) == Status::ok);
  world.step(1000);
  CHECK(world.log.of("farEndAnswered").size() == 1);
}

TEST_CASE("after the far end has cleared there is a battery drop, then number unobtainable") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer(), waitFor(1000), hangUp()}, ""}});
  world.card.setHook(1, Hook::offHook);
  world.step(400);
  world.card.dial(1, "1", DialMethod::dtmf);
  world.step(2000);
  CHECK(world.count(1, ChannelEventType::onHook) == 1);
  world.step(4000);
  CHECK(world.heardTones[1] == "unobtainable ");
}

TEST_CASE("the exchange rings with the United Kingdom's cadence until the port answers") {
  CardWorld world;
  world.card.callIn(2, {"", {}, ""});
  world.step(6000);
  CHECK(world.count(2, ChannelEventType::ringBegin) == 4);
  CHECK(world.count(2, ChannelEventType::ringEnd) == 4);
  const auto burst = [&](std::size_t i) { return (world.events[2 * i + 1].atNs - world.events[2 * i].atNs) / 1'000'000; };
  const auto gap = [&](std::size_t i) { return (world.events[2 * i + 2].atNs - world.events[2 * i + 1].atNs) / 1'000'000; };
  CHECK(burst(0) == 400);
  CHECK(gap(0) == 200);
  CHECK(gap(1) == 2000);
  world.card.setHook(2, Hook::offHook);
  world.step(3000);
  CHECK(world.count(2, ChannelEventType::ringBegin) == 4);
  CHECK(world.log.of("farEndAnswered").size() == 1);
}

TEST_CASE("far ends that were replaced stay with the calls that began with them") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer(), waitFor(1000), hangUp()}, world.folder.path()}});
  world.card.setHook(1, Hook::offHook);
  world.step(400);
  world.card.dial(1, "1", DialMethod::dtmf);
  world.step(500);
  world.card.setFarEnds({{"2", {answer()}, ""}});
  world.step(2000);
  REQUIRE(world.log.of("farEndEnded").size() == 1);
  CHECK(text(world.log.of("farEndEnded")[0], "number") == "1");
  CHECK(std::filesystem::exists(text(world.log.of("farEndEnded")[0], "heardFile")));
}

TEST_CASE("a script that can't run is refused by far end, step and what to change, and nothing changes") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer()}, ""}});
  CHECK(refusalOf(world.card, {answer(), refuse(CallTone::busy)}).find("far end 100, step 2 (refuse)") == 0);
  CHECK(refusalOf(world.card, {ringFor(-1)}).find("step 1 (ring): milliseconds") != std::string::npos);
  CHECK(refusalOf(world.card, {keys("12x")}).find("step 1 (digits)") != std::string::npos);
  CHECK(refusalOf(world.card, {play(world.folder.file("none.wav"))}).find("none.wav") != std::string::npos);
  CHECK(refusalOf(world.card, {{.action = FarEndStep::Action::tone}}).find("step 1 (tone)") != std::string::npos);
  CHECK_THROWS_WITH_AS(world.card.setFarEnds({{"7", {}, ""}, {"7", {}, ""}}), "two far ends have the number 7", std::invalid_argument);
  CHECK_THROWS_AS(world.card.callIn(1, {"", {refuse(CallTone::busy)}, ""}), std::invalid_argument);
  world.card.setHook(1, Hook::offHook);
  world.step(400);
  world.card.dial(1, "1", DialMethod::dtmf);
  world.step(1000);
  CHECK(world.log.of("farEndAnswered").size() == 1);
}

TEST_CASE("a heard folder that can't be written leaves the call alone and the file's name empty") {
  CardWorld world;
  world.card.callIn(1, {"", {}, world.folder.file("no/such/folder")});
  world.step(100);
  world.card.setHook(1, Hook::offHook);
  world.step(1000);
  world.card.setHook(1, Hook::onHook);
  world.step(40);
  REQUIRE(world.log.of("farEndEnded").size() == 1);
  CHECK(text(world.log.of("farEndEnded")[0], "heardFile").empty());
  CHECK(number(world.log.of("farEndEnded")[0], "heardMs") >= 900);
}

TEST_CASE("a heard file is named .part until its call has ended") {
  CardWorld world;
  world.card.callIn(1, {"", {}, world.folder.path()});
  world.step(100);
  world.card.setHook(1, Hook::offHook);
  world.step(1000);
  const std::string file = world.folder.file(text(world.log.of("farEndAnswered").at(0), "call") + ".wav");
  CHECK(std::filesystem::exists(file + ".part"));
  CHECK_FALSE(std::filesystem::exists(file));
  world.card.close(1);
  world.step(40);
  CHECK_FALSE(std::filesystem::exists(file + ".part"));
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("a channel tells its hook, its battery and its polarity") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer()}, ""}});
  CHECK(world.card.channelState(1)->battery);
  CHECK_FALSE(world.card.channelState(1)->offHook);
  world.card.setHook(1, Hook::offHook);
  world.step(500);
  CHECK(world.card.channelState(1)->offHook);
  world.card.dial(1, "1", DialMethod::dtmf);
  world.step(1000);
  CHECK(world.card.channelState(1)->reversed);
  world.card.hangUp(1);
  world.step(40);
  CHECK_FALSE(world.card.channelState(1)->battery);
  LineImpairments cut;
  cut.signalling.noBattery = true;
  world.card.impair(2, cut);
  world.step(40);
  CHECK_FALSE(world.card.channelState(2)->battery);
  world.card.phoneDials(3, "1", {"", {}, ""});
  world.step(40);
  CHECK(world.card.channelState(3)->offHook);
  CHECK_FALSE(world.card.channelState(4).has_value());
}

TEST_CASE("operations that a port does not have are refused") {
  CardWorld world;
  CHECK(world.card.setHook(1, Hook::ring) == Status::invalidArgument);
  CHECK(world.card.setHook(3, Hook::flash) == Status::invalidArgument);
  CHECK(world.card.setHook(4, Hook::offHook) == Status::invalidArgument);
  CHECK(world.card.setPolarity(1, true) == Status::invalidArgument);
  LineImpairments cut;
  cut.signalling.noBattery = true;
  CHECK(world.card.impair(3, cut) == Status::invalidArgument);
  CHECK(world.card.setMessageWaiting(1, true) == Status::invalidArgument);
  CHECK(world.card.dial(3, "1", DialMethod::pulse) == Status::unavailable);
  CHECK(world.card.phoneDials(3, "", {"", {}, ""}) == Status::invalidArgument);
  world.card.close(1);
  CHECK(world.card.setHook(1, Hook::offHook) == Status::unavailable);
  CHECK(world.card.dial(1, "1", DialMethod::dtmf) == Status::unavailable);
}
