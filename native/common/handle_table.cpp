// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/handle_table.hpp"

#include <algorithm>
#include <numeric>

namespace branchline {

namespace {
constexpr std::uint32_t kLastGeneration = (1U << (32 - kHandleSlotBits)) - 1;
}

HandleTable::HandleTable(std::uint32_t capacity) : slots_(std::clamp<std::uint32_t>(capacity, 1, kMaxHandles)), free_(slots_.size()) {
  std::iota(free_.begin(), free_.end(), 0U);
}

Handle HandleTable::allocate(std::uint8_t kind) {
  if (live_ == capacity()) return kNoHandle;
  const std::uint32_t slot = free_[freeHead_];
  freeHead_ = (freeHead_ + 1) % capacity();
  live_++;
  slots_[slot].kind = kind;
  return (slots_[slot].generation << kHandleSlotBits) | slot;
}

bool HandleTable::release(Handle handle) {
  if (kindOf(handle) == 0) return false;
  Slot& slot = slots_[slotOf(handle)];
  slot.kind = 0;
  slot.generation = slot.generation == kLastGeneration ? 1 : slot.generation + 1;
  live_--;
  free_[(freeHead_ + capacity() - live_ - 1) % capacity()] = slotOf(handle);
  return true;
}

std::uint8_t HandleTable::kindOf(Handle handle) const noexcept {
  const std::uint32_t slot = slotOf(handle);
  if (slot >= capacity() || slots_[slot].generation != handle >> kHandleSlotBits) return 0;
  return slots_[slot].kind;
}

Status HandleTable::check(Handle handle, std::uint8_t kind) const noexcept {
  const std::uint8_t actual = kindOf(handle);
  if (actual == 0) return Status::staleHandle;
  return actual == kind ? Status::ok : Status::wrongKind;
}

}  // namespace branchline
