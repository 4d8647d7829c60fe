// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "engine_support.hpp"

namespace {

/// What was asked of the disk, in order.
std::vector<std::string> asked;
std::atomic<int> diskMs{0};  // How long it takes over a sync.
std::atomic<int> diskSyncs{0};
bool diskLoses = false;  // Syncs say so; it was of the files named "lost".

std::string fileNameOf(int file) { return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)).string(); }

}  // namespace

// These stand before the C library's own.
extern "C" int syncfs(int) noexcept {
  asked.emplace_back("disk");
  diskSyncs++;
  std::this_thread::sleep_for(std::chrono::milliseconds(diskMs.load()));
  if (!diskLoses) return 0;
  errno = EIO;
  return -1;
}
extern "C" int fdatasync(int file) {
  asked.emplace_back("file");
  if (!diskLoses || fileNameOf(file).find("lost") == std::string::npos) return 0;
  errno = EIO;
  return -1;
}
extern "C" int rename(const char* from, const char* to) noexcept {
  asked.emplace_back("rename");
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

using namespace branchline;
using namespace branchline::test;

namespace {

Handle record(Bench& bench, Handle leg, RecordRequest request) {
  const Engine::Created created = bench.engine.record(leg, std::move(request));
  REQUIRE(created.status == Status::ok);
  return created.handle;
}

}  // namespace

TEST_CASE("a recording holds what the party said, sample for sample, under its final name once it is stopped") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 20'000));
  const Handle recorder = record(bench, bench.leg(party), {.file = folder / "r.wav"});
  bench.engine.step(2000);
  CHECK_FALSE(std::filesystem::exists(folder / "r.wav"));
  CHECK(readWavFile(folder / "r.wav.part").size() == 16'000);
  CHECK(bench.engine.stopRecorder(recorder) == Status::ok);
  bench.engine.step(20);
  const Event ended = bench.one("recorderEnded");
  CHECK(ended.subject == recorder);
  CHECK(text(ended, "reason") == "stopped");
  CHECK(text(ended, "file") == (folder / "r.wav"));
  CHECK(number(ended, "recordedMs") == 2000);
  CHECK(readWavFile(folder / "r.wav") == counted(1, 16'000));
  CHECK_FALSE(std::filesystem::exists(folder / "r.wav.part"));
  CHECK(bench.engine.stopRecorder(recorder) == Status::staleHandle);
}

TEST_CASE("both directions lie left and right in step, and the sent one alone in its own file") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 1600));
  const Handle leg = bench.leg(party);
  const Handle both = record(bench, leg, {.file = folder / "both.wav", .direction = RecordDirection::both});
  const Handle sent = record(bench, leg, {.file = folder / "sent.wav", .direction = RecordDirection::sent});
  bench.play(leg, {.files = {writeWav(folder / "p.wav", counted(5001, 1600))}});
  bench.engine.step(200);
  bench.engine.stopRecorder(both);
  bench.engine.stopRecorder(sent);
  bench.engine.step(20);
  CHECK(readWavFile(folder / "sent.wav") == counted(5001, 1600));
  std::ifstream file(folder / "both.wav", std::ios::binary);
  file.seekg(44);
  for (int i = 0; i < 1600; i++) {
    std::int16_t pair[2];
    file.read(reinterpret_cast<char*>(pair), sizeof pair);
    REQUIRE(pair[0] == 1 + i);
    REQUIRE(pair[1] == 5001 + i);
  }
  CHECK(bench.events.of("recorderEnded").size() == 2);
}

TEST_CASE("mixed is one channel with the sum of both directions, and what is too loud for it stays at full scale") {
  const Folder folder;
  Bench bench;
  Party party(counted(10'000, 1600));
  const Handle leg = bench.leg(party);
  const Handle recorder = record(bench, leg, {.file = folder / "r.wav", .direction = RecordDirection::mixed});
  auto sent = counted(1, 800);
  sent.resize(1600, 30'000);
  bench.play(leg, {.files = {writeWav(folder / "p.wav", sent)}});
  bench.engine.step(200);
  bench.engine.stopRecorder(recorder);
  bench.engine.step(20);
  const auto samples = readWavFile(folder / "r.wav");
  REQUIRE(samples.size() == 1600);
  for (int i = 0; i < 800; i++) REQUIRE(samples[i] == 10'001 + 2 * i);
  for (int i = 800; i < 1600; i++) REQUIRE(samples[i] == 32'767);
}

TEST_CASE("while a recording is paused nothing is written and its time does not count, to the frame") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 24'000));
  const Handle recorder = record(bench, bench.leg(party), {.file = folder / "r.wav", .maxSeconds = 1});
  bench.engine.step(500);
  CHECK(bench.engine.changeRecorder(recorder, RecorderChange::pause) == Status::ok);
  bench.engine.step(1500);
  CHECK(bench.events.of("recorderEnded").empty());
  CHECK(bench.engine.changeRecorder(recorder, RecorderChange::resume) == Status::ok);
  bench.engine.step(520);
  CHECK(text(bench.one("recorderEnded"), "reason") == "maxLength");
  CHECK(number(bench.one("recorderEnded"), "recordedMs") == 1000);
  auto expected = counted(1, 4000);
  for (const std::int16_t sample : counted(16'001, 4000)) expected.push_back(sample);
  CHECK(readWavFile(folder / "r.wav") == expected);
  CHECK(bench.engine.changeRecorder(recorder, RecorderChange::pause) == Status::staleHandle);
}

TEST_CASE("while a recording is muted silence stands in place of both directions, and its time counts") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 4800));
  const Handle leg = bench.leg(party);
  const Handle recorder = record(bench, leg, {.file = folder / "r.wav", .direction = RecordDirection::mixed});
  bench.engine.step(200);
  CHECK(bench.engine.changeRecorder(recorder, RecorderChange::mute) == Status::ok);
  bench.engine.step(200);
  CHECK(bench.engine.changeRecorder(recorder, RecorderChange::unmute) == Status::ok);
  bench.engine.step(200);
  bench.engine.stopRecorder(recorder);
  bench.engine.step(20);
  auto expected = counted(1, 4800);
  std::fill(expected.begin() + 1600, expected.begin() + 3200, std::int16_t{0});
  CHECK(readWavFile(folder / "r.wav") == expected);
  CHECK(number(bench.one("recorderEnded"), "recordedMs") == 600);
}

TEST_CASE("a recording that is paused when its leg ends is complete, with what there was before") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 1600));
  const Handle leg = bench.leg(party);
  const Handle recorder = record(bench, leg, {.file = folder / "r.wav"});
  bench.engine.step(100);
  bench.engine.changeRecorder(recorder, RecorderChange::pause);
  bench.engine.step(100);
  bench.engine.endLeg(leg, {});
  bench.engine.step(20);
  CHECK(text(bench.one("recorderEnded"), "reason") == "legEnded");
  CHECK(readWavFile(folder / "r.wav") == counted(1, 800));
}

TEST_CASE("an A-law recording has one byte a sample and reads back within a quantising step") {
  const Folder folder;
  Bench bench;
  const auto speech = sine(500, 8000, 1600);
  Party party(speech);
  const Handle recorder = record(bench, bench.leg(party), {.file = folder / "r.wav", .format = RecordFormat::alaw});
  bench.engine.step(200);
  bench.engine.stopRecorder(recorder);
  bench.engine.step(20);
  CHECK(std::filesystem::file_size(folder / "r.wav") == 58 + 1600);
  const auto samples = readWavFile(folder / "r.wav");
  for (std::size_t i = 0; i < samples.size(); i++) REQUIRE(std::abs(samples[i] - speech[i]) <= 128);
}

TEST_CASE("the longest length ends a recording by itself, to the frame") {
  const Folder folder;
  Bench bench;
  Party party;
  record(bench, bench.leg(party), {.file = folder / "r.wav", .maxSeconds = 1});
  bench.engine.step(1100);
  CHECK(text(bench.one("recorderEnded"), "reason") == "maxLength");
  CHECK(number(bench.one("recorderEnded"), "recordedMs") == 1000);
  CHECK(readWavFile(folder / "r.wav").size() == 8000);
}

TEST_CASE("when the leg ends its recording is complete before the leg's end is told") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 800));
  const Handle leg = bench.leg(party);
  record(bench, leg, {.file = folder / "r.wav"});
  bench.engine.step(100);
  bench.engine.endLeg(leg, {});
  bench.engine.step(20);
  CHECK(bench.events.types() == std::vector<std::string>{"recorderEnded", "legEnded"});
  CHECK(text(bench.one("recorderEnded"), "reason") == "legEnded");
  CHECK(readWavFile(folder / "r.wav") == counted(1, 800));
}

TEST_CASE("a recording that can't be created ends with the system's words and leaves no file") {
  Bench bench;
  Party party;
  record(bench, bench.leg(party), {.file = "/nowhere/r.wav"});
  bench.engine.step(40);
  const Event ended = bench.one("recorderEnded");
  CHECK(text(ended, "reason") == "error");
  CHECK(text(ended, "detail") == "/nowhere/r.wav.part: No such file or directory");
  CHECK(text(ended, "file").empty());
}

TEST_CASE("a disk that fills up ends the recording with an error and keeps what there is") {
  const Folder folder;
  Bench bench;
  Party party(counted(1, 30'000));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit small{40'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  record(bench, bench.leg(party), {.file = folder / "r.wav"});
  bench.engine.step(4000);
  setrlimit(RLIMIT_FSIZE, &before);
  const Event ended = bench.one("recorderEnded");
  CHECK(text(ended, "reason") == "error");
  CHECK(text(ended, "detail") == (folder / "r.wav.part: File too large"));
  CHECK(text(ended, "file") == (folder / "r.wav.part"));
  CHECK(readWavFile(folder / "r.wav.part").size() >= 8000);
}

TEST_CASE("a recording is on the disk before it has its name, and its name is before its end is told: a power cut leaves no empty file") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle recorder = record(bench, bench.leg(party), {.file = folder / "r.wav"});
  bench.engine.step(200);
  asked.clear();
  bench.engine.stopRecorder(recorder);
  bench.engine.step(20);
  CHECK(asked == std::vector<std::string>{"disk", "rename", "disk"});
}

TEST_CASE("recordings that end together are brought to the disk together") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  for (int i = 0; i < 3; i++) record(bench, leg, {.file = folder / (std::to_string(i) + ".wav")});
  bench.engine.step(200);
  asked.clear();
  bench.engine.endLeg(leg, {});
  bench.engine.step(20);
  CHECK(asked == std::vector<std::string>{"disk", "rename", "rename", "rename", "disk"});
}

TEST_CASE("where a disk lost something, the recording it was of ends with an error as a .part, and the others end well") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  record(bench, leg, {.file = folder / "lost.wav"});
  record(bench, leg, {.file = folder / "kept.wav"});
  bench.engine.step(200);
  diskLoses = true;
  bench.engine.endLeg(leg, {});
  bench.engine.step(20);
  diskLoses = false;
  CHECK(bench.events.of("recorderEnded").size() == 2);
  for (const Event& ended : bench.events.of("recorderEnded")) {
    const bool lost = text(ended, "file") == (folder / "lost.wav.part");
    CHECK(text(ended, "reason") == (lost ? "error" : "legEnded"));
    CHECK(text(ended, "detail") == (lost ? folder / "lost.wav.part: Input/output error" : ""));
  }
  CHECK(std::filesystem::exists(folder / "kept.wav"));
  CHECK(std::filesystem::exists(folder / "lost.wav.part"));
}

TEST_CASE("all recordings together are brought to the disk once a second, and one that takes 50 ms over it costs not a frame") {
  const Folder folder;
  KeptEvents events;
  QuietOwner owner;
  Party parties[24];
  Engine engine({.stepped = false, .maxHandles = 128, .realtimePriority = true}, events);
  diskSyncs = 0;
  diskMs = 50;
  for (int i = 0; i < 24; i++) {
    const Handle leg = engine.createLeg(owner);
    engine.attach(leg, parties[i]);
    engine.record(leg, {.file = folder / (std::to_string(i) + ".wav")});
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(3500));
  const int syncs = diskSyncs;
  CHECK(syncs >= 3);
  CHECK(syncs <= 5);
  const Engine::Counters counters = engine.counters();
  CHECK(counters.recordOverruns == 0);
  if (counters.realtime) CHECK(counters.lateFrames == 0);  // Else it depends on what else runs here.
  diskMs = 0;
}

TEST_CASE("a disk that takes half a second over each of many ended recordings costs the others not a frame") {
  const Folder folder;
  KeptEvents events;
  QuietOwner owner;
  Party parties[8];
  Engine engine({.stepped = false, .maxHandles = 64, .realtimePriority = false}, events);
  std::vector<Handle> recorders;
  for (int i = 0; i < 8; i++) {
    const Handle leg = engine.createLeg(owner);
    engine.attach(leg, parties[i]);
    recorders.push_back(engine.record(leg, {.file = folder / (std::to_string(i) + ".wav")}).handle);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  diskMs = 500;
  for (std::size_t i = 0; i < 6; i++) engine.stopRecorder(recorders[i]);
  for (int waited = 0; waited < 100 && events.of("recorderEnded").size() < 6; waited++) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  diskMs = 0;
  CHECK(events.of("recorderEnded").size() == 6);
  CHECK(engine.counters().recordOverruns == 0);
}

TEST_CASE("a recording that can't even write its header leaves no file behind") {
  const Folder folder;
  Bench bench;
  Party party;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  record(bench, bench.leg(party), {.file = folder / "r.wav"});
  bench.engine.step(40);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(text(bench.one("recorderEnded"), "reason") == "error");
  CHECK(text(bench.one("recorderEnded"), "file").empty());
  CHECK_FALSE(std::filesystem::exists(folder / "r.wav.part"));
}
