// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "bench/echo_contenders.hpp"

namespace branchline::bench {

struct EchoFigure {
  std::string name;
  double value = 0;
  std::string unit = "dB";
};

/// What a canceller's linear part takes off, on the line models of ITU-T G.168 and A-law, and what that costs.
[[nodiscard]] std::vector<EchoFigure> measureLinear(const ContenderKind& kind);
/// What our suppressor makes of the rest and of the near end. @param linear the same canceller without it
[[nodiscard]] std::vector<EchoFigure> measureSuppressor(const ContenderKind& whole, const ContenderKind& linear);

/// What all of it costs on speech from both ends.
[[nodiscard]] EchoFigure measureWholeCpu(const ContenderKind& whole);
/// User time of this process so far, s.
[[nodiscard]] double cpuSeconds();

}  // namespace branchline::bench
