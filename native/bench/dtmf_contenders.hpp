// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/frame.hpp"

namespace branchline::bench {

/// A DTMF receiver under measurement.
class KeyReceiver {
 public:
  virtual ~KeyReceiver() = default;
  /// Hears 20 ms. Answers the keys that it tells of in this frame, in order; mostly none.
  virtual std::string process(const Frame& frame) = 0;
};

struct KeyReceiverKind {
  std::string name;
  std::function<std::unique_ptr<KeyReceiver>()> make;
};

/// Ours; and where spandsp was there at the build, its receiver as it comes, and with its dial tone filter and 10 dB of twist allowed both ways.
[[nodiscard]] std::vector<KeyReceiverKind> keyReceivers();

}  // namespace branchline::bench
