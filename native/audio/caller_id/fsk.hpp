// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace branchline {

/// The two tones of a 1200 bit/s modem in Hz, whole hundreds. Mark is 1, and what the line rests at.
struct FskTones {
  int markHz = 1300;
  int spaceHz = 2100;
};

inline constexpr FskTones kV23Tones{1300, 2100};      // ITU-T V.23, mode 2: BT SIN 227, ETSI EN 300 659.
inline constexpr FskTones kBell202Tones{1200, 2200};  // Bellcore GR-30-CORE.

inline constexpr int kBitRate = 1200;

}  // namespace branchline
