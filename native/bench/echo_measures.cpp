// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/echo_measures.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "test/echo_world.hpp"

namespace branchline::bench {

using namespace branchline::test;

namespace {

constexpr double kFarDbm0 = -15;
constexpr double kPeriod = 0.35;  // Of the composite source signal, s.

/// The values of a figure over its cases.
class Values {
 public:
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] double worst() const { return *std::min_element(values_.begin(), values_.end()); }
  [[nodiscard]] double median() const {
    std::vector<double> sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
  }
  void report(std::vector<EchoFigure>& figures, const std::string& name) const {
    figures.push_back({name + ", worst", worst()});
    figures.push_back({name + ", median", median()});
  }

 private:
  std::vector<double> values_;
};

Pcm through(const ContenderKind& kind, const Pcm& far, const Pcm& near) {
  const auto contender = kind.make();
  return cancelled(*contender, far, near);
}

/// What a canceller makes of the near end's own sound when nothing is sent: its high-pass turns phases.
Pcm alone(const ContenderKind& kind, const Samples& near) {
  Pcm uncoded;
  for (const double sample : near) uncoded.push_back(static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0))));
  return through(kind, Pcm(near.size()), uncoded);
}

/// ERLE over the first 350 ms of blocks in which there is echo above −45 dBm0: below, A-law's steps are all there is to measure.
double erleOfActive(const Samples& echo, const Pcm& out, double from, const Pcm& near) {
  constexpr std::size_t block = 32;
  double before = 0;
  double after = 0;
  std::size_t counted = 0;
  for (std::size_t i = at(from); i + block <= echo.size() && counted < at(kPeriod); i += block) {
    if (dbm0Of(meanSquare(echo, i, i + block)) < -45) continue;
    counted += block;
    before += meanSquare(echo, i, i + block);
    for (std::size_t j = i; j < i + block; j++) after += (out[j] - near[j]) * (out[j] - near[j]) / static_cast<double>(block);
  }
  return decibels(before) - decibels(after);
}

void convergence(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  constexpr double seconds = 20;
  const Pcm far = coded(compositeSource(seconds, kFarDbm0));
  Values half;
  Values one;
  Values final;
  Values overCeiling;
  double cpu = 0;
  int cases = 0;
  for (const LineModel& model : kLineModels) {
    for (const double erl : {6.0, 12.0}) {
      const Samples echo = EchoPath{model, erl}.echoOf(far);
      const Pcm near = coded(echo);
      const double started = cpuSeconds();
      const Pcm out = through(kind, far, near);
      cpu += cpuSeconds() - started;
      cases++;
      half.add(erle(echo, out, 0.5, 0.5 + kPeriod));
      one.add(erle(echo, out, 1, 1 + kPeriod));
      const double last = seconds - 2 * kPeriod;
      const double reached = erle(echo, out, last, seconds - 0.02);
      final.add(reached);
      Pcm steps(near.size());
      for (std::size_t i = 0; i < near.size(); i++) steps[i] = static_cast<std::int16_t>(std::lround(near[i] - echo[i]));
      overCeiling.add(reached - erle(echo, steps, last, seconds - 0.02));
    }
  }
  half.report(figures, "ERLE at 0.5 s");
  one.report(figures, "ERLE at 1 s");
  final.report(figures, "final ERLE");
  figures.push_back({"final ERLE below A-law’s own limit, worst", -overCeiling.worst()});
  figures.push_back({"CPU", 100 * cpu / (seconds * cases), "% of a core"});
}

void onSpeech(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  Values one;
  Values ten;
  unsigned seed = 100;
  for (const LineModel& model : kLineModels) {
    const Pcm far = coded(speech(14, kFarDbm0, seed++));
    const Samples echo = EchoPath{model, 6}.echoOf(far);
    const Pcm out = through(kind, far, coded(echo));
    one.add(erle(echo, out, 1, 2));
    ten.add(erle(echo, out, 10, 13.9));
  }
  one.report(figures, "ERLE on speech at 1 s");
  ten.report(figures, "ERLE on speech at 10 s");
}

void doubleTalk(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  Values meanwhile;
  Values after;
  unsigned seed = 200;
  for (const LineModel& model : kLineModels) {
    const Pcm far = coded(speech(16, -18, seed));
    const Samples echo = EchoPath{model, 6}.echoOf(far);
    const Samples near = during(speech(16, -18, 100 + seed++), 6, 12);
    const Pcm out = through(kind, far, coded(echo + near));
    const Pcm nearAlone = alone(kind, near);
    meanwhile.add(erle(echo, out, 7, 12, nearAlone));
    after.add(erleOfActive(echo, out, 12, nearAlone));
  }
  meanwhile.report(figures, "ERLE kept through speech double talk");
  after.report(figures, "ERLE in the 350 ms after double talk");
}

void withNoise(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  for (const double level : {-50.0, -40.0}) {
    Values below;
    unsigned seed = 1;
    for (const LineModel& model : kLineModels) {
      const Pcm far = coded(compositeSource(12, kFarDbm0));
      const Samples echo = EchoPath{model, 6}.echoOf(far);
      const Samples background = noise(12, level, seed++);
      const Pcm out = through(kind, far, coded(echo + background));
      const Pcm nearAlone = alone(kind, background);
      below.add(decibels(meanSquare(nearAlone, at(8), at(11.9))) - decibels(meanSquare(echo, at(8), at(11.9))) + erle(echo, out, 8, 11.9, nearAlone));
    }
    below.report(figures, "echo below noise of " + std::string(level < -45 ? "−50" : "−40") + " dBm0");
  }
}

void afterTones(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  Values after;
  Values meanwhile;
  unsigned seed = 1;
  for (const LineModel& model : kLineModels) {
    Samples far = compositeSource(4.9, kFarDbm0);
    Signal tones(seed++);
    while (tones.size() < at(120)) {
      tones.tone({350, 440}, -15, 2500).silence(350).tone({1004}, -10, 3000).silence(350);
      for (int i = 0; i < 4; i++) tones.tone({400}, -12, 375).silence(375);
      for (const char key : {'1', '6', '9', '#'}) tones.key(key, 100, -15).silence(100);
      tones.tone({400, 450}, -15, 400).silence(200).tone({400, 450}, -15, 400).silence(500);
    }
    const Samples sounded = samplesOf(tones);
    far.insert(far.end(), sounded.begin(), sounded.end());
    const double end = static_cast<double>(far.size()) / 8000;
    const Samples again = compositeSource(0.7, kFarDbm0);
    far.insert(far.end(), again.begin(), again.end());
    const Pcm sent = coded(far);
    const Samples echo = EchoPath{model, 6}.echoOf(sent);
    const Pcm out = through(kind, sent, coded(echo));
    meanwhile.add(erle(echo, out, 10, end));
    after.add(erle(echo, out, end, end + kPeriod));
  }
  meanwhile.report(figures, "ERLE over 120 s of tones");
  after.report(figures, "ERLE after 120 s of tones");
}

void pathChange(const ContenderKind& kind, std::vector<EchoFigure>& figures) {
  Values after;
  const std::size_t models = std::size(kLineModels);
  for (std::size_t i = 0; i < models; i++) {
    const Pcm far = coded(compositeSource(9.8, kFarDbm0));
    Samples echo = EchoPath{kLineModels[i], 6}.echoOf(far);
    const Samples changed = EchoPath{kLineModels[(i + 3) % models], 6}.echoOf(far);
    std::copy(changed.begin() + static_cast<std::ptrdiff_t>(at(5)), changed.end(), echo.begin() + static_cast<std::ptrdiff_t>(at(5)));
    const Pcm out = through(kind, far, coded(echo));
    after.add(erle(echo, out, 5.6, 5.6 + kPeriod));
  }
  after.report(figures, "ERLE 0.6 s after a path change");
}

}  // namespace

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

std::vector<EchoFigure> measureLinear(const ContenderKind& kind) {
  std::vector<EchoFigure> figures;
  for (const auto measure : {convergence, onSpeech, doubleTalk, withNoise, afterTones, pathChange}) measure(kind, figures);
  return figures;
}

}  // namespace branchline::bench
