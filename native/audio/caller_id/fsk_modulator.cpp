// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/fsk_modulator.hpp"

#include <cmath>
#include <numbers>

#include "audio/frame.hpp"
#include "audio/level.hpp"

namespace branchline {

FskModulator::FskModulator(const Parameters& parameters) noexcept
    : bitsPerSample_(parameters.bitRate / kSampleRate),
      markStep_(2 * std::numbers::pi * parameters.markHz / parameters.bitRate),
      spaceStep_(2 * std::numbers::pi * parameters.spaceHz / parameters.bitRate),
      markAmplitude_(amplitudeOf(parameters.markDbm0)),
      spaceAmplitude_(amplitudeOf(parameters.spaceDbm0)) {}

void FskModulator::turn(double bits) noexcept { phase_ = std::fmod(phase_ + bits * (mark_ ? markStep_ : spaceStep_), 2 * std::numbers::pi); }

double FskModulator::sample() const noexcept { return (mark_ ? markAmplitude_ : spaceAmplitude_) * std::sin(phase_); }

}  // namespace branchline
