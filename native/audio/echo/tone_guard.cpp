// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/tone_guard.hpp"

#include <algorithm>

namespace branchline::echo {

namespace {

constexpr std::size_t kOrder = 10;                // Two for a tone; more, so that the prediction averages the steps of G.711 away.
constexpr std::size_t kBlocksApart = 3;           // A verdict each 12 ms.
constexpr double kLeastGain = 1000;               // 30 dB.
constexpr double kLeastMeanSquare = 50.0 * 50.0;  // About −53 dBm0: below, G.711's steps look like anything.

using Covariance = std::array<std::array<double, kOrder + 1>, kOrder + 1>;

/// What is left of element [0][0] when the others have explained all they can: Gauss's elimination from the last row up.
double leftOf(Covariance matrix) noexcept {
  const double ridge = 1e-7 * matrix[0][0];
  for (std::size_t i = 1; i <= kOrder; i++) matrix[i][i] += ridge;
  for (std::size_t pivot = kOrder; pivot > 0; pivot--) {
    for (std::size_t row = 0; row < pivot; row++) {
      const double share = matrix[row][pivot] / matrix[pivot][pivot];
      for (std::size_t column = 0; column < pivot; column++) matrix[row][column] -= share * matrix[pivot][column];
    }
  }
  return matrix[0][0];
}

}  // namespace

void ToneGuard::add(const Block& block) noexcept {
  std::copy(samples_.begin() + kBlock, samples_.end(), samples_.begin());
  std::copy(block.begin(), block.end(), samples_.end() - kBlock);
  if (++blocks_ % kBlocksApart != 0) return;
  evidence_ = predictable() ? std::min(evidence_ + 1, kMost) : std::max(evidence_ - 2, 0);
}

bool ToneGuard::predictable() const noexcept {
  Covariance covariance{};
  for (std::size_t lag = 0; lag <= kOrder; lag++) {
    std::array<double, 4> sums{};
    for (std::size_t n = kOrder; n < kSamples; n += 4) {
      for (std::size_t lane = 0; lane < 4; lane++) sums[lane] += samples_[n + lane] * samples_[n + lane - lag];
    }
    covariance[0][lag] = covariance[lag][0] = sums[0] + sums[1] + sums[2] + sums[3];
  }
  if (covariance[0][0] < kLeastMeanSquare * kSamples) return false;
  // Each of the others is its upper left neighbour, a sample earlier.
  for (std::size_t row = 1; row <= kOrder; row++) {
    for (std::size_t column = row; column <= kOrder; column++) {
      const double entering = samples_[kOrder - row] * samples_[kOrder - column];
      const double leaving = samples_[kSamples - row] * samples_[kSamples - column];
      covariance[row][column] = covariance[column][row] = covariance[row - 1][column - 1] + entering - leaving;
    }
  }
  return leftOf(covariance) * kLeastGain < covariance[0][0];
}

}  // namespace branchline::echo
