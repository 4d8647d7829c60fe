// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "audio/caller_id/async_receiver.hpp"
#include "audio/caller_id/message.hpp"

namespace branchline {

/// A message that was heard, or why it was not.
struct CallerIdReport {
  CallerIdFault fault = CallerIdFault::none;
  CallerIdMessage display;
  bool mended = false;   // One uncertain bit was turned, as the checksum asked.
  int doubtfulBits = 0;  // How many might as well be the other.
};

/// Puts bytes together to messages: type, length, content, checksum (EN 300 659-1 §5, SIN 227 §5). A message begins after mark.
class MessageCollector {
 public:
  void reset() noexcept { size_ = 0; }
  [[nodiscard]] bool collecting() const noexcept { return size_ > 0; }
  /// True: `report` is one.
  bool add(const AsyncByte& byte, CallerIdReport& report) noexcept;
  /// The signal is gone. True: a message was cut short.
  bool signalLost(CallerIdReport& report) noexcept;

 private:
  /// The bit that might soonest be wrong.
  struct Doubt {
    float certainty = 0;
    std::size_t byte = 0;
  };
  void store(const AsyncByte& byte) noexcept;
  void finish(CallerIdReport& report) noexcept;
  [[nodiscard]] bool mend() noexcept;

  std::array<std::uint8_t, kMostMessageBytes> bytes_{};
  std::size_t size_ = 0;
  int doubtfulBits_ = 0;
  std::array<std::array<Doubt, 2>, 8> doubts_{};  // By place in a byte, and by what was heard there.
};

}  // namespace branchline
