// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace branchline::bench {

/// An echo canceller under measurement, in frames of 20 ms.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual bool process(std::span<const std::int16_t> far, std::span<const std::int16_t> near, std::span<std::int16_t> out) = 0;
};

struct ContenderKind {
  std::string name;
  std::function<std::unique_ptr<Contender>()> make;
};

/// Ours with tails of 32 and 64 ms, the linear part alone; speexdsp with one of 32 ms, where it was there at the build.
[[nodiscard]] std::vector<ContenderKind> linearContenders();
/// Ours with 32 or 64 ms, whole.
[[nodiscard]] ContenderKind wholeContender(int tailMs);

}  // namespace branchline::bench
