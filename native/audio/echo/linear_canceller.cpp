// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/linear_canceller.hpp"

#include <algorithm>

namespace branchline::echo {

namespace {

constexpr float kSmoothing = kBlock / 400.0F;          // 50 ms.
constexpr float kLeastFar = kBlock * 100.0F * 100.0F;  // About −47 dBm0.
constexpr float kLeastError = kBlock * 20.0F * 20.0F;  // About −61 dBm0.

// The fast filter has found a new path: 6 dB better for 100 ms.
constexpr float kChangeShare = 0.25F;
constexpr std::size_t kChangeBlocks = 25;
constexpr float kFastLost = 4;    // Error over the near signal: it starts over from the Kalman filter.
constexpr float kFastBehind = 8;  // Error over the Kalman filter's.
constexpr float kFastStep = 0.5F;
constexpr float kToneStep = 0.1F;       // A tone stays as it is: digits pressed into it need not move the filter much.
constexpr float kTonePreferred = 0.5F;  // Error over the foreground's.

constexpr float kHopelessShare = 2;  // Error over the near signal, for 50 ms.
constexpr std::size_t kHopelessBlocks = 13;

constexpr float kImpossible = 4;  // Error over the near signal: subtracting an echo that is there cannot do that, so what came is heard instead.

constexpr float kBetterShare = 0.9F;  // The Kalman filter's error over the foreground's, for 24 ms,
constexpr std::size_t kBetterBlocks = 6;
constexpr float kMuchBetterShare = 0.3F;  // or this for 8 ms.
constexpr std::size_t kMuchBetterBlocks = 2;

void smooth(float& smoothed, float now) noexcept { smoothed += kSmoothing * (now - smoothed); }

}  // namespace

LinearCanceller::LinearCanceller(std::size_t partitions) : far_(partitions), kalman_(partitions), fast_(partitions), foreground_(partitions) {}

void LinearCanceller::process(const Block& far, const Block& near, Block& out) noexcept {
  far_.add(far, fft_);
  toneGuard_.add(far);
  if (far_.silent()) {
    heardEcho_ = {};
    out = near;
    return;
  }
  smooth(smoothedFar_, far_.energy());
  const float nearEnergy = energyOf(near);
  smooth(smoothedNear_, nearEnergy);
  tryOut(kalman_.weights(), near, kalmanTrial_);
  tryOut(fast_.weights(), near, fastTrial_);
  tryOut(foreground_, near, foregroundTrial_);
  guardAgainstTones();
  const Trial& heard = best();
  if (heard.energy > kImpossible * std::max(nearEnergy, smoothedNear_)) {
    out = near;
    heardEcho_ = {};
  } else {
    out = heard.error;
    heardEcho_ = heard.echo;
  }
  learn();
}

void LinearCanceller::reset() noexcept {
  far_.clear();
  kalman_.reset();
  fast_.reset();
  clearWeights(foreground_);
  toneGuard_.reset();
  kalmanTrial_ = fastTrial_ = foregroundTrial_ = {};
  heardEcho_ = {};
  smoothedFar_ = smoothedNear_ = 0;
  wasTonal_ = fastHeard_ = false;
  fastBetter_ = hopeless_ = foregroundWorse_ = 0;
}

void LinearCanceller::tryOut(const PathWeights& weights, const Block& near, Trial& trial) const noexcept {
  predictEcho(weights, far_, fft_, trial.echo);
  for (std::size_t i = 0; i < kBlock; i++) trial.error[i] = near[i] - trial.echo[i];
  trial.energy = energyOf(trial.error);
  smooth(trial.smoothed, trial.energy);
}

void LinearCanceller::guardAgainstTones() noexcept {
  const bool tonal = toneGuard_.tonal();
  if (!tonal && wasTonal_) {
    fast_.adopt(kalman_.weights());
    fastTrial_ = kalmanTrial_;
  }
  wasTonal_ = tonal;
  // Both ways by a wide margin: a digit pressed into the tone makes both errors alike, and a change between them within it would break it.
  if (!tonal)
    fastHeard_ = false;
  else if (fastTrial_.smoothed < kTonePreferred * foregroundTrial_.smoothed)
    fastHeard_ = true;
  else if (kTonePreferred * fastTrial_.smoothed > foregroundTrial_.smoothed)
    fastHeard_ = false;
}

void LinearCanceller::learn() noexcept {
  Spectrum error;
  if (!wasTonal_) {
    fft_.forwardOfSecondHalf(kalmanTrial_.error, error);
    kalman_.adapt(far_, error, fft_);
  }
  fft_.forwardOfSecondHalf(fastTrial_.error, error);
  fast_.adapt(far_, error, fft_, wasTonal_ ? kToneStep : kFastStep);
  if (wasTonal_) return;
  followChange();
  giveUpIfHopeless();
  renewForeground();
}

void LinearCanceller::followChange() noexcept {
  const bool better = smoothedFar_ > kLeastFar && fastTrial_.smoothed < kChangeShare * kalmanTrial_.smoothed && kalmanTrial_.smoothed > kLeastError;
  if (better)
    fastBetter_++;
  else if (fastBetter_ > 0)
    fastBetter_--;
  if (fastBetter_ > kChangeBlocks) {
    kalman_.adopt(fast_.weights());
    kalmanTrial_.smoothed = fastTrial_.smoothed;
    fastBetter_ = 0;
  } else if (fastTrial_.smoothed > kFastLost * smoothedNear_ || fastTrial_.smoothed > kFastBehind * kalmanTrial_.smoothed) {
    fast_.adopt(kalman_.weights());
    fastTrial_.smoothed = kalmanTrial_.smoothed;
  }
}

void LinearCanceller::giveUpIfHopeless() noexcept {
  const bool worse = smoothedFar_ > kLeastFar && kalmanTrial_.smoothed > kHopelessShare * smoothedNear_ && smoothedNear_ > kLeastError;
  hopeless_ = worse ? hopeless_ + 1 : 0;
  if (hopeless_ < kHopelessBlocks) return;
  kalman_.reset();
  kalmanTrial_.smoothed = smoothedNear_;
  hopeless_ = 0;
}

void LinearCanceller::renewForeground() noexcept {
  foregroundWorse_ = kalmanTrial_.smoothed < kBetterShare * foregroundTrial_.smoothed ? foregroundWorse_ + 1 : 0;
  const bool muchBetter = kalmanTrial_.smoothed < kMuchBetterShare * foregroundTrial_.smoothed && foregroundWorse_ >= kMuchBetterBlocks;
  if (foregroundWorse_ < kBetterBlocks && !muchBetter) return;
  foreground_ = kalman_.weights();
  foregroundTrial_.smoothed = kalmanTrial_.smoothed;
  foregroundWorse_ = 0;
}

const LinearCanceller::Trial& LinearCanceller::best() const noexcept {
  if (wasTonal_) return fastHeard_ ? fastTrial_ : foregroundTrial_;
  const bool kalmanNow = kalmanTrial_.smoothed < foregroundTrial_.smoothed && kalmanTrial_.energy < foregroundTrial_.energy;
  return kalmanNow ? kalmanTrial_ : foregroundTrial_;
}

}  // namespace branchline::echo
