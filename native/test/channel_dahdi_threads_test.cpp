// SPDX-License-Identifier: GPL-3.0-or-later
// Real time, the event thread beside an audio and a control thread: what a race detector is to look at.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "channel/dahdi/dahdi_io.hpp"
#include "scripted_dahdi.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

TEST_CASE("commands, audio and events go on while the card is pulled and put back, and each removal is followed by one return") {
  ScriptedDahdi driver;
  const int span = driver.addSpan({DAHDI_SIG_FXSKS, DAHDI_SIG_FXOKS});
  driver.addSpan({DAHDI_SIG_CLEAR, DAHDI_SIG_CLEAR, DAHDI_SIG_HDLCFCS});
  const MonotonicClock clock;
  DahdiIo io(driver, findDahdi(driver, {}), clock);
  for (const ChannelInfo& channel : io.channels()) io.open(channel.number);
  std::atomic<bool> stopping{false};
  std::thread audio([&] {
    Frame frame;
    while (!stopping) {
      driver.cardFrame(1);
      io.frame();
      for (int channel = 1; channel <= 4; ++channel) {
        io.read(channel, frame);
        io.write(channel, frame);
      }
      std::this_thread::sleep_for(1ms);
    }
  });
  std::thread control([&] {
    while (!stopping) {
      io.setHook(1, Hook::offHook);
      io.dial(1, "123", DialMethod::dtmf);
      io.setHook(1, Hook::onHook);
      io.setHook(2, Hook::ring);
      io.setHook(2, Hook::stopRing);
      (void)io.channelState(1);
      (void)io.spanStatus(1);
      const DChannel channel = io.openDChannel(2);
      if (channel.descriptor >= 0) driver.close(channel.descriptor);
      std::this_thread::sleep_for(1ms);
    }
  });
  int removed = 0;
  int restored = 0;
  const auto await = [&](int& counted, int wanted) {
    for (int ms = 0; ms < 10'000 && counted < wanted; ++ms) {
      ChannelEvent event;
      while (io.nextEvent(event)) {
        removed += event.channel == 1 && event.type == ChannelEventType::removed ? 1 : 0;
        restored += event.channel == 1 && event.type == ChannelEventType::restored ? 1 : 0;
      }
      std::this_thread::sleep_for(1ms);
    }
  };
  for (int round = 1; round <= 3; ++round) {
    driver.tell(1, DAHDI_EVENT_RINGBEGIN);
    std::this_thread::sleep_for(20ms);
    driver.removeSpan(span);
    await(removed, round);
    driver.returnSpan(span);
    await(restored, round);
  }
  stopping = true;
  audio.join();
  control.join();
  CHECK(removed == 3);
  CHECK(restored == 3);
}
