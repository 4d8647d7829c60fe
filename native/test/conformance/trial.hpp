// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "card_fixture.hpp"
#include "isdn/test_pattern.hpp"

namespace branchline::test {

/// Noise that is evenly spread over ±8000, in powerOf's measure.
constexpr double kHissDb = -17.0;

/// One case at work: lets time pass, keeps what the card tells and what its channels hear, and what is not as it should be.
class Trial {
 public:
  explicit Trial(CardFixture& fixture) : far(fixture), io(fixture.io()) {}

  CardFixture& far;
  ChannelIo& io;

  void open(int channel) {
    expect(io.open(channel) == Status::ok, "channel " + std::to_string(channel) + " opens");
    open_[channel];
  }
  void pass(int milliseconds) {
    for (int ms = 0; ms < milliseconds; ms += kFrameMilliseconds) {
      far.frame([this] { passAudio(); });
      ChannelEvent event;
      while (io.nextEvent(event)) events_.push_back(event);
    }
  }
  /// So long that DAHDI tells of ringing after an opening or a hanging up (RING_DEBOUNCE_TIME).
  void passRingSuppression() { pass(2100); }
  [[nodiscard]] int count(int channel, ChannelEventType type) const {
    int found = 0;
    for (const ChannelEvent& event : events_) found += event.channel == channel && event.type == type ? 1 : 0;
    return found;
  }
  [[nodiscard]] std::vector<ChannelEvent> events() const { return events_; }
  void forget() { events_.clear(); }
  /// Lets time pass until the event is there, `limitMs` at most; a failure where it does not come.
  bool await(int channel, ChannelEventType type, const std::string& what, int limitMs = 6000) {
    for (int ms = 0; ms < limitMs && count(channel, type) == 0; ms += kFrameMilliseconds) pass(kFrameMilliseconds);
    return expect(count(channel, type) > 0, what);
  }
  template <typename Condition>
  bool awaitThat(Condition condition, const std::string& what, int limitMs = 6000) {
    for (int ms = 0; ms < limitMs && !condition(); ms += kFrameMilliseconds) pass(kFrameMilliseconds);
    return expect(condition(), what);
  }
  bool expect(bool holds, const std::string& what) {
    if (!holds) failures_.push_back(what);
    return holds;
  }
  /// Speaks a tone on a channel; 0: says nothing at all.
  void speak(int channel, double hz) {
    open_[channel].hz = hz;
    open_[channel].phase = 0;
    open_[channel].hisses = false;
  }
  /// Speaks white noise of kHissDb on a channel.
  void hiss(int channel) { open_[channel].hisses = true; }
  /// Sends the test pattern's octets on a B-channel that is transparent.
  void sendPattern(int channel) { open_[channel].pattern.emplace(); }
  /// Hears a channel anew.
  void listen(int channel) { open_[channel].heard.clear(); }
  [[nodiscard]] const std::vector<std::int16_t>& heard(int channel) { return open_[channel].heard; }
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

 private:
  struct Open {
    double hz = 0;
    int phase = 0;
    bool hisses = false;
    std::minstd_rand noise;
    std::optional<TestPattern> pattern;
    std::vector<std::int16_t> heard;
  };

  void passAudio() {
    for (auto& [channel, one] : open_) {
      Frame frame;
      io.read(channel, frame);
      one.heard.insert(one.heard.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples);
      if (one.pattern) {
        for (int i = 0; i < kFrameSamples; ++i) frame.samples[static_cast<std::size_t>(i)] = one.pattern->nextOctet();
        io.write(channel, frame);
        continue;
      }
      if (one.hz == 0 && !one.hisses) continue;
      std::uniform_int_distribution hiss(-8000, 8000);
      for (int i = 0; i < kFrameSamples; ++i)
        frame.samples[static_cast<std::size_t>(i)] =
            static_cast<std::int16_t>(one.hisses ? hiss(one.noise) : 8000 * std::sin(2 * M_PI * one.hz * one.phase++ / 8000));
      io.write(channel, frame);
    }
  }

  std::map<int, Open> open_;
  std::vector<ChannelEvent> events_;
  std::vector<std::string> failures_;
};

/// Level of one frequency in the last second of `samples`, dB below a full-scale sine.
[[nodiscard]] inline double levelOf(const std::vector<std::int16_t>& samples, double hz) {
  const std::size_t size = std::min<std::size_t>(samples.size(), 8000);
  if (size < 4000) return -99;
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double angle = 2 * M_PI * hz * static_cast<double>(i) / 8000;
    re += samples[samples.size() - size + i] * std::cos(angle);
    im += samples[samples.size() - size + i] * std::sin(angle);
  }
  return 20 * std::log10(2 * std::hypot(re, im) / static_cast<double>(size) / 32768 + 1e-9);
}

/// Mean power of `samples`, dB below a full-scale square wave.
[[nodiscard]] inline double powerOf(const std::vector<std::int16_t>& samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
  return 10 * std::log10(sum / static_cast<double>(std::max<std::size_t>(samples.size(), 1)) / (32768.0 * 32768.0) + 1e-18);
}

/// How often a tone of `hz` in the last second of `samples` jumps: gaps and slips.
[[nodiscard]] inline int jumpsIn(const std::vector<std::int16_t>& samples, double hz) {
  const double turn = 2 * std::cos(2 * M_PI * hz / 8000);
  int jumps = 0;
  for (std::size_t i = samples.size() > 8000 ? samples.size() - 8000 + 2 : 2; i < samples.size(); ++i)
    jumps += std::abs(turn * samples[i - 1] - samples[i - 2] - samples[i]) > 1600 ? 1 : 0;
  return jumps;
}

struct ConformanceCase {
  const char* name;
  bool (*possible)(const FarAbilities&);
  void (*run)(Trial&);
};

/// transparent_case.cpp: octets of a B-channel.
void carriesOctets(Trial& t);
/// echo_case.cpp: the card's own canceller.
void cancelsEchoWithinItsTail(Trial& t);

/// What every channel I/O does, the driver's peculiarities included: the state machines above know no other.
[[nodiscard]] const std::vector<ConformanceCase>& conformanceCases();

}  // namespace branchline::test
