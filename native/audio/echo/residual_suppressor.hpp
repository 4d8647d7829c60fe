// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "audio/echo/background_noise.hpp"
#include "audio/echo/real_fft.hpp"

namespace branchline::echo {

/// Turns down, band by band, what the linear canceller leaves of the echo (G.711's steps, mostly) and puts noise like the near end's background in
/// its place. While the near end says anything, all bands are left as they are: when in doubt echo comes through, not silence. Delays by one block.
class ResidualSuppressor {
 public:
  ResidualSuppressor() noexcept;
  /// The next 4 ms. @param error what the canceller left  @param echo what it subtracted
  /// @param out may be `error`
  void process(const Block& error, const Block& echo, Block& out) noexcept;
  void reset() noexcept;

 private:
  void analyse(const Block& error, const Block& echo, Spectrum& errorSpectrum) noexcept;
  void expectResidual() noexcept;
  void learnBackground(const Bands& errorNow) noexcept;
  [[nodiscard]] bool nearActive() const noexcept;
  void learnLeak() noexcept;
  void chooseGains() noexcept;
  void shape(Spectrum& spectrum) noexcept;
  void synthesise(const Spectrum& spectrum, Block& out) noexcept;
  void passThrough(const Block& error, Block& out) noexcept;
  [[nodiscard]] float random() noexcept;

  RealFft fft_;
  Window shape_{};  // Square root of Hann's: once before and once after, halves overlapping, gives the signal back.
  Window error_{};  // This block and the one before.
  Window echo_{};
  Block tail_{};  // Of the last window, still to be added to the next.
  BackgroundNoise whenever_;
  BackgroundNoise withoutEcho_;
  Bands background_;
  Bands errorPower_;  // Smoothed over some 16 ms, as is …
  Bands echoPower_;
  Bands leak_;      // What part of the echo's power stays when the far end talks alone.
  Bands residual_;  // The power that is expected to be left of the echo now: its median.
  Bands gain_;
  std::size_t nearHold_ = 0;  // Blocks for which the near end still counts as talking.
  bool open_ = true;          // The last window went through unchanged.
  std::uint32_t random_ = 1;
};

}  // namespace branchline::echo
