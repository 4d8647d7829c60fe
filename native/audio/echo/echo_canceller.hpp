// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace branchline {

/// What becomes of the echo that subtracting cannot reach.
enum class ResidualEcho : std::uint8_t {
  kept,        // Nothing but a linear subtraction, no delay.
  suppressed,  // Turned down in favour of noise like the near end's while the near end is quiet; a delay of 4 ms.
};

/// Takes the echo of what is sent to a line out of what comes back from it: 8 kHz, an echo path of up to 32 or 64 ms, its bulk delay included.
/// It allocates only when it is made. One thread at a time; deterministic: the same samples in give the same samples out.
class EchoCanceller {
 public:
  static constexpr int kBlockSamples = 32;  // 4 ms.

  /// @param tailMs 32 or 64
  /// @throws std::invalid_argument for another tail
  explicit EchoCanceller(int tailMs, ResidualEcho residual = ResidualEcho::suppressed);
  ~EchoCanceller();
  EchoCanceller(EchoCanceller&&) noexcept;
  EchoCanceller& operator=(EchoCanceller&&) noexcept;

  /// Audio thread. `far` went to the line while `near` came from it, at the same moments or up to the tail earlier, as the line coded it.
  /// @param out of the same length, may be `near`
  /// @return false, and `out` is left as it is, unless all three have one length, a multiple of kBlockSamples
  [[nodiscard]] bool process(std::span<const std::int16_t> far, std::span<const std::int16_t> near, std::span<std::int16_t> out) noexcept;
  /// Audio thread. For another call or line: forgets the path.
  void reset() noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace branchline
