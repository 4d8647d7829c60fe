// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/caller_id/fsk_modulator.hpp"
#include "audio/caller_id/message.hpp"
#include "audio/tone.hpp"

namespace branchline {

/// How a message is sent: one row of the standards.
struct CallerIdFormat {
  FskTones tones = kV23Tones;
  int alertMs = 0;      // Dual tone alert, 2130 + 2750 Hz, before it; 0: none.
  int alertGapMs = 0;   // Silence from there to channel seizure.
  int seizureBits = 0;  // Alternating, before mark.
  int markBits = 0;
  int endMarkBits = 10;  // After the checksum.
};

/// BT SIN 227 §6: idle state tone alert of 88…110 ms, ≥ 45 ms of silence, 96…315 bits of seizure, 55…90 of mark.
inline constexpr CallerIdFormat kSin227Format{.tones = kV23Tones, .alertMs = 100, .alertGapMs = 60, .seizureBits = 250, .markBits = 72};
/// ETSI EN 300 659-1 §6.1.1, during ringing: 300 bits of seizure, 180 of mark.
inline constexpr CallerIdFormat kEtsiFormat{.tones = kV23Tones, .seizureBits = 300, .markBits = 180};
/// ETSI EN 300 659-1 §6.1.2, before ringing: a dual tone alert of 100 ms comes first.
inline constexpr CallerIdFormat kEtsiAlertedFormat{.tones = kV23Tones, .alertMs = 100, .alertGapMs = 60, .seizureBits = 300, .markBits = 180};
/// Bellcore GR-30-CORE §2.3, between the first two rings.
inline constexpr CallerIdFormat kBellcoreFormat{.tones = kBell202Tones, .seizureBits = 300, .markBits = 180};
/// To a telephone in a call: CAS of 80 ms, mark only (GR-30-CORE §2.3.2, EN 300 659-2).
inline constexpr CallerIdFormat kBellcoreOffHookFormat{.tones = kBell202Tones, .alertMs = 80, .alertGapMs = 100, .seizureBits = 0, .markBits = 80};

inline constexpr double kCallerIdDbm0 = -13.5;   // EN 300 659-1 §5.2.1: −13.5 ± 1.5 dBm at the exchange.
inline constexpr double kAlertToneDbm0 = -15.0;  // Of each tone.

/// Makes the samples of a caller display message. Fixed size, never allocates; one thread at a time.
class CallerIdSender {
 public:
  /// Begins `display` in `format`. `line`: what an imitated line does to levels and rates.
  void begin(const CallerIdMessage& display, const CallerIdFormat& format) noexcept;
  /// The same with bytes that are already a message, at most kMostMessageBytes of them, and a modem of one's own.
  void begin(std::span<const std::uint8_t> message, const CallerIdFormat& format, const FskModulator& modem) noexcept;
  void stop() noexcept { part_ = Part::done; }
  [[nodiscard]] bool sending() const noexcept { return part_ != Part::done; }
  /// Fills all of `out`, silence once done. True when nothing is left to send.
  bool generate(std::span<std::int16_t> out) noexcept;

 private:
  enum class Part : std::uint8_t { alert, gap, data, done };
  [[nodiscard]] double sample() noexcept;
  [[nodiscard]] bool nextBit() noexcept;

  CallerIdFormat format_;
  Part part_ = Part::done;
  int left_ = 0;  // Samples of the alert or the gap.
  Oscillator low_;
  Oscillator high_;
  FskModulator modem_;
  std::array<std::uint8_t, kMostMessageBytes> message_{};
  std::size_t size_ = 0;
  int bit_ = 0;  // Of the whole transmission.
};

}  // namespace branchline
