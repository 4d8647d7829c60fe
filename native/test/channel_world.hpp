// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analogue_world.hpp"

namespace branchline::test {

/// A virtual card of two FXO (1, 2) and one FXS (3) channels alone, worked as a state machine above it would.
struct CardWorld {
  TemporaryFolder folder;
  EventLog log;
  SteppedClock clock;
  VirtualCard card;
  std::vector<ChannelEvent> events;
  std::map<int, ToneDetector> ears;
  std::map<int, std::string> heardTones;
  std::map<int, std::vector<std::int16_t>> heard;  // Since forget().
  std::map<int, std::vector<std::int16_t>> said;   // Written to a channel, over and over.

  explicit CardWorld(std::uint64_t seed = 1) : card{{.fxo = 2, .fxs = 1, .seed = seed}, clock, log} {
    for (int channel : {1, 2, 3}) card.open(channel);
    step(2000);  // The driver tells no ringing for so long.
  }
  void step(int milliseconds) {
    for (int ms = 0; ms < milliseconds; ms += kFrameMilliseconds) {
      clock.advanceTo(clock.nowNs() + kFrameNs);
      card.frame();
      for (int channel : {1, 2, 3}) {
        Frame frame;
        card.read(channel, frame);
        heard[channel].insert(heard[channel].end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples);
        const CallTone tone = ears[channel].process(frame);
        if (tone != CallTone::none) heardTones[channel] += std::string(callToneName(tone)) + " ";
        say(channel);
      }
      card.runDue(clock.nowNs());
      ChannelEvent event;
      while (card.nextEvent(event)) events.push_back(event);
    }
  }
  void say(int channel) {
    const auto says = said.find(channel);
    if (says == said.end()) return;
    Frame frame;
    const std::size_t frames = says->second.size() / kFrameSamples;
    const std::size_t at = static_cast<std::size_t>(clock.nowNs() / kFrameNs) % frames * kFrameSamples;
    std::copy_n(says->second.begin() + static_cast<std::ptrdiff_t>(at), kFrameSamples, frame.samples.begin());
    card.write(channel, frame);
  }
  void forget() {
    events.clear();
    heardTones.clear();
    heard.clear();
  }
  [[nodiscard]] int count(int channel, ChannelEventType type) const {
    int found = 0;
    for (const ChannelEvent& event : events) found += event.channel == channel && event.type == type ? 1 : 0;
    return found;
  }
  /// Level of what a channel heard, dBm0.
  [[nodiscard]] double levelOf(int channel) const {
    double sum = 0;
    const auto& samples = heard.at(channel);
    for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
    return dbm0OfMeanSquare(sum / static_cast<double>(samples.size()));
  }
  /// Calls `number` on an FXO channel and has it answered.
  void call(int channel, const std::string& number) {
    card.setHook(channel, Hook::offHook);
    step(500);
    CHECK(card.dial(channel, number, DialMethod::dtmf) == Status::ok);
    step(2000);
  }
};

}  // namespace branchline::test
