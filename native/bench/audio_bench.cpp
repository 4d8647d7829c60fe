// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the audio engine itself costs a call, without any line: frames of many legs with ports of nothing, on a stepped clock, as fast as they go.
// Prints JSON rows of {name, legs, cpuPercentPerLeg}: the part of one core that a leg takes, by the process's CPU time (file thread's work included).
//
//   audio_bench [legs] [seconds of audio]      (defaults 100 and 60)

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "audio/engine.hpp"
#include "common/wav_writer.hpp"

namespace {

using namespace branchline;

struct NoEvents final : EventSink {
  void post(Event) override {}
};

struct Nobody final : LegOwner {
  Status ring(Handle, bool) override { return Status::ok; }
  Status answer(Handle) override { return Status::ok; }
  Status clear(Handle, ClearRequest) override { return Status::ok; }
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::unavailable; }
};

/// Says a quiet noise, in syllables where it talks, else without a pause; hears nothing.
struct NoisePort final : MediaPort {
  enum class Says { noise, talk, nothing };
  void pull(Frame& out) noexcept override {
    constexpr int kSyllableFrames = 30;
    constexpr int kSoundingFrames = 20;
    frame = (frame + 1) % kSyllableFrames;
    if (says == Says::nothing || (says == Says::talk && frame >= kSoundingFrames)) {
      out.samples = {};
      return;
    }
    for (std::size_t i = 0; i < kFrameSamples; i++) {
      state = state * 1664525 + 1013904223;
      out.samples[i] = static_cast<std::int16_t>(static_cast<std::int32_t>(state) >> 20);
    }
  }
  void push(const Frame&) noexcept override {}
  Says says = Says::noise;
  int frame = 0;
  std::uint32_t state = 1;
};

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Run {
  std::string folder;
  std::string prompt;
  Engine& engine;
  std::vector<NoisePort>& ports;
  std::vector<Handle> legs;
};

void measure(const std::string& folder, const char* name, int legCount, int seconds, const std::function<void(Run&)>& prepare) {
  NoEvents events;
  Nobody owner;
  std::vector<NoisePort> ports(static_cast<std::size_t>(legCount));
  Engine engine({.stepped = true}, events);
  Run run{folder, folder + "/prompt.wav", engine, ports, {}};
  for (NoisePort& port : ports) {
    run.legs.push_back(engine.createLeg(owner));
    engine.attach(run.legs.back(), port);
  }
  prepare(run);
  engine.step(1000);
  const double before = cpuSeconds();
  engine.step(seconds * 1000);
  const double percent = 100 * (cpuSeconds() - before) / seconds / legCount;
  std::printf("{\"name\": \"%s\", \"legs\": %d, \"cpuPercentPerLeg\": %.4f}\n", name, legCount, percent);
  for (const Handle leg : run.legs) engine.endLeg(leg, {});
}

void bridgePairs(Run& run) {
  for (std::size_t i = 0; i + 1 < run.legs.size(); i += 2) run.engine.bridge(run.legs[i], run.legs[i + 1]);
}

void recordAll(Run& run) {
  for (const Handle leg : run.legs) {
    run.engine.record(leg,
                      {.file = run.folder + "/" + std::to_string(leg) + ".wav", .direction = RecordDirection::both, .format = RecordFormat::alaw});
  }
}

/// All legs in one conference, the first `talkers` of them talking in turn with the others.
void confer(Run& run, std::size_t talkers) {
  const Handle conference = run.engine.createConference().handle;
  for (std::size_t i = 0; i < run.legs.size(); i++) {
    run.ports[i].says = i < talkers ? NoisePort::Says::talk : NoisePort::Says::nothing;
    run.ports[i].frame = static_cast<int>(i * 7 % 30);
    run.engine.joinConference(conference, run.legs[i], {});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int legs = argc > 1 ? std::atoi(argv[1]) : 100;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 60;
  if (legs < 2 || legs > 2000 || seconds < 1) {
    std::fputs("usage: audio_bench [legs 2…2000] [seconds of audio]\n", stderr);
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "branchline-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  {
    WavWriter prompt(folder + "/prompt.wav", 1, WavEncoding::alaw);
    prompt.write(std::vector<std::int16_t>(80'000, 1000));
  }
  measure(folder, "calibration: ports only", legs, seconds, [](Run&) {});
  measure(folder, "playback", legs, seconds, [](Run& run) {
    for (const Handle leg : run.legs) run.engine.play(leg, {.files = {run.prompt}, .loop = true});
  });
  measure(folder, "bridge of two", legs, seconds, bridgePairs);
  measure(folder, "bridge of two, both recorded", legs, seconds, [](Run& run) {
    bridgePairs(run);
    recordAll(run);
  });
  for (const int members : {10, 20, 50, legs}) {
    measure(folder, "conference, all talking, a member", members, seconds, [](Run& run) { confer(run, run.legs.size()); });
    measure(folder, "conference, three talking, a member", members, seconds, [](Run& run) { confer(run, 3); });
  }
  measure(folder, "tone", legs, seconds, [](Run& run) {
    for (const Handle leg : run.legs) run.engine.playTone(leg, {.segments = {{.frequencies = {350, 440}, .milliseconds = 1000}}, .loop = true});
  });
  measure(folder, "in-band DTMF receiver on noise", legs, seconds, [](Run& run) {
    for (const Handle leg : run.legs) run.engine.setDetectors(leg, {.dtmf = true});
  });
  measure(folder, "tone detector on noise", legs, seconds, [](Run& run) {
    for (const Handle leg : run.legs) run.engine.setDetectors(leg, {.tones = true});
  });
  std::filesystem::remove_all(folder);
  return 0;
}
