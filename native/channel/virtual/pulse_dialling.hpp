// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/handle.hpp"

namespace branchline {

/// Dials by opening the loop: ten pulses a second, 60 ms open and 40 ms closed (the frame's grid of 20 ms), 800 ms between digits. A control thread
/// loads it while it is not busy, the audio thread sends.
class PulseSender {
 public:
  static constexpr std::size_t kMostDigits = 64;

  /// wrongState while earlier digits are on their way; invalidArgument for what is no 0-9, or more than kMostDigits.
  [[nodiscard]] Status load(std::string_view digits) noexcept;
  /// Takes a load back that was never begun.
  void unload() noexcept { busy_.store(false, std::memory_order_release); }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  void begin() noexcept;
  /// Breaks off, or drops what was loaded.
  void stop() noexcept;
  [[nodiscard]] bool sending() const noexcept { return sending_; }
  /// Whether the loop is closed in the frame that comes. Once the last pause is over, sending() is false.
  bool frame() noexcept;

 private:
  std::atomic<bool> busy_{false};
  std::array<char, kMostDigits> digits_{};
  std::size_t count_ = 0;
  bool sending_ = false;
  std::size_t digit_ = 0;
  int inDigitMs_ = 0;
};

/// Hears pulses, flashes and hanging up in how a loop opens and closes, as DAHDI's FXO signalling does: an opening of 15 … 200 ms is a pulse, a
/// longer one a flash, and one longer than the flash time is a hang-up. Audio thread.
class PulseReceiver {
 public:
  enum class Heard : std::uint8_t { nothing, digit, flash, hangUp };

  /// The loop has been closed.
  void reset() noexcept;
  /// Another 20 ms, with the loop as it is now. Not to be called any more after `hangUp`, until reset(). `pulses`: short openings are those, else
  /// flashes.
  Heard frame(bool closed, int flashTimeMs, bool pulses = true) noexcept;
  /// The digit that was heard last.
  [[nodiscard]] char digit() const noexcept { return digit_; }
  /// A digit has begun.
  [[nodiscard]] bool receiving() const noexcept { return pulses_ > 0; }

 private:
  int openMs_ = 0;  // 0: closed.
  int closedMs_ = 0;
  int pulses_ = 0;
  char digit_ = 0;
};

}  // namespace branchline
