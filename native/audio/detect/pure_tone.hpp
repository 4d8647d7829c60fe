// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <optional>

#include "audio/frame.hpp"

namespace branchline {

/// A stretch of one frequency that neither its level nor its pitch leaves.
struct PureToneRun {
  double hz = 0;  // Mean over the run.
  double lowestDbm0 = 0;
  double highestDbm0 = 0;
  int milliseconds = 0;
  int phaseReversals = 0;  // Counted of 2100 Hz only (V.25, G.165).
  bool fromQuiet = false;  // At least 10 dB less before it …
  bool toQuiet = false;    // … and after it; known once it has ended.
};

/// Cuts audio into runs of single tones: every 10 ms, the last 20 ms are predicted from two samples each (a sine obeys x0 + x2 = 2 cos(w) x1; the fit
/// is of all three samples, so white noise does not pull the frequency), and must then be explained by one sine. Fixed size, never allocates; audio
/// clock's thread.
class PureTone {
 public:
  static constexpr std::size_t kHop = 80;  // Samples, 10 ms.
  static constexpr int kHopMs = 10;

  void reset() noexcept { *this = PureTone(); }
  /// Looks at the next 10 ms. Answers the run that these have ended.
  std::optional<PureToneRun> process(const std::int16_t* samples) noexcept;
  /// The run that goes on; of 0 ms where there is none.
  [[nodiscard]] const PureToneRun& running() const noexcept { return run_; }

 private:
  struct Reading {
    double dbm0 = -99;
    double hz = 0;
    bool pure = false;
  };

  [[nodiscard]] Reading read() const noexcept;
  void refine(double radians, Reading& reading) const noexcept;
  [[nodiscard]] std::complex<double> correlate(std::size_t from, std::size_t to, double radians) const noexcept;
  [[nodiscard]] bool continues(const Reading& reading) const noexcept;
  [[nodiscard]] bool begins(const Reading& reading) const noexcept;
  void begin(const Reading& reading) noexcept;
  void extend(const Reading& reading) noexcept;
  void followPhase() noexcept;

  std::array<double, 2 * kHop> window_{};
  std::array<double, 3> levels_{-99, -99, -99};     // Of the last hops, oldest first.
  std::array<std::complex<double>, 3> carriers_{};  // Of 2100 Hz in the last hops, oldest first.
  int sinceReversal_ = 0;                           // Hops.
  int impure_ = 0;                                  // Hops since the run's last pure one.
  int pure_ = 0;                                    // Pure hops of the run.
  double meanDbm0_ = 0;
  PureToneRun run_;
};

}  // namespace branchline
