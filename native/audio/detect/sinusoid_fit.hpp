// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace branchline {

/// Joint least-squares fit of up to two sinusoids to a window of `Window` samples at 8 kHz. Each sinusoid also has terms that follow a drift of its
/// amplitude and of its frequency, so that a few passes find the exact frequencies. Fixed size, never allocates.
template <int Window>
class SinusoidFit {
 public:
  static constexpr int kMaxTones = 2;
};

}  // namespace branchline
