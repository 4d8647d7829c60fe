// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace branchline {

/// One part of a tone: up to four frequencies sounding together, 0 of them is a pause.
struct ToneSegment {
  double frequencies[4] = {0, 0, 0, 0};  // Hz; 0 = unused.
  double levelDbm0 = -10.0;              // Level of each frequency.
  int milliseconds = 0;
};

}  // namespace branchline
