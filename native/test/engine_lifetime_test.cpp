// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>

#include "engine_support.hpp"
#include "realtime/realtime_scope.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

template <typename Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// A real-time engine whose events a thread drains, as the add-on's does.
struct RealTime {
  KeptEvents events;
  QuietOwner owner;
  Engine engine{{.stepped = false, .maxHandles = 1024}, events};
  std::atomic<bool> stopping{false};
  std::thread drainer{[this] {
    while (!stopping) {
      engine.drainEvents();
      std::this_thread::sleep_for(1ms);
    }
  }};
  ~RealTime() { stop(); }
  void stop() {
    if (!drainer.joinable()) return;
    stopping = true;
    drainer.join();
  }
};

}  // namespace

TEST_CASE("a leg ends once: its fields arrive, a second end is stale, and so is every command") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  CHECK(bench.engine.ownerOf(leg) == &bench.owner);
  CHECK(bench.engine.endLeg(leg, {{"q850", std::int64_t{17}}, {"detail", std::string("busy")}}) == Status::ok);
  CHECK(bench.engine.endLeg(leg, {}) == Status::staleHandle);
  CHECK(bench.engine.attach(leg, party) == Status::staleHandle);
  CHECK(bench.engine.play(leg, {.files = {"a.wav"}}).status == Status::staleHandle);
  CHECK(bench.engine.ownerOf(leg) == nullptr);
  bench.engine.step(40);
  CHECK(number(bench.one("legEnded"), "q850") == 17);
  CHECK(text(bench.one("legEnded"), "detail") == "busy");
  CHECK(bench.engine.counters().legs == 0);
}

TEST_CASE("everything of a leg ends before the leg, each with one event") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  const std::string file = writeWav(folder / "a.wav", counted(1, 8000));
  bench.play(leg, {.files = {file}});
  bench.play(leg, {.files = {file}, .queued = true});
  REQUIRE(bench.engine.record(leg, {.file = folder / "r.wav"}).status == Status::ok);
  bench.engine.step(100);
  bench.engine.endLeg(leg, {});
  bench.engine.step(20);
  CHECK(bench.events.types() == std::vector<std::string>{"recorderEnded", "playerEnded", "playerEnded", "legEnded"});
  CHECK(text(bench.events.of("playerEnded")[0], "reason") == "legEnded");
  const Engine::Counters counters = bench.engine.counters();
  CHECK(counters.players + counters.recorders + counters.legs == 0);
}

TEST_CASE("after detach the port may go; the leg plays on to nobody, and a new port joins") {
  const Folder folder;
  Bench bench;
  auto first = std::make_unique<Party>();
  const Handle leg = bench.leg(*first);
  bench.play(leg, {.files = {writeWav(folder / "a.wav", counted(1, 8000))}});
  bench.engine.step(20);
  CHECK(bench.engine.detach(leg) == Status::ok);
  first.reset();
  bench.engine.step(20);
  Party second;
  CHECK(bench.engine.attach(leg, second) == Status::ok);
  bench.engine.step(20);
  CHECK(second.heard() == counted(321, 160));
}

TEST_CASE("levels are those of what is said and heard, and none without audio") {
  Bench bench;
  Party party(sine(1000, 32767, 8000));
  const Handle leg = bench.leg(party);
  bench.engine.step(1000);
  CHECK(bench.engine.levels(leg).receivedDbm0 == doctest::Approx(3.14).epsilon(0.02));
  CHECK(bench.engine.levels(leg).sentDbm0 == -99.0);
  bench.engine.detach(leg);
  bench.engine.step(20);
  CHECK(bench.engine.levels(leg).receivedDbm0 == -99.0);
}

TEST_CASE("no handle is left when all are taken, and there is one again when one has ended") {
  Bench bench;
  std::vector<Handle> legs;
  for (int i = 0; i < 64; i++) legs.push_back(bench.engine.createLeg(bench.owner));
  CHECK(legs.back() != kNoHandle);
  CHECK(bench.engine.createLeg(bench.owner) == kNoHandle);
  CHECK(bench.engine.bridge(legs[0], legs[1]).status == Status::full);
  bench.engine.endLeg(legs[0], {});
  CHECK(bench.engine.createLeg(bench.owner) == kNoHandle);  // Its end was not told yet.
  bench.engine.step(20);
  const Handle again = bench.engine.createLeg(bench.owner);
  CHECK(again != kNoHandle);
  CHECK(again != legs[0]);
}

TEST_CASE("with more digits than the rings hold some are lost and counted, but no end is") {
  Bench bench;
  std::vector<Handle> legs;
  for (int i = 0; i < 60; i++) legs.push_back(bench.engine.createLeg(bench.owner));
  for (int i = 0; i < 10'000; i++) bench.engine.digitReceived(legs[static_cast<std::size_t>(i % 60)], '5', 80, "rfc4733");
  for (const Handle leg : legs) CHECK(bench.engine.endLeg(leg, {}) == Status::ok);
  bench.engine.step(20);
  CHECK(bench.events.of("legEnded").size() == 60);
  const std::size_t digits = bench.events.of("digit").size();
  CHECK(digits == 2048);
  CHECK(bench.engine.counters().eventsLost == 10'000 - digits);
}

TEST_CASE("parts run after each frame of a step, may command, and see it take effect before the step returns") {
  struct Ender final : SteppedPart {
    explicit Ender(Bench& bench, Handle leg) : bench(bench), leg(leg) {}
    void runDue(std::int64_t nowNs) override {
      times.push_back(nowNs);
      if (times.size() == 3) bench.engine.endLeg(leg, {});
    }
    Bench& bench;
    Handle leg;
    std::vector<std::int64_t> times;
  };
  Bench bench;
  Party party;
  Ender ender(bench, bench.leg(party));
  bench.engine.addPart(ender);
  bench.engine.step(60);
  CHECK(bench.events.of("legEnded").size() == 1);
  bench.engine.step(0);
  bench.engine.removePart(ender);
  bench.engine.step(20);
  REQUIRE(ender.times.size() == 4);
  CHECK(ender.times[1] - ender.times[0] == kFrameNs);
  CHECK(ender.times[3] == ender.times[2]);
  CHECK_THROWS_AS(bench.engine.step(30), std::invalid_argument);
}

TEST_CASE("a frame hook runs before every pull until it is removed") {
  Bench bench;
  static int calls;
  calls = 0;
  bench.engine.addFrameHook([](void* count) noexcept { (*static_cast<int*>(count))++; }, &calls);
  bench.engine.step(100);
  bench.engine.removeFrameHook(&calls);
  bench.engine.step(100);
  CHECK(calls == 5);
}

TEST_CASE("an engine that goes ends what is left and tells it") {
  const Folder folder;
  KeptEvents events;
  QuietOwner owner;
  Party party(counted(1, 8000));
  {
    Engine engine({.stepped = true}, events);
    const Handle leg = engine.createLeg(owner);
    engine.attach(leg, party);
    REQUIRE(engine.record(leg, {.file = folder / "r.wav"}).status == Status::ok);
    engine.step(100);
  }
  CHECK(events.types() == std::vector<std::string>{"recorderEnded", "legEnded"});
  CHECK(number(events.of("legEnded")[0], "q850") == 41);
  CHECK(readWavFile(folder / "r.wav").size() == 800);
}

TEST_CASE("real time: a prompt arrives whole, without a gap, at twenty milliseconds a frame") {
  const Folder folder;
  Party party;
  RealTime real;
  const Handle leg = real.engine.createLeg(real.owner);
  real.engine.attach(leg, party);
  const auto samples = counted(1, 12'000);
  real.engine.play(leg, {.files = {writeWav(folder / "a.wav", samples)}});
  REQUIRE(within(5s, [&] { return !real.events.of("playerEnded").empty(); }));
  real.engine.endLeg(leg, {});
  REQUIRE(within(1s, [&] { return !real.events.of("legEnded").empty(); }));
  const auto first = std::find(party.heard().begin(), party.heard().end(), 1);
  REQUIRE(party.heard().end() - first >= 12'000);
  CHECK(std::vector<std::int16_t>(first, first + 12'000) == samples);
  const Engine::Counters counters = real.engine.counters();
  CHECK(counters.prefetchUnderruns == 0);
  CHECK(counters.frames >= 75);
  // A frame that is under way has begun and is not counted yet.
  for (const auto& histogram : {counters.frameLateness, counters.frameTime}) {
    const auto counted = std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
    CHECK(counted + 1 >= counters.frames);
    CHECK(histogram.sumNs > 0);
  }
}

TEST_CASE("real time: ports are taken away and legs ended from another thread while the clock runs") {
  const Folder folder;
  const std::string file = writeWav(folder / "a.wav", counted(1, 8000));
  RealTime real;
  int ended = 0;
  for (int round = 0; round < 60; round++) {
    auto port = std::make_unique<Party>(counted(1, 8000));
    auto other = std::make_unique<Party>();
    const Handle legA = real.engine.createLeg(real.owner);
    const Handle legB = real.engine.createLeg(real.owner);
    real.engine.attach(legA, *port);
    real.engine.attach(legB, *other);
    real.engine.bridge(legA, legB);
    real.engine.play(legA, {.files = {file}, .loop = true});
    if (round % 10 == 0) real.engine.record(legA, {.file = folder / ("r" + std::to_string(round) + ".wav"), .direction = RecordDirection::both});
    std::this_thread::sleep_for(std::chrono::milliseconds(round % 23));
    std::thread stack([&] {
      real.engine.detach(legA);
      port.reset();
      real.engine.endLeg(legB, {});
      other.reset();
    });
    real.engine.digitReceived(legA, '1', 80, "rfc4733");
    static_cast<void>(real.engine.levels(legA));
    stack.join();
    real.engine.endLeg(legA, {});
    ended += 2;
  }
  REQUIRE(within(5s, [&] { return real.events.of("legEnded").size() == static_cast<std::size_t>(ended); }));
  CHECK(real.events.of("bridgeEnded").size() == 60);
  CHECK(real.events.of("playerEnded").size() == 60);
  CHECK(real.events.of("recorderEnded").size() == 6);
  CHECK(real.engine.counters().legs == 0);
}

TEST_CASE("real time: a stall of 120 ms is caught up, one of 400 ms is skipped and counted, and the clock does not drift") {
  struct Staller {
    std::atomic<int> stallMs{0};
    static void hook(void* context) noexcept {
      const int stall = static_cast<Staller*>(context)->stallMs.exchange(0);
      const RealtimePermit permit(Forbidden::wait, "the stall is what is tested");
      if (stall > 0) std::this_thread::sleep_for(std::chrono::milliseconds(stall));
    }
  };
  Staller staller;
  RealTime real;
  real.engine.addFrameHook(Staller::hook, &staller);
  const auto counted = [&] {
    const Engine::Counters counters = real.engine.counters();
    return static_cast<std::int64_t>(counters.frames + counters.skippedFrames);
  };
  const std::int64_t before = counted();
  const auto began = std::chrono::steady_clock::now();
  staller.stallMs = 120;
  std::this_thread::sleep_for(300ms);
  CHECK(real.engine.counters().lateFrames >= 4);
  const std::uint64_t skipped = real.engine.counters().skippedFrames;
  staller.stallMs = 400;
  std::this_thread::sleep_for(700ms);
  CHECK(real.engine.counters().skippedFrames >= skipped + 10);
  CHECK(real.engine.counters().worstLatenessNs >= 300'000'000);
  CHECK(real.engine.counters().frameTime.counts.back() == 2);  // The stalls, and no frame else, lasted over 50 ms.
  const auto elapsed = std::chrono::steady_clock::now() - began;
  CHECK(std::abs(counted() - before - elapsed / 20ms) <= 2);
  real.engine.removeFrameHook(&staller);
}

TEST_CASE("real time: detach returns only when the audio thread has left the port") {
  struct SlowPort final : MediaPort {
    void pull(Frame&) noexcept override {
      const RealtimePermit permit(Forbidden::wait, "a use that lasts is what is tested");
      inside = true;
      std::this_thread::sleep_for(5ms);
      inside = false;
    }
    void push(const Frame&) noexcept override {}
    std::atomic<bool> inside{false};
  };
  SlowPort port;
  RealTime real;
  const Handle leg = real.engine.createLeg(real.owner);
  for (int i = 0; i < 5; i++) {
    real.engine.attach(leg, port);
    REQUIRE(within(1s, [&] { return port.inside.load(); }));
    real.engine.detach(leg);
    CHECK_FALSE(port.inside.load());
  }
  real.engine.endLeg(leg, {});
}

TEST_CASE("real time: detach waits for a use of the port, not for a frame") {
  Party party;
  RealTime real;
  const Handle leg = real.engine.createLeg(real.owner);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; i++) {
    real.engine.attach(leg, party);
    real.engine.detach(leg);
  }
  CHECK(std::chrono::steady_clock::now() - began < 1s);
  real.engine.endLeg(leg, {});
}
