// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <span>
#include <string_view>
#include <vector>

#include "audio/engine.hpp"

namespace branchline {

/// A sine, by turning a vector: one complex multiplication a sample.
class Oscillator {
 public:
  Oscillator() = default;
  Oscillator(double hz, double levelDbm0) noexcept;
  [[nodiscard]] double next() noexcept;
  /// Back to a zero crossing.
  void restart() noexcept;

 private:
  double amplitude_ = 0;
  double re_ = 0, im_ = 0;
  double stepRe_ = 1, stepIm_ = 0;
};

/// Makes the samples of tone segments one after the other, to the sample. Built on a control thread; runs on the audio thread without allocating.
class ToneGenerator {
 public:
  explicit ToneGenerator(const ToneRequest& request);

  /// True for a request that can sound: 1…64 segments of 1 ms…1 h, frequencies 0…3999 Hz, levels −60…+3 dBm0.
  [[nodiscard]] static bool accepts(const ToneRequest& request) noexcept;
  /// Audio thread. Fills the front of `out`; answers how many, fewer than asked for once the last segment is over.
  std::size_t generate(std::span<std::int16_t> out) noexcept;
  [[nodiscard]] bool finished() const noexcept { return segment_ == segments_.size(); }

 private:
  struct Segment {
    std::array<Oscillator, 4> oscillators;
    std::size_t tones = 0;
    std::size_t samples = 0;
  };
  void advance() noexcept;

  std::vector<Segment> segments_;
  bool loop_;
  std::size_t segment_ = 0;
  std::size_t inSegment_ = 0;  // Samples of the segment that were made.
};

/// 'A'…'D' for 'a'…'d'; 0 for what is no DTMF digit.
[[nodiscard]] char dtmfDigit(char text) noexcept;

/// Sends DTMF digits in-band (ITU-T Q.23): low group −9 dBm0, high group −7 dBm0, so that cable loss at the upper frequencies is made up for (ETSI
/// ES 201 235-2 allows 1…4 dB). Control threads fill it while it is not busy, the audio thread sends.
class DigitSender {
 public:
  static constexpr std::size_t kMostDigits = 64;

  /// Control thread, one at a time. wrongState while earlier digits are on their way; invalidArgument for what is no digit, more than kMostDigits,
  /// or times outside 20…5000 ms.
  [[nodiscard]] Status load(std::string_view digits, int onMs, int offMs) noexcept;
  /// Control thread: takes a load back that was never begun.
  void unload() noexcept { busy_.store(false, std::memory_order_release); }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  void begin() noexcept;
  [[nodiscard]] bool sending() const noexcept { return sending_; }
  /// Fills all of `out`, silence between and after digits. True when the last digit and its pause were over before or with this frame.
  bool generate(std::span<std::int16_t> out) noexcept;

 private:
  void startDigit() noexcept;

  std::atomic<bool> busy_{false};  // Loaded, and not yet sent: the fields below are the audio thread's.
  std::array<char, kMostDigits> digits_{};
  std::size_t count_ = 0;
  std::size_t onSamples_ = 0;
  std::size_t offSamples_ = 0;
  bool sending_ = false;
  std::size_t digit_ = 0;
  std::size_t inDigit_ = 0;  // Samples of the digit and its pause that were made.
  Oscillator low_;
  Oscillator high_;
};

}  // namespace branchline
