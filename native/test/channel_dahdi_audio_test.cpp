// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cmath>

#include "channel/dahdi/dahdi_io.hpp"
#include "scripted_dahdi.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kBearer = 1;
constexpr int kSpan = 1;

/// A B-channel between a card's clock and ours; what is read and written counts its frames from 1.
struct AudioWorld {
  SteppedClock clock;
  ScriptedDahdi driver;
  std::optional<DahdiIo> io;
  std::int16_t came = 0;
  std::int16_t went = 0;
  std::vector<std::int16_t> heard;

  AudioWorld() {
    driver.addSpan({DAHDI_SIG_CLEAR, DAHDI_SIG_CLEAR, DAHDI_SIG_HDLCFCS});
    io.emplace(driver, findDahdi(driver, {}), clock);
    REQUIRE(io->open(kBearer) == Status::ok);
  }
  void card() { driver.cardFrame(++came); }
  void ours() {
    io->frame();
    Frame frame;
    io->read(kBearer, frame);
    heard.push_back(frame.samples[0]);
    frame.samples.fill(++went);
    io->write(kBearer, frame);
  }
  void turn() {
    clock.advanceTo(clock.nowNs() + kFrameNs);
    io->runDue(clock.nowNs());
  }
  [[nodiscard]] std::vector<std::int16_t> sent() {
    return driver.with(kBearer, [](ScriptedDahdi::Channel& channel) {
      std::vector<std::int16_t> values;
      for (const auto& samples : channel.sent) values.push_back(samples[0]);
      return values;
    });
  }
  [[nodiscard]] std::uint32_t slips() const { return io->spanStatus(kSpan)->slips; }
};

/// How often what should rise by one does not.
int breaksOf(const std::vector<std::int16_t>& values) {
  int breaks = 0;
  for (std::size_t i = 1; i < values.size(); ++i) breaks += values[i] != 0 && values[i - 1] != 0 && values[i] != values[i - 1] + 1 ? 1 : 0;
  return breaks;
}

}  // namespace

TEST_CASE("frames pass in order both ways, with a frame in reserve each way") {
  AudioWorld world;
  for (int i = 0; i < 1000; ++i) {
    world.card();
    world.ours();
  }
  CHECK(breaksOf(world.heard) == 0);
  CHECK(world.heard[0] == 0);
  CHECK(world.heard[1] == 1);
  CHECK(world.heard.back() == 999);
  const std::vector<std::int16_t> sent = world.sent();
  CHECK(breaksOf(sent) == 0);
  CHECK(sent.back() == 998);  // Two wait: the reserve, and the one just written.
  CHECK(world.slips() == 0);
}

TEST_CASE("frames that are late, early or in a lump lose nothing as long as the reserve lasts") {
  AudioWorld world;
  for (int i = 0; i < 400; ++i) {
    if (i % 4 == 0) {
      world.card();
      world.card();
      world.ours();
      world.ours();
    } else if (i % 4 == 2) {
      world.ours();
      world.card();
      world.card();
      world.ours();
    }
  }
  CHECK(breaksOf(world.heard) == 0);
  const std::uint32_t found = world.slips();
  CHECK(found <= 2);  // Until the reserve was found.
  for (int i = 0; i < 400; ++i) {
    world.ours();
    world.card();
  }
  CHECK(world.slips() <= found + 2);  // The delay that is needed no more is dropped, once each way.
  CHECK(world.came - world.heard.back() <= 2);
  CHECK(world.went - world.sent().back() <= 3);
}

TEST_CASE("a stall of ours of 200 ms costs what the driver could not hold, and after some seconds no delay is left") {
  AudioWorld world;
  for (int i = 0; i < 50; ++i) {
    world.card();
    world.ours();
  }
  for (int i = 0; i < 10; ++i) world.card();
  for (int i = 0; i < 300; ++i) {
    world.card();
    world.ours();
  }
  CHECK(world.slips() > 0);
  CHECK(world.came - world.heard.back() <= 2);
  CHECK(world.went - world.sent().back() <= 3);
}

TEST_CASE("an event that waits in the driver costs no frame that was received") {
  AudioWorld world;
  for (int i = 0; i < 100; ++i) {
    world.card();
    if (i == 50) world.driver.tell(kBearer, DAHDI_EVENT_ALARM);
    world.ours();
    world.turn();  // The event thread takes it.
  }
  CHECK(breaksOf(world.heard) == 0);
  CHECK(world.heard.back() == 99);
}

TEST_CASE("a read that gives half a frame loses nothing") {
  AudioWorld world;
  for (int i = 0; i < 100; ++i) {
    world.card();
    if (i % 10 == 5) world.driver.with(kBearer, [](ScriptedDahdi::Channel& channel) { channel.shortReads = 1; });
    world.ours();
  }
  CHECK(breaksOf(world.heard) == 0);
  CHECK(world.heard.back() == 99);
}

TEST_CASE("while nothing is written nothing counts as a slip, and the next word begins with a reserve again") {
  AudioWorld world;
  for (int i = 0; i < 20; ++i) {
    world.card();
    world.io->frame();
  }
  CHECK(world.slips() == 0);
  for (int i = 0; i < 20; ++i) {
    world.card();
    world.ours();
  }
  CHECK(world.slips() == 0);
  CHECK(breaksOf(world.sent()) == 0);
}

TEST_CASE("the audio clock keeps in step with a card 80 ppm fast or slow: no slip but at the beginning") {
  for (const double ppm : {80.0, -80.0}) {
    AudioWorld world;
    double cardMs = 0;
    double ourMs = 7;
    std::uint32_t slipsAtFirst = 0;
    for (int frame = 0; frame < 60'000; ++frame) {
      ourMs += 20 + world.io->paceNs() / 1e6;
      while (cardMs <= ourMs) {
        world.card();
        cardMs += 20 * (1 - ppm / 1e6);
        if (world.came > 30'000) world.came = 0;
      }
      if (world.went > 30'000) world.went = 0;
      world.ours();
      if (frame == 30'000) slipsAtFirst = world.slips();
    }
    CHECK(slipsAtFirst <= 4);
    CHECK(world.slips() == slipsAtFirst);
    CHECK(std::abs(world.io->paceNs()) < 4'000);
  }
}

TEST_CASE("a transparent B-channel leaves audio mode and carries octets as they are, 160 a frame, and is audio again afterwards") {
  AudioWorld world;
  CHECK(world.io->setTransparent(99, true) == Status::invalidArgument);
  for (int i = 0; i < 10; ++i) {
    world.card();
    world.ours();
  }
  REQUIRE(world.io->setTransparent(kBearer, true) == Status::ok);
  world.driver.with(kBearer, [](ScriptedDahdi::Channel& channel) {
    CHECK_FALSE(channel.audio);
    CHECK_FALSE(channel.linear);
    channel.sent.clear();
  });
  world.heard.clear();
  for (int i = 0; i < 100; ++i) {
    world.card();
    world.ours();
  }
  CHECK(world.heard.size() == 100);
  CHECK(breaksOf(world.heard) == 0);
  CHECK(world.heard.back() > 100);
  CHECK(breaksOf(world.sent()) == 0);
  CHECK(world.sent().size() > 90);
  REQUIRE(world.io->setTransparent(kBearer, false) == Status::ok);
  world.driver.with(kBearer, [](ScriptedDahdi::Channel& channel) {
    CHECK(channel.audio);
    CHECK(channel.linear);
    CHECK(channel.law == DAHDI_LAW_ALAW);
  });
  for (int i = 0; i < 300; ++i) {
    world.card();
    world.ours();
  }
  CHECK(world.heard.back() > 256);
}
