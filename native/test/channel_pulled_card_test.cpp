// SPDX-License-Identifier: GPL-3.0-or-later
#include "channel_world.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("a pulled card tells every channel and its span, loses its calls, and no operation works until it is back") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer()}, ""}});
  world.call(1, "1");
  world.card.phoneDials(3, "9", {"3", {}, ""});
  world.step(200);
  world.forget();
  CHECK(world.card.pull() == Status::ok);
  CHECK(world.card.pull() == Status::wrongState);
  CHECK_FALSE(world.card.isPresent());
  CHECK(world.card.setHook(1, Hook::onHook) == Status::unavailable);
  CHECK(world.card.dial(2, "1", DialMethod::dtmf) == Status::unavailable);
  CHECK(world.card.setMessageWaiting(3, true) == Status::unavailable);
  CHECK(world.card.open(2) == Status::unavailable);
  CHECK(world.card.phoneDials(3, "9", {"3", {}, ""}) == Status::unavailable);
  world.step(40);
  for (int channel : {1, 2, 3}) CHECK(world.count(channel, ChannelEventType::removed) == 1);
  REQUIRE(world.events[0].type == ChannelEventType::spanAlarm);
  CHECK(world.events[0].value == kAlarmRemoved);
  CHECK(world.events.size() == 4);
  CHECK(world.card.spanStatus(1)->alarms == kAlarmRemoved);
  CHECK_FALSE(world.card.channelState(1)->offHook);
  CHECK(world.log.of("farEndEnded").size() == 1);
}

TEST_CASE("while a card is out nothing is heard or told of its lines, and a card that is back is opened anew") {
  CardWorld world;
  world.card.setFarEnds({{"1", {answer()}, ""}});
  CHECK(world.card.restore() == Status::wrongState);
  world.card.pull();
  world.card.callIn(1, {"", {}, ""});
  world.step(4000);
  CHECK(world.count(1, ChannelEventType::ringBegin) == 0);
  world.forget();
  CHECK(world.card.restore() == Status::ok);
  world.step(20);
  for (int channel : {1, 2, 3}) CHECK(world.count(channel, ChannelEventType::restored) == 1);
  CHECK(world.events[0].type == ChannelEventType::spanAlarm);
  CHECK(world.events[0].value == 0);
  world.step(1900);
  CHECK(world.count(1, ChannelEventType::ringBegin) == 0);
  world.step(1500);
  CHECK(world.count(1, ChannelEventType::ringBegin) >= 1);
  world.call(2, "1");
  CHECK(world.log.of("farEndAnswered").size() == 1);
}

TEST_CASE("a card that is gone and goes away altogether leaves nothing behind") {
  CardWorld world;
  world.card.callIn(1, {"", {}, ""});
  world.step(100);
  world.card.pull();
  world.step(20);
}
