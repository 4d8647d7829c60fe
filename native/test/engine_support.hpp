// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the engine's suites share: a sink that keeps events, a party whose speech is given and whose hearing is kept, files and measures.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <numbers>
#include <string>
#include <vector>

#include "audio/engine.hpp"
#include "common/wav_reader.hpp"

namespace branchline::test {

class KeptEvents final : public EventSink {
 public:
  void post(Event event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::vector<Event> all() {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<std::string> types() {
    std::vector<std::string> types;
    for (const Event& event : all()) types.emplace_back(event.type);
    return types;
  }
  std::vector<Event> of(const std::string& type) {
    std::vector<Event> found;
    for (Event& event : all()) {
      if (event.type == type) found.push_back(std::move(event));
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
};

inline FieldValue field(const Event& event, const std::string& name) {
  for (const auto& [key, value] : event.fields) {
    if (key == name) return value;
  }
  FAIL("no field " << name << " in " << event.type);
  return {};
}
inline std::string text(const Event& event, const std::string& name) { return std::get<std::string>(field(event, name)); }
inline std::int64_t number(const Event& event, const std::string& name) { return std::get<std::int64_t>(field(event, name)); }

/// A line stack that owns legs and does nothing.
class QuietOwner final : public LegOwner {
 public:
  Status ring(Handle, bool) override { return Status::ok; }
  Status answer(Handle) override { return Status::ok; }
  Status clear(Handle, ClearRequest) override { return Status::ok; }
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::unavailable; }
};

/// A party: says `speech` from its beginning, then silence; keeps what it hears.
class Party final : public MediaPort {
 public:
  explicit Party(std::vector<std::int16_t> speech = {}) : speech_(std::move(speech)) { heard_.reserve(1'000'000); }
  void pull(Frame& out) noexcept override {
    for (std::size_t i = 0; i < kFrameSamples; i++) out.samples[i] = said_ < speech_.size() ? speech_[said_++] : std::int16_t{0};
  }
  void push(const Frame& in) noexcept override {
    for (std::size_t i = 0; i < kFrameSamples; i++) heard_.push_back(in.samples[i]);
  }
  [[nodiscard]] const std::vector<std::int16_t>& heard() const { return heard_; }

 private:
  std::vector<std::int16_t> speech_;
  std::size_t said_ = 0;
  std::vector<std::int16_t> heard_;
};

/// A folder that is gone with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "branchline-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline void append(std::string& bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; i++) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

struct WavShape {
  int format = 1;
  int channels = 1;
  int rate = 8000;
  int bits = 16;
};

/// The bytes of a WAV file as any program would write it, made here by hand so that reader and writer are not checked by each other.
inline std::string wavBytes(const std::string& audio, WavShape shape = {}) {
  std::string bytes = "RIFF";
  append(bytes, 36 + audio.size(), 4);
  bytes += "WAVEfmt ";
  append(bytes, 16, 4);
  append(bytes, static_cast<std::uint64_t>(shape.format), 2);
  append(bytes, static_cast<std::uint64_t>(shape.channels), 2);
  append(bytes, static_cast<std::uint64_t>(shape.rate), 4);
  append(bytes, static_cast<std::uint64_t>(shape.rate * shape.channels * shape.bits / 8), 4);
  append(bytes, static_cast<std::uint64_t>(shape.channels * shape.bits / 8), 2);
  append(bytes, static_cast<std::uint64_t>(shape.bits), 2);
  bytes += "data";
  append(bytes, audio.size(), 4);
  return bytes + audio;
}

inline void writeBytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

inline std::string writeWav(const std::string& path, const std::vector<std::int16_t>& samples) {
  std::string audio;
  for (const std::int16_t sample : samples) append(audio, static_cast<std::uint16_t>(sample), 2);
  writeBytes(path, wavBytes(audio));
  return path;
}

/// `count` samples that no two places share: 1, 2, 3 … from `first`.
inline std::vector<std::int16_t> counted(int first, int count) {
  std::vector<std::int16_t> samples;
  for (int i = 0; i < count; i++) samples.push_back(static_cast<std::int16_t>(first + i));
  return samples;
}

inline std::vector<std::int16_t> sine(double hz, double amplitude, int count) {
  std::vector<std::int16_t> samples;
  for (int i = 0; i < count; i++)
    samples.push_back(static_cast<std::int16_t>(std::lrint(amplitude * std::sin(2 * std::numbers::pi * hz * i / 8000))));
  return samples;
}

template <typename Samples>
std::vector<std::int16_t> slice(const Samples& samples, std::size_t from, std::size_t count) {
  REQUIRE(samples.size() >= from + count);
  return {samples.begin() + static_cast<std::ptrdiff_t>(from), samples.begin() + static_cast<std::ptrdiff_t>(from + count)};
}

/// Level in dBm0 of the part of `samples` at `hz` (Goertzel's algorithm; whole periods wanted).
inline double dbm0At(const std::vector<std::int16_t>& samples, double hz) {
  const double coefficient = 2 * std::cos(2 * std::numbers::pi * hz / 8000);
  double s1 = 0;
  double s2 = 0;
  for (const std::int16_t sample : samples) {
    const double s0 = sample + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const double power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  const double amplitude = 2 * std::sqrt(std::max(power, 1e-12)) / static_cast<double>(samples.size());
  return 20 * std::log10(amplitude / 32767) + 3.14;
}

/// A stepped engine with what it needs.
struct Bench {
  KeptEvents events;
  QuietOwner owner;
  Engine engine{{.stepped = true, .maxHandles = 64}, events};

  Handle leg(MediaPort& port) {
    const Handle handle = engine.createLeg(owner);
    REQUIRE(handle != kNoHandle);
    REQUIRE(engine.attach(handle, port) == Status::ok);
    return handle;
  }
  Handle play(Handle leg, PlayRequest request) {
    const Engine::Created created = engine.play(leg, std::move(request));
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  /// The one event of `type`.
  Event one(const std::string& type) {
    const auto found = events.of(type);
    REQUIRE(found.size() == 1);
    return found.front();
  }
};

}  // namespace branchline::test
