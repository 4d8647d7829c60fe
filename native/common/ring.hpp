// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>

namespace branchline {

/// A bounded first-in-first-out queue between one writing and one reading thread: wait-free, sized at creation. Several writers may share the
/// writing end where a mutex of theirs makes them one at a time; the reader never sees that mutex.
template <typename T>
class SpscRing {
 public:
  /// Room for at least `capacity` elements (rounded up to a power of two).
  explicit SpscRing(std::size_t capacity) : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

  [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }
  /// Elements waiting. Exact for neither end while the other works, but never too small for the reader nor, as "free", too large for the writer.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::size_t read = read_.load(std::memory_order_acquire);
    return written_.load(std::memory_order_acquire) - read;
  }
  [[nodiscard]] std::size_t free() const noexcept { return capacity() - size(); }

  /// Writing end. False, and nothing done, when full.
  bool push(const T& element) noexcept { return push(std::span<const T>(&element, 1)) == 1; }
  /// Writing end: as many of `elements` as there is room for; answers how many.
  std::size_t push(std::span<const T> elements) noexcept {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    const std::size_t room = capacity() - (written - read_.load(std::memory_order_acquire));
    const std::size_t count = std::min(room, elements.size());
    for (std::size_t i = 0; i < count; i++) slots_[(written + i) & mask_] = elements[i];
    written_.store(written + count, std::memory_order_release);
    return count;
  }

  /// Reading end. False when empty.
  bool pop(T& element) noexcept { return pop(std::span<T>(&element, 1)) == 1; }
  /// Reading end: fills the front of `elements`; answers how many.
  std::size_t pop(std::span<T> elements) noexcept {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    const std::size_t count = std::min(written_.load(std::memory_order_acquire) - read, elements.size());
    for (std::size_t i = 0; i < count; i++) elements[i] = slots_[(read + i) & mask_];
    read_.store(read + count, std::memory_order_release);
    return count;
  }

 private:
  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(64) std::atomic<std::size_t> written_{0};
  alignas(64) std::atomic<std::size_t> read_{0};
};

}  // namespace branchline
