// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <complex>

#include "bench/echo_measures.hpp"
#include "test/echo_world.hpp"

namespace branchline::bench {

using namespace branchline::test;

namespace {

constexpr std::size_t kDelay = EchoCanceller::kBlockSamples;  // Of the suppressor.

Pcm through(const ContenderKind& kind, const Pcm& far, const Pcm& near, std::size_t delay) {
  const auto contender = kind.make();
  Pcm out = cancelled(*contender, far, near);
  out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(delay));
  out.resize(near.size());
  return out;
}

struct Spectra {
  double distanceDb = 0;  // Root mean square over 300–3400 Hz of the difference of two log spectra.
  double power = 0;
  double otherPower = 0;
};

/// Of 32 ms from `begin` on, Hann's window.
Spectra compare(const Pcm& one, const Pcm& other, std::size_t begin) {
  constexpr std::size_t length = 256;
  constexpr double silence = 1e3;  // Keeps bands without any sound from counting.
  Spectra spectra;
  std::size_t bins = 0;
  for (std::size_t k = 10; k < 109; k++, bins++) {
    std::complex<double> a = 0;
    std::complex<double> b = 0;
    for (std::size_t i = 0; i < length; i++) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / length;
      const auto turn = std::polar(0.5 - 0.5 * std::cos(angle), -angle * static_cast<double>(k));
      a += turn * static_cast<double>(one[begin + i]);
      b += turn * static_cast<double>(other[begin + i]);
    }
    const double difference = decibels(std::norm(a) + silence) - decibels(std::norm(b) + silence);
    spectra.distanceDb += difference * difference;
    spectra.power += std::norm(a);
    spectra.otherPower += std::norm(b);
  }
  spectra.distanceDb = std::sqrt(spectra.distanceDb / static_cast<double>(bins));
  return spectra;
}

/// Background noise with echo over it: its level beside that without echo, and the echo still in it (the part that goes with the linear residual).
void background(const ContenderKind& whole, const ContenderKind& linear, std::vector<EchoFigure>& figures) {
  const Pcm far = coded(compositeSource(12, -15));
  for (const double level : {-50.0, -40.0}) {
    double mostChange = 0;
    double mostEcho = -200;
    unsigned seed = 1;
    for (const LineModel& model : kLineModels) {
      const Samples noisy = noise(12, level, seed++);
      const Pcm near = coded(EchoPath{model, 6}.echoOf(far) + noisy);
      const Pcm out = through(whole, far, near, kDelay);
      const Pcm left = through(linear, far, near, 0);
      const Pcm nearAlone = through(linear, Pcm(far.size()), coded(noisy), 0);
      double residual = 0;
      double common = 0;
      for (std::size_t i = at(8); i < at(11.9); i++) {
        const double echo = left[i] - nearAlone[i];
        residual += echo * echo;
        common += echo * out[i];
      }
      const double background = meanSquare(nearAlone, at(8), at(11.9));
      mostChange = std::max(mostChange, std::abs(decibels(meanSquare(out, at(8), at(11.9)) / background)));
      mostEcho = std::max(mostEcho, decibels(common * common / residual / static_cast<double>(at(3.9)) / background));
    }
    const std::string name = level < -45 ? "−50 dBm0" : "−40 dBm0";
    figures.push_back({"suppressor: echo below noise of " + name + ", worst", -mostEcho});
    figures.push_back({"suppressor: noise of " + name + " changed under echo, most", mostChange});
  }
}

void quietLine(const ContenderKind& whole, std::vector<EchoFigure>& figures) {
  double loudest = -200;
  unsigned seed = 400;
  for (const LineModel& model : kLineModels) {
    const Pcm far = coded(speech(12, -15, seed++));
    const Pcm out = through(whole, far, coded(EchoPath{model, 6}.echoOf(far)), kDelay);
    loudest = std::max(loudest, dbm0Of(meanSquare(out, at(6), at(11.9))));
  }
  figures.push_back({"suppressor: what is left of far speech on a quiet line, loudest", loudest, "dBm0"});
}

/// Near speech in double talk with the suppressor beside without it.
void nearSpeech(const ContenderKind& whole, const ContenderKind& linear, std::vector<EchoFigure>& figures) {
  double mostChange = 0;
  double mostDistance = 0;
  unsigned seed = 500;
  for (const LineModel& model : kLineModels) {
    for (const double level : {-18.0, -30.0}) {
      const Pcm far = coded(speech(10, -18, seed));
      const Samples near = during(speech(10, level, 100 + seed++), 4, 9.9);
      const Pcm received = coded(EchoPath{model, 6}.echoOf(far) + near + noise(10, -60, seed));
      const Pcm out = through(whole, far, received, kDelay);
      const Pcm without = through(linear, far, received, 0);
      const double active = 0.01 * meanSquare(near, at(4), at(9.9));
      Spectra sum;
      std::size_t frames = 0;
      for (std::size_t i = at(4); i + 256 < at(9.8); i += 128) {
        if (meanSquare(near, i, i + 256) < active) continue;
        const Spectra frame = compare(out, without, i);
        sum.distanceDb += frame.distanceDb;
        sum.power += frame.power;
        sum.otherPower += frame.otherPower;
        frames++;
      }
      mostChange = std::max(mostChange, std::abs(decibels(sum.power / sum.otherPower)));
      mostDistance = std::max(mostDistance, sum.distanceDb / static_cast<double>(frames));
    }
  }
  figures.push_back({"suppressor: level of near speech changed in double talk, most", mostChange});
  figures.push_back({"suppressor: spectral distance of near speech in double talk, most", mostDistance});
}

}  // namespace

std::vector<EchoFigure> measureSuppressor(const ContenderKind& whole, const ContenderKind& linear) {
  std::vector<EchoFigure> figures;
  background(whole, linear, figures);
  quietLine(whole, figures);
  nearSpeech(whole, linear, figures);
  return figures;
}

EchoFigure measureWholeCpu(const ContenderKind& whole) {
  constexpr double seconds = 30;
  constexpr int times = 5;
  const Pcm far = coded(speech(seconds, -18, 600));
  const Pcm near = coded(EchoPath{kLineModels[0], 6}.echoOf(far) + during(speech(seconds, -18, 601), 10, 20) + noise(seconds, -55, 602));
  const double started = cpuSeconds();
  for (int i = 0; i < times; i++) through(whole, far, near, 0);
  return {"suppressor: CPU, the linear part too", 100 * (cpuSeconds() - started) / (seconds * times), "% of a core"};
}

}  // namespace branchline::bench
