// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

namespace branchline {

/// The driver's gain tables give for each octet of a law the octet that is `db` louder; 0 dB changes none.
void fillGainTable(std::span<unsigned char, 256> table, double db, bool alaw) noexcept;

}  // namespace branchline
