// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/dtmf_measures.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>

#include "test/detect_signals.hpp"

namespace branchline::bench {

using test::Signal;

namespace {

constexpr char kKeys[] = "123A456B789C*0#D";
constexpr int kKeyCount = 16;
constexpr int kKeysInRow = 160;
constexpr double kOnMs = 60;
constexpr double kPauseMs = 73.125;  // Uneven: edges fall at every place of a frame.
constexpr double kLeadMs = 300;
constexpr double kToldWithinMs = 130;  // A key told later than this after its beginning was not this key.

/// What one press of a key sounds like, its pause not included.
using Press = std::function<void(Signal&, char)>;

struct Tally {
  int taken = 0;  // Keys told in their time, once or more.
  int extra = 0;  // Told besides: doubled, or other keys.
};

/// Keys one after the other; `over` puts something over all of them.
Tally tally(const KeyReceiverKind& kind, unsigned seed, int keys, double pauseMs, const Press& press, const std::function<void(Signal&)>& over = {}) {
  Signal signal(seed);
  signal.silence(kLeadMs);
  std::vector<double> beganMs;
  for (int i = 0; i < keys; ++i) {
    beganMs.push_back(static_cast<double>(signal.size()) / 8);
    press(signal, kKeys[i % kKeyCount]);
    signal.silence(pauseMs);
  }
  signal.silence(kLeadMs);
  if (over) over(signal);

  const auto receiver = kind.make();
  std::vector<bool> told(static_cast<std::size_t>(keys), false);
  Tally result;
  double endMs = 0;
  std::size_t next = 0;
  signal.feed([&](const Frame& frame) {
    endMs += kFrameMilliseconds;
    for (const char digit : receiver->process(frame)) {
      while (next < beganMs.size() && beganMs[next] + kToldWithinMs < endMs) ++next;
      std::size_t match = next;
      while (match < beganMs.size() && beganMs[match] < endMs && (told[match] || kKeys[match % kKeyCount] != digit)) ++match;
      if (match < beganMs.size() && beganMs[match] < endMs) {
        told[match] = true;
        result.taken++;
      } else {
        result.extra++;
      }
    }
  });
  return result;
}

class Measure {
 public:
  Measure(const KeyReceiverKind& kind, unsigned seed) : kind_(kind), seed_(seed) {}

  void frequencies() {
    for (const double percent : {1.5, 1.8, 3.0, 3.5}) {
      const Spread both = off(percent, {{-1, -1}, {-1, 1}, {1, -1}, {1, 1}});
      const Spread one = off(percent, {{-1, 0}, {0, -1}, {1, 0}, {0, 1}});
      const bool wanted = percent < 2;
      const std::string end = "off by ±" + decimal(percent) + " %, " + (wanted ? "fewest" : "most") + " taken of four ways";
      add("both tones " + end, wanted ? both.fewest : both.most);
      add("one tone " + end, wanted ? one.fewest : one.most);
    }
  }

  void twist() {
    for (const int db : {4, 6, 8, 10}) {
      add("high tone " + std::to_string(db) + " dB louder, taken",
          row([&](Signal& signal, char key) { signal.key(key, kOnMs, -12 - db, db); }).taken);
      add("low tone " + std::to_string(db) + " dB louder, taken", row([&](Signal& signal, char key) { signal.key(key, kOnMs, -12, -db); }).taken);
    }
  }

  void lengths() {
    for (const int ms : {40, 36, 33, 30, 27, 25, 23, 20})
      add("on for " + std::to_string(ms) + " ms, taken", row([&](Signal& signal, char key) { signal.key(key, ms); }).taken);
    for (const int ms : {10, 15, 20}) {
      const Tally doubled = row([&](Signal& signal, char key) { signal.key(key, kOnMs).silence(ms).key(key, kOnMs); });
      add("doubled by a gap of " + std::to_string(ms) + " ms", doubled.extra);
    }
    add("12.5 keys a second, taken", tally(kind_, seed_, kKeysInRow, 40, [](Signal& signal, char key) { signal.key(key, 40); }).taken);
  }

  void dialTone() {
    for (const int louder : {0, 6}) {
      const auto dial = [&](Signal& signal) { signal.addTone(350, -15 + louder).addTone(440, -15 + louder); };
      const Tally heard = tally(kind_, seed_, kKeysInRow, kPauseMs, [](Signal& signal, char key) { signal.key(key, kOnMs, -15); }, dial);
      add("dial tone " + std::string(louder == 0 ? "as loud as" : "6 dB louder than") + " the keys, taken", heard.taken);
    }
  }

  /// The least whole decibels of signal to noise at which all of 1000 keys are taken, and nothing else told.
  void noise() {
    constexpr int kKeysInNoise = 1000;
    constexpr double kNoiseMs = 100;
    constexpr double kBothTonesDbm0 = -10;
    double least = std::numeric_limits<double>::quiet_NaN();
    for (int ratio = 20; ratio >= 3; --ratio) {
      const auto hiss = [&](Signal& signal) { signal.addNoise(kBothTonesDbm0 - ratio); };
      const Tally heard =
          tally(kind_, seed_, kKeysInNoise, kNoiseMs, [](Signal& signal, char key) { signal.key(key, kNoiseMs, kBothTonesDbm0 - 3.01); }, hiss);
      if (heard.taken < kKeysInNoise || heard.extra > 0) break;
      least = ratio;
    }
    add("signal to noise for all of 1000", least, "dB");
  }

  /// How much of a tone the receiver has to hear: in the phase of the 20 ms frames in which it waits for no frame's end. The worst of all keys.
  void delay() {
    double worst = 0;
    for (int i = 0; i < kKeyCount; ++i) {
      double best = std::numeric_limits<double>::infinity();
      for (int phaseMs = 0; phaseMs < kFrameMilliseconds; ++phaseMs) best = std::min(best, toldAfterMs(kKeys[i], phaseMs));
      worst = std::max(worst, best);
    }
    add("told after its beginning, worst key", worst, "ms");
  }

  void talkOff(const TalkOffHours& hours) {
    const auto hits = [&](const std::string& what, double wanted, const std::function<void(Signal&, double)>& fill) {
      char name[64];
      std::snprintf(name, sizeof name, "hits in %.2g h of %s", wanted, what.c_str());
      add(name, talkOffHits(wanted, fill), "keys");
    };
    hits("speech", hours.speech, [](Signal& signal, double seconds) { signal.speech(seconds); });
    hits("vowels", hours.vowels, [](Signal& signal, double seconds) { signal.vowels(seconds); });
    hits("chords", hours.chords, [](Signal& signal, double seconds) { signal.music(seconds); });
    add("CPU", 100 * talkOffCpu_ / talkOffSeconds_, "% of a core");
  }

  [[nodiscard]] std::vector<DtmfFigure> figures() && { return std::move(figures_); }

 private:
  static std::string decimal(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
  }
  static double cpuSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  }

  struct Spread {
    int fewest = kKeysInRow;
    int most = 0;
  };
  /// Rows whose low and high tone are off by the percentage times each of `signs`.
  Spread off(double percent, std::initializer_list<std::array<double, 2>> signs) {
    Spread spread;
    for (const auto& [low, high] : signs) {
      const int taken = row([&](Signal& signal, char key) { signal.key(key, kOnMs, -10, 0, low * percent / 100, high * percent / 100); }).taken;
      spread.fewest = std::min(spread.fewest, taken);
      spread.most = std::max(spread.most, taken);
    }
    return spread;
  }
  Tally row(const Press& press) { return tally(kind_, seed_, kKeysInRow, kPauseMs, press); }
  void add(std::string name, double value, std::string unit = "of 160") { figures_.push_back({std::move(name), value, std::move(unit)}); }

  [[nodiscard]] double toldAfterMs(char key, int phaseMs) const {
    const auto receiver = kind_.make();
    double endMs = 0;
    double toldMs = std::numeric_limits<double>::infinity();
    Signal(seed_).silence(kLeadMs + phaseMs).key(key, 100).silence(100).feed([&](const Frame& frame) {
      endMs += kFrameMilliseconds;
      if (!receiver->process(frame).empty()) toldMs = std::min(toldMs, endMs - kLeadMs - phaseMs);
    });
    return toldMs;
  }

  int talkOffHits(double hours, const std::function<void(Signal&, double)>& fill) {
    constexpr double kPieceSeconds = 60;
    const auto receiver = kind_.make();
    int hits = 0;
    const int pieces = static_cast<int>(hours * 3600 / kPieceSeconds);
    for (int piece = 0; piece < pieces; ++piece) {
      Signal signal(seed_ + static_cast<unsigned>(piece));
      fill(signal, kPieceSeconds);
      std::vector<Frame> frames;
      signal.feed([&](const Frame& frame) { frames.push_back(frame); });
      const double before = cpuSeconds();
      for (const Frame& frame : frames) hits += static_cast<int>(receiver->process(frame).size());
      talkOffCpu_ += cpuSeconds() - before;
      talkOffSeconds_ += static_cast<double>(frames.size()) * kFrameMilliseconds / 1000;
    }
    return hits;
  }

  const KeyReceiverKind& kind_;
  const unsigned seed_;
  double talkOffCpu_ = 0;
  double talkOffSeconds_ = 0;
  std::vector<DtmfFigure> figures_;
};

}  // namespace

std::vector<DtmfFigure> measureReceiver(const KeyReceiverKind& kind, unsigned seed, const TalkOffHours& hours) {
  Measure measure(kind, seed);
  measure.frequencies();
  measure.twist();
  measure.lengths();
  measure.dialTone();
  measure.noise();
  measure.delay();
  measure.talkOff(hours);
  return std::move(measure).figures();
}

}  // namespace branchline::bench
