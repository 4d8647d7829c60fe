// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/gain_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "common/g711.hpp"

namespace branchline {

void fillGainTable(std::span<unsigned char, 256> table, double db, bool alaw) noexcept {
  const double factor = std::pow(10.0, db / 20.0);
  for (int code = 0; code < 256; ++code) {
    const auto octet = static_cast<std::uint8_t>(code);
    auto& entry = table[static_cast<std::size_t>(code)];
    entry = octet;
    if (db == 0.0) continue;
    const double louder = std::round((alaw ? alawToLinear(octet) : ulawToLinear(octet)) * factor);
    const auto sample = static_cast<std::int16_t>(std::clamp(louder, -32768.0, 32767.0));
    entry = alaw ? linearToAlaw(sample) : linearToUlaw(sample);
  }
}

}  // namespace branchline
