// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/sinusoid_fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "audio/frame.hpp"

namespace branchline {
namespace {

constexpr double kRadiansPerHz = 2.0 * std::numbers::pi / kSampleRate;
constexpr int kMaxTerms = 4 * kMaxFitTones;  // Cosine and sine of each tone, then both times the time from the window's middle.
constexpr int kPasses = 3;                   // Two that correct the frequencies, a last one without drift terms that measures.
constexpr double kHopelessShare = 0.45;
constexpr double kLongestStepHz = 90.0;

using Basis = std::array<std::array<float, kMaxFitWindow>, kMaxTerms>;

// Eight sums side by side, so that the compiler may use vector registers without leave to reorder additions.
float dot(const float* a, const float* b, std::size_t size) noexcept {
  float lanes[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (; i < size; ++i) sum += a[i] * b[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

void fillBasis(Basis& basis, std::span<const double> hz, std::size_t size, bool withDrift) noexcept {
  const std::size_t tones = hz.size();
  const double middle = (static_cast<double>(size) - 1.0) / 2.0;
  for (std::size_t tone = 0; tone < tones; ++tone) {
    const double step = kRadiansPerHz * hz[tone];
    const double stepCos = std::cos(step);
    const double stepSin = std::sin(step);
    double x = std::cos(-step * middle);
    double y = std::sin(-step * middle);
    float* cosine = basis[2 * tone].data();
    float* sine = basis[2 * tone + 1].data();
    for (std::size_t i = 0; i < size; ++i) {
      cosine[i] = static_cast<float>(x);
      sine[i] = static_cast<float>(y);
      const double next = x * stepCos - y * stepSin;
      y = x * stepSin + y * stepCos;
      x = next;
    }
    if (!withDrift) continue;
    float* cosineDrift = basis[2 * (tones + tone)].data();
    float* sineDrift = basis[2 * (tones + tone) + 1].data();
    for (std::size_t i = 0; i < size; ++i) {
      const float time = static_cast<float>((static_cast<double>(i) - middle) / (middle + 0.5));
      cosineDrift[i] = time * cosine[i];
      sineDrift[i] = time * sine[i];
    }
  }
}

// Solves the normal equations by Gaussian elimination: they are symmetric, positive and small, so no pivoting is needed.
// Answers the energy that the terms explain.
double solve(const Basis& basis, const float* window, std::size_t size, std::size_t terms, std::array<double, kMaxTerms>& weights) noexcept {
  double matrix[kMaxTerms][kMaxTerms];
  double right[kMaxTerms];
  double projection[kMaxTerms];
  for (std::size_t i = 0; i < terms; ++i) {
    for (std::size_t j = i; j < terms; ++j) matrix[i][j] = matrix[j][i] = dot(basis[i].data(), basis[j].data(), size);
    projection[i] = right[i] = dot(basis[i].data(), window, size);
  }
  for (std::size_t i = 0; i < terms; ++i) {
    const double inverse = 1.0 / std::max(matrix[i][i], 1e-9);
    for (std::size_t j = i + 1; j < terms; ++j) {
      const double factor = matrix[j][i] * inverse;
      for (std::size_t k = i; k < terms; ++k) matrix[j][k] -= factor * matrix[i][k];
      right[j] -= factor * right[i];
    }
  }
  double explained = 0;
  for (std::size_t i = terms; i-- > 0;) {
    double value = right[i];
    for (std::size_t j = i + 1; j < terms; ++j) value -= matrix[i][j] * weights[j];
    weights[i] = value / std::max(matrix[i][i], 1e-9);
    explained += weights[i] * projection[i];
  }
  return explained;
}

// Reads the drift terms: their part in step with the tone is a ramp of its amplitude, the part across it a turn of its phase, which is a frequency
// error.
double frequencyErrorHz(const std::array<double, kMaxTerms>& weights, std::size_t tone, std::size_t tones, std::size_t size, double power,
                        double& ramp) noexcept {
  const double a = weights[2 * tone];
  const double b = weights[2 * tone + 1];
  const double p = weights[2 * (tones + tone)];
  const double q = weights[2 * (tones + tone) + 1];
  ramp = (a * p + b * q) / (power + 1e-9);
  const double radiansPerSample = (b * p - a * q) / (power + 1e-9) / (static_cast<double>(size) / 2.0);
  return std::clamp(radiansPerSample / kRadiansPerHz, -kLongestStepHz, kLongestStepHz);
}

}  // namespace

bool fitSinusoids(std::span<const float> window, double energy, std::span<const double> startHz, double maxDrift, SinusoidFit& fit) noexcept {
  const std::size_t size = window.size();
  const std::size_t tones = startHz.size();
  std::array<double, kMaxFitTones> hz{};
  std::copy(startHz.begin(), startHz.end(), hz.begin());
  Basis basis;
  std::array<double, kMaxTerms> weights{};
  fit.count = static_cast<int>(tones);
  for (int pass = 0; pass < kPasses; ++pass) {
    const bool withDrift = pass + 1 < kPasses;
    fillBasis(basis, {hz.data(), tones}, size, withDrift);
    fit.residualEnergy = energy - solve(basis, window.data(), size, (withDrift ? 4 : 2) * tones, weights);
    for (std::size_t tone = 0; tone < tones; ++tone) {
      FittedTone& found = fit.tones[tone];
      found.power = weights[2 * tone] * weights[2 * tone] + weights[2 * tone + 1] * weights[2 * tone + 1];
      if (withDrift) hz[tone] += frequencyErrorHz(weights, tone, tones, size, found.power, found.ramp);
      found.hz = hz[tone];
      if (std::fabs(hz[tone] - startHz[tone]) > maxDrift * startHz[tone]) return false;
    }
    if (pass == 0 && fit.residualEnergy > kHopelessShare * energy) return false;
  }
  for (std::size_t i = 0; i < size; ++i) {
    float value = window[i];
    for (std::size_t term = 0; term < 2 * tones; ++term) value -= static_cast<float>(weights[term]) * basis[term][i];
    fit.residual[i] = value;
  }
  return true;
}

double powerAt(std::span<const float> samples, double hz) noexcept {
  const double coefficient = 2.0 * std::cos(kRadiansPerHz * hz);
  double s1 = 0;
  double s2 = 0;
  for (float sample : samples) {
    const double s0 = static_cast<double>(sample) + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const double size = static_cast<double>(samples.size());
  return (s1 * s1 + s2 * s2 - coefficient * s1 * s2) * 4.0 / (size * size);
}

}  // namespace branchline
