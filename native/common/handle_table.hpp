// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "common/handle.hpp"

namespace branchline {

/// Gives out handles and tells live ones from stale ones. Not thread safe: its owner's mutex guards it.
///
/// Slots are given out oldest-freed first, so that a stale handle stays recognisable for as long as possible; after 2^20−1 generations of one slot
/// the first comes back.
class HandleTable {
 public:
  /// `capacity` 1…kMaxHandles.
  explicit HandleTable(std::uint32_t capacity);

  /// kNoHandle when every slot is taken. `kind` is the owner's own, 1…255.
  [[nodiscard]] Handle allocate(std::uint8_t kind);
  /// False for a stale handle.
  bool release(Handle handle);
  /// The kind it was allocated with, 0 for a stale handle.
  [[nodiscard]] std::uint8_t kindOf(Handle handle) const noexcept;
  /// ok, staleHandle or wrongKind.
  [[nodiscard]] Status check(Handle handle, std::uint8_t kind) const noexcept;
  [[nodiscard]] static std::uint32_t slotOf(Handle handle) noexcept { return handle & (kMaxHandles - 1); }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] std::uint32_t live() const noexcept { return live_; }

 private:
  struct Slot {
    std::uint32_t generation = 1;
    std::uint8_t kind = 0;  // 0: free.
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;  // A ring of slot numbers: taken at freeHead_, given back behind it.
  std::uint32_t freeHead_ = 0;
  std::uint32_t live_ = 0;
};

}  // namespace branchline
