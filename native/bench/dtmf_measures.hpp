// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "bench/dtmf_contenders.hpp"

namespace branchline::bench {

struct DtmfFigure {
  std::string name;
  double value = 0;
  std::string unit;
};

/// How much audio that holds no key a receiver hears.
struct TalkOffHours {
  double speech = 0;
  double vowels = 0;
  double chords = 0;
};

/// Every figure of one receiver. The same `seed` gives every receiver the same audio.
[[nodiscard]] std::vector<DtmfFigure> measureReceiver(const KeyReceiverKind& kind, unsigned seed, const TalkOffHours& hours);

}  // namespace branchline::bench
