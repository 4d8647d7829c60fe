// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analogue/analogue_stack.hpp"
#include "audio/engine.hpp"
#include "channel/virtual/virtual_card.hpp"
#include "common/wav_reader.hpp"
#include "common/wav_writer.hpp"
#include "detect_signals.hpp"

namespace branchline::test {

/// Keeps every event, in order.
class EventLog final : public EventSink {
 public:
  void post(Event event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  [[nodiscard]] std::vector<Event> all() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  /// Events of `type`, of `leg` where it is not kNoHandle.
  [[nodiscard]] std::vector<Event> of(const std::string& type, Handle leg = kNoHandle) const {
    std::vector<Event> found;
    for (const Event& event : all()) {
      if (type == event.type && (leg == kNoHandle || event.subject == leg)) found.push_back(event);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

template <typename T>
T field(const Event& event, const std::string& name) {
  for (const auto& [key, value] : event.fields) {
    if (name == key) return std::get<T>(value);
  }
  FAIL("event " << event.type << " has no field " << name);
  return T{};
}
inline std::int64_t number(const Event& event, const std::string& name) { return field<std::int64_t>(event, name); }
inline std::string text(const Event& event, const std::string& name) { return field<std::string>(event, name); }
inline bool truth(const Event& event, const std::string& name) { return field<bool>(event, name); }

/// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "branchline-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return (std::filesystem::path(path_) / name).string(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::vector<std::int16_t> samplesOf(const Signal& signal) {
  std::vector<std::int16_t> samples;
  signal.feed([&](const Frame& frame) { samples.insert(samples.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples); });
  return samples;
}

inline void writeWav(const std::string& path, const std::vector<std::int16_t>& samples) {
  WavWriter writer(path, 1, WavEncoding::linear16);
  writer.write(samples);
}

/// How like the middle of `part` the best-fitting stretch of `whole` is: normalised correlation, 1 for a copy.
inline double likeness(const std::vector<std::int16_t>& whole, const std::vector<std::int16_t>& part) {
  const std::size_t begin = part.size() / 3;
  const std::size_t size = std::min<std::size_t>(part.size() - begin, 4000);
  double best = 0;
  for (std::size_t lag = 0; lag + size <= whole.size(); ++lag) {
    double both = 0;
    double own = 0;
    double other = 0;
    for (std::size_t i = 0; i < size; i += 11) {
      const double a = whole[lag + i];
      const double b = part[begin + i];
      both += a * b;
      own += a * a;
      other += b * b;
    }
    best = std::max(best, both / std::sqrt(own * other + 1));
  }
  return best;
}

inline FarEndStep ringFor(int milliseconds) { return {.action = FarEndStep::Action::ring, .milliseconds = milliseconds}; }
inline FarEndStep waitFor(int milliseconds) { return {.action = FarEndStep::Action::wait, .milliseconds = milliseconds}; }
inline FarEndStep answer() { return {.action = FarEndStep::Action::answer}; }
inline FarEndStep hangUp() { return {.action = FarEndStep::Action::hangUp}; }
inline FarEndStep play(const std::string& file) { return {.action = FarEndStep::Action::play, .file = file}; }
inline FarEndStep keys(const std::string& digits) { return {.action = FarEndStep::Action::digits, .digits = digits, .onMs = 80, .offMs = 80}; }
inline FarEndStep refuse(CallTone tone) { return {.action = FarEndStep::Action::refuse, .refusal = tone}; }
inline FarEndStep speakTone(double hz) {
  return {.action = FarEndStep::Action::tone, .tone = {.segments = {{{hz, 0, 0, 0}, -10, 1000}}, .loop = true}};
}

/// A stepped engine, a virtual card of four FXO (1-4) and four FXS (5-8) channels, and the analogue stack above it.
struct AnalogueWorld {
  TemporaryFolder folder;
  EventLog log;
  const Country& country;
  Engine engine{{.stepped = true, .maxHandles = 64, .realtimePriority = false, .country = &country}, log};
  VirtualCard card{{.fxo = 4, .fxs = 4, .country = &country}, engine.clock(), log};
  CardLines lines{engine, log, card};
  std::optional<AnalogueStack> stack;

  explicit AnalogueWorld(const Country& lineCountry = defaultCountry()) : country(lineCountry) {
    stack.emplace(engine, log, lines);
    engine.addPart(card);
    step(2000);  // The driver tells no ringing for so long after its lines were opened.
  }
  ~AnalogueWorld() {
    engine.removePart(card);
    stack.reset();
  }

  void step(int milliseconds) { engine.step(milliseconds); }
  /// An FXO line's cable is pulled, or put back.
  void cut(int channel, bool off) {
    LineImpairments impairments;
    impairments.signalling.noBattery = off;
    CHECK(card.impair(channel, impairments) == Status::ok);
  }
  /// Steps until there are `count` events of `type` (of `leg`, where given), `limitMs` at most; answers the last of them.
  Event await(const std::string& type, Handle leg = kNoHandle, std::size_t count = 1, int limitMs = 30000) {
    for (int ms = 0; ms <= limitMs; ms += kFrameMilliseconds) {
      const std::vector<Event> events = log.of(type, leg);
      if (events.size() >= count) return events.back();
      step(kFrameMilliseconds);
    }
    FAIL("no event " << type << " within " << limitMs << " ms");
    return {};
  }
  Handle dial(int channel, const std::string& digits) {
    const Engine::Created created = stack->dial(channel, digits);
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  /// The state that the channel told last.
  [[nodiscard]] std::string stateOf(int channel) const {
    std::string state = "idle";
    for (const Event& event : log.of("channelState")) {
      if (number(event, "channel") == channel) state = text(event, "state");
    }
    return state;
  }
};

}  // namespace branchline::test
