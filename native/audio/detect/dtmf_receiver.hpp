// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "audio/frame.hpp"

namespace branchline {

/// What the receiver tells of a key: that it was recognised (within 40 ms of its beginning), and later that it was let go.
struct DtmfEvent {
  enum class Type : std::uint8_t { begin, end };
  Type type = Type::begin;
  char digit = 0;      // 0-9, *, #, A-D.
  int durationMs = 0;  // end: how long the tone sounded, to ±5 ms. begin: 0.
};

/// In-band DTMF receiver for one party's audio (ITU-T Q.23, Q.24; ETSI ES 201 235-3: accepts ≤ ±1.5 % and ≥ 40 ms, refuses ≥ ±3.5 % and ≤ 23 ms;
/// twist up to ±10 dB; a gap of 20 ms or less does not double a digit). Eight bins every 2 ms pick a candidate, a joint least-squares fit of two
/// sinusoids decides, eight consecutive fits make a digit. Fixed size, never allocates; one thread at a time (the audio clock's).
class DtmfReceiver {
 public:
  DtmfReceiver() noexcept { reset(); }
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. The answer is valid until the next call; an end always comes before the next begin.
  std::span<const DtmfEvent> process(const Frame& frame) noexcept;

 private:
  static constexpr int kHop = 16;  // Samples, 2 ms.
  static constexpr int kHopsInWindow = 10;
  static constexpr int kWindow = kHop * kHopsInWindow;
  static constexpr int kHistory = 32;  // Hops that are looked back at, at most; a power of two.
  static constexpr int kTrail = 64;    // Readings of a candidate that are kept; a power of two.

  /// One tone of a pair in one fit, with what the window's noise may move it by.
  struct ToneReading {
    float hz = 0;
    float dbm0 = 0;
    float hzSigma = 0;
    float dbSigma = 0;
  };
  /// One hop's verdict: digit 0 means that no pair stood up to the checks.
  struct Reading {
    char digit = 0;
    std::array<ToneReading, 2> tones{};
  };

  [[nodiscard]] float highPass(float sample) noexcept;
  void endHop() noexcept;
  void shiftWindow() noexcept;
  [[nodiscard]] std::array<float, 8> binPowers() const noexcept;
  [[nodiscard]] Reading fitPair(int low, int high, float energy, float lowBand) const noexcept;
  void noteOnset(int low, int high) noexcept;
  [[nodiscard]] bool maskedByVoice(float lowBand, float energy) const noexcept;
  void judge(const Reading& reading) noexcept;
  [[nodiscard]] bool isSteady(const Reading& reading, int hops) const noexcept;
  void beginDigit() noexcept;
  void endDigit() noexcept;

  std::array<std::array<double, 2>, 3> filter_{};  // State of the high-pass, a row a section.
  std::array<float, kWindow> window_{};            // High-passed, oldest first.
  std::array<float, kHop> hop_{};                  // The hop being filled: high-passed …
  std::array<float, kHop> rawHop_{};               // … and as it came.
  int filled_ = 0;

  std::array<float, kHopsInWindow> hopEnergy_{};  // Rings over the window's hops; `newest_` is the last written.
  std::array<float, kHopsInWindow> rawHopEnergy_{};
  std::array<std::array<float, kHopsInWindow>, 8> binRe_{};
  std::array<std::array<float, kHopsInWindow>, 8> binIm_{};
  int newest_ = 0;

  std::int64_t hops_ = 0;                         // Since reset.
  std::array<float, kHistory> lowBandHistory_{};  // Energy below 640 Hz, by hop.
  std::array<std::array<float, 8>, kHistory> powerHistory_{};
  float lowBandBefore_ = 0;  // That of 32 ms before the candidate began.
  bool abrupt_ = false;      // Both tones of the candidate rose by 10 dB or more within 24 ms.

  char candidate_ = 0;
  int good_ = 0;                   // Consecutive hops that read `candidate_`.
  std::int64_t candidateHop_ = 0;  // The first of them.
  std::array<std::array<ToneReading, 2>, kTrail> trail_{};
  char digit_ = 0;             // Told, and not ended yet.
  int bad_ = 0;                // Consecutive hops that did not read `digit_`.
  std::int64_t firstHop_ = 0;  // First and last hop that read `digit_`.
  std::int64_t lastHop_ = 0;

  std::array<DtmfEvent, 8> events_{};
  std::size_t eventCount_ = 0;
};

}  // namespace branchline
