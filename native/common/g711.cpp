// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace branchline {

namespace {

// G.711 table 1: sign, three bits of segment, four of interval; 13-bit values, here times 8.
constexpr std::int16_t decodeAlaw(std::uint8_t code) {
  const int inverted = code ^ 0x55;
  const int segment = (inverted >> 4) & 7;
  const int interval = (inverted & 0x0F) << 4;
  const int magnitude = segment == 0 ? interval + 8 : (interval + 0x108) << (segment - 1);
  return static_cast<std::int16_t>((inverted & 0x80) != 0 ? magnitude : -magnitude);
}

// G.711 table 2: all bits inverted; 14-bit values with a bias of 33, here times 4.
constexpr std::int16_t decodeUlaw(std::uint8_t code) {
  const int inverted = code ^ 0xFF;
  const int magnitude = ((((inverted & 0x0F) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return static_cast<std::int16_t>((inverted & 0x80) != 0 ? -magnitude : magnitude);
}

template <typename Decode>
constexpr std::array<std::int16_t, 256> tableOf(Decode decode) {
  std::array<std::int16_t, 256> table{};
  for (int code = 0; code < 256; code++) table[static_cast<std::size_t>(code)] = decode(static_cast<std::uint8_t>(code));
  return table;
}

constexpr auto kAlaw = tableOf(decodeAlaw);
constexpr auto kUlaw = tableOf(decodeUlaw);

}  // namespace

std::int16_t alawToLinear(std::uint8_t code) noexcept { return kAlaw[code]; }

std::int16_t ulawToLinear(std::uint8_t code) noexcept { return kUlaw[code]; }

std::uint8_t linearToAlaw(std::int16_t sample) noexcept {
  const bool positive = sample >= 0;
  const auto magnitude = static_cast<unsigned>(positive ? sample : -sample - 1) >> 3;  // 12 bits.
  const unsigned segment = magnitude < 32 ? 0 : static_cast<unsigned>(std::bit_width(magnitude)) - 5;
  const unsigned interval = (magnitude >> (segment < 2 ? 1 : segment)) & 0x0F;
  return static_cast<std::uint8_t>(((segment << 4) | interval) ^ (positive ? 0xD5 : 0x55));
}

std::uint8_t linearToUlaw(std::int16_t sample) noexcept {
  constexpr unsigned kBias = 0x84;  // 33, times 4.
  constexpr unsigned kMost = 0x7FFF - kBias;
  const bool negative = sample < 0;
  const auto magnitude = std::min(static_cast<unsigned>(negative ? -static_cast<int>(sample) : sample), kMost) + kBias;
  const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 8;
  const unsigned interval = (magnitude >> (segment + 3)) & 0x0F;
  return static_cast<std::uint8_t>(((segment << 4) | interval) ^ (negative ? 0x7F : 0xFF));
}

}  // namespace branchline
