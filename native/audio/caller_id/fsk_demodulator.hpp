// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/caller_id/fsk.hpp"
#include "audio/frame.hpp"

namespace branchline {

/// What the demodulator thinks of the bit that would begin at one step of its grid.
struct SoftBit {
  float space = 0;        // How much likelier space than mark; about ±1 for a clean bit on its own, more inside a run.
  bool isMark = false;    // The whole window round it is mark: the pure tone.
  bool isSignal = false;  // The window is explained by some sequence of bits.
};

/// Demodulator of 1200 bit/s FSK with continuous phase (V.23, Bell 202). A bit is decided by the likeliest of all sequences over the five bits round
/// it, whose phase is coherent though not known: that is worth 3 dB over two filters and a comparison, which nothing in the standards forbids as they
/// all ask for continuous phase. It knows no bit timing: it answers for ten positions of a bit, and whoever frames the bits takes the best.
/// Fixed size, never allocates; one thread at a time (the audio clock's).
class FskDemodulator {
 public:
  static constexpr std::size_t kGridPerBit = 10;
  static constexpr std::size_t kGridPerFrame = 240;

  explicit FskDemodulator(FskTones tones) noexcept;
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. Answers kGridPerFrame steps, valid until the next call; they lie 3 bits back.
  std::span<const SoftBit> process(const Frame& frame) noexcept;

 private:
  using Complex = std::complex<float>;
  static constexpr std::size_t kUpsampling = 3;  // To 24 kHz: 20 samples a bit.
  static constexpr std::size_t kBit = 20;
  static constexpr std::size_t kBits = 5;  // Looked at together.
  static constexpr std::size_t kSequences = 1U << kBits;
  static constexpr std::size_t kTable = 240;  // Samples of 24 kHz in which every tone turns a whole number of times.
  static constexpr std::size_t kTaps = 8;     // Of each phase of the interpolator.
  static constexpr std::size_t kWindow = kBit * kBits;
  static constexpr std::size_t kHistory = 64;  // Grid steps of correlations that are kept; a power of two over 4 bits.

  /// One tone: its share of the last bit's samples.
  struct Correlator {
    int step = 0;  // Of the table, a sample.
    std::array<Complex, kBit> products{};
    Complex sum;
    std::array<Complex, kHistory> history{};  // By grid step, phase told from the bit's beginning.
    Complex turn;                             // What a bit of this tone turns the phase back by.
    float amplitude = 0;                      // Of the sum over an aligned bit, as measured.
    float peak = 0;                           // Of this block where the tone is the stronger one.
    int peaks = 0;
  };

  void upsampled(float sample) noexcept;
  void correlate(Correlator& tone, float sample) noexcept;
  void endStep() noexcept;
  void measure() noexcept;
  [[nodiscard]] SoftBit decide() const noexcept;

  std::array<Complex, kTable> table_;
  std::array<float, kTaps> input_{};
  std::size_t inputAt_ = 0;
  std::size_t sampleAt_ = 0;  // In 24 kHz samples, modulo kTable.
  Correlator mark_;
  Correlator space_;
  std::array<float, kWindow> squares_{};
  double energy_ = 0;  // Of the window.
  std::size_t windowAt_ = 0;
  std::size_t step_ = 0;  // Grid steps.
  std::array<SoftBit, kGridPerFrame> bits_{};
  std::size_t bitCount_ = 0;
};

}  // namespace branchline
