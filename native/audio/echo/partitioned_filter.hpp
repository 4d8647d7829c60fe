// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "audio/echo/far_history.hpp"

namespace branchline::echo {

/// A model of the echo's path: a spectrum of 32 taps for each 4 ms of the tail.
using PathWeights = std::vector<Spectrum>;

/// What `weights` make of the far signal: the echo in the newest block.
void predictEcho(const PathWeights& weights, const FarHistory& far, const RealFft& fft, Block& echo) noexcept;

void clearWeights(PathWeights& weights) noexcept;

}  // namespace branchline::echo
