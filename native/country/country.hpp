// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "country/call_tone.hpp"
#include "country/dial_method.hpp"
#include "country/tone_cadence.hpp"

namespace branchline {

struct CountryTone {
  constexpr CountryTone() = default;
  consteval CountryTone(CallTone toneKind, std::string_view notation, double levelDbm0) : kind(toneKind), cadence(notation, levelDbm0) {}

  CallTone kind = CallTone::none;
  ToneCadence cadence;
};

/// How the network shows who calls before the telephone is lifted.
enum class CallerDisplay : std::uint8_t {
  none,
  v23AfterReversal,     // BT SIN 227: polarity reversal, alerting signal, V.23, then ringing.
  v23BetweenRings,      // ETSI EN 300 659-1: V.23 after the first ring.
  bell202BetweenRings,  // Telcordia GR-30-CORE: Bell 202 after the first ring.
  dtmfBeforeRinging,    // ETSI EN 300 659-1 annex: DTMF, most often after a polarity reversal.
};

/// Timed break recall: how long we open the loop, and which openings of a telephone's loop count as it.
struct FlashTimes {
  int sendMs = 100;
  int shortestMs = 50;
  int longestMs = 150;
};

/// What the card is to be set to.
struct LineElectrics {
  std::string_view impedance;  // Ohms and farads: "270+(750||150nF)" is 270 Ω and, in series, 750 Ω beside 150 nF.
  std::string_view opermode;   // The `opermode` that DAHDI's card drivers know it by.
  double receiveGainDb = 0;
  double transmitGainDb = 0;
};

/// How an exchange line tells that the far end has cleared.
struct ClearingRules {
  bool batteryDrop = true;  // An interruption of the feed.
  bool reversal = true;     // The feed turns back to its idle polarity, or turns round.
  bool tones = true;        // Busy, congestion, number unobtainable.
  bool dialTone = true;     // The exchange offers the next call.
};

/// What differs from country to country on an analogue line. One row of the table in countries.cpp; static storage.
struct Country {
  static constexpr std::size_t kMostTones = 9;

  std::string_view code;  // ISO 3166, two letters.
  std::string_view name;
  /// The first of a kind is what we play; all of them are listened for. A kind that is missing is played as the nearest one there is.
  std::array<CountryTone, kMostTones> tones;
  std::array<int, 8> ringingMs{};  // On and off in turn, from the first burst on; 0 after the last.
  FlashTimes flash;
  CallerDisplay callerDisplay = CallerDisplay::none;
  LineElectrics electrics;
  ClearingRules clearing;
  DialMethod dialling = DialMethod::dtmf;
  /// Numbers that are complete as soon as they are keyed: X any digit, N 2…9, Z 1…9. Emergency numbers first. More is in a line's own dial plan.
  std::array<std::string_view, 8> completeNumbers{};

  /// One period of a tone, to be played in a loop; empty for none.
  [[nodiscard]] std::span<const ToneSegment> tone(CallTone kind) const noexcept;
  /// Pairs of on and off, for ChannelIo::setRingCadence.
  [[nodiscard]] std::span<const int> ringing() const noexcept;
  /// Whether ringing voltage is on `ms` after its beginning.
  [[nodiscard]] bool ringingOn(std::int64_t ms) const noexcept;
};

/// All rows of the table, by code.
[[nodiscard]] std::span<const Country> countries() noexcept;
/// Null for a country that has no row. Capital letters or small ones.
[[nodiscard]] const Country* findCountry(std::string_view code) noexcept;
/// The United Kingdom.
[[nodiscard]] const Country& defaultCountry() noexcept;

}  // namespace branchline
