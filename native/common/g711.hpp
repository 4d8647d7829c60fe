// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace branchline {

/// ITU-T G.711 A-law, with the inversion of even bits as on the line, to and from 16-bit linear (a full-scale sine is +3.14 dBm0).
[[nodiscard]] std::int16_t alawToLinear(std::uint8_t code) noexcept;
[[nodiscard]] std::uint8_t linearToAlaw(std::int16_t sample) noexcept;
/// ITU-T G.711 µ-law to and from 16-bit linear (a full-scale sine is +3.17 dBm0).
[[nodiscard]] std::int16_t ulawToLinear(std::uint8_t code) noexcept;
[[nodiscard]] std::uint8_t linearToUlaw(std::int16_t sample) noexcept;

}  // namespace branchline
