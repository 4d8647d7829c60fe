// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "audio/detect/sinusoid_fit.hpp"
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
  DtmfReceiver() noexcept;
  void reset() noexcept;
  /// Looks at 20 ms of 8 kHz audio. The answer is valid until the next call; an end always comes before the next begin.
  std::span<const DtmfEvent> process(const Frame& frame) noexcept;

 private:
  static constexpr int kHop = 16;                    // 2 ms.
  static constexpr int kHopsInWindow = 10;           // 20 ms.
  static constexpr int kWindow = kHop * kHopsInWindow;
  static constexpr int kHistory = 32;                // Hops looked back at most, 64 ms; a power of two.

  struct HighPass {
    double z[3][2] = {};
    float run(float sample) noexcept;
  };
  struct ToneReading {  // One tone of a pair in one fit.
    float hz = 0;
    float dbm0 = 0;
  };
  struct Reading {      // One hop's verdict: digit 0 means that no pair stood up to the checks.
    char digit = 0;
    ToneReading tones[2] = {};
    float hzSigma[2] = {};  // What noise alone may move the fit's frequency and level by.
    float dbSigma[2] = {};
  };

  void endHop() noexcept;
  Reading readWindow() noexcept;
  void binPowers(std::array<float, 8>& powers) const noexcept;
  Reading fitPair(int low, int high, float energy, float lowBandEnergy) noexcept;
  bool hasHarmonics(const double* hz, const double* power) noexcept;
  bool lowBandIsNew(char digit, float lowBand, float energy) const noexcept;
  void judge(const Reading& reading) noexcept;
  bool isSteady(const Reading& reading, int hops) const noexcept;
  void tell(DtmfEvent event) noexcept;

  HighPass highPass_;
  SinusoidFit<kWindow> fit_;
  std::array<float, kWindow> window_{};              // High-passed, oldest first.
  std::array<float, kHop> hop_{};                    // The hop being filled: high-passed …
  std::array<float, kHop> rawHop_{};                 // … and as it came.
  int filled_ = 0;

  float hopEnergy_[kHopsInWindow] = {};              // Per hop of the window, a ring.
  float hopRawEnergy_[kHopsInWindow] = {};
  float binRe_[8][kHopsInWindow] = {};
  float binIm_[8][kHopsInWindow] = {};
  int ring_ = 0;

  std::int64_t hops_ = 0;                            // Since reset: 2 ms each.
  float lowBandHistory_[kHistory] = {};              // Energy below 640 Hz per hop.
  float powerHistory_[kHistory][8] = {};             // Bin powers per hop.
  float lowBandBefore_ = 0;                          // That of 32 ms before the candidate began.
  bool abrupt_ = false;                              // Both tones of the candidate rose by 10 dB or more within 24 ms.

  char candidate_ = 0;
  int good_ = 0;                                     // Consecutive hops that read `candidate_`.
  ToneReading trail_[64][2] = {};                    // Readings of the candidate.
  char digit_ = 0;                                   // Told, and not ended yet.
  int bad_ = 0;                                      // Consecutive hops that did not read `digit_`.
  std::int64_t firstGoodHop_ = 0;
  std::int64_t candidateHop_ = 0;
  std::int64_t lastGoodHop_ = 0;

  std::array<DtmfEvent, 8> events_{};
  int eventCount_ = 0;
};

}  // namespace branchline
