// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace branchline {

/// How often something lasted how long, in fixed buckets. Counted by any threads without a lock; a reading taken meanwhile may lack the latest.
class DurationHistogram {
 public:
  /// Upper bounds, inclusive: 10 µs, what a lock may cost, to 50 ms, two and a half frames. One more bucket has what is longer.
  static constexpr std::array<std::int64_t, 12> kBoundsNs = {10'000,    25'000,    50'000,    100'000,    250'000,    500'000,
                                                             1'000'000, 2'000'000, 5'000'000, 10'000'000, 20'000'000, 50'000'000};
  static constexpr std::size_t kBuckets = kBoundsNs.size() + 1;

  struct Reading {
    std::array<std::uint64_t, kBuckets> counts{};  // Not cumulative.
    std::int64_t sumNs = 0;
  };

  void count(std::int64_t ns) noexcept {
    std::size_t bucket = 0;
    while (bucket < kBoundsNs.size() && ns > kBoundsNs[bucket]) bucket++;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sumNs_.fetch_add(ns, std::memory_order_relaxed);
  }

  [[nodiscard]] Reading read() const noexcept {
    Reading reading;
    for (std::size_t i = 0; i < kBuckets; i++) reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
    reading.sumNs = sumNs_.load(std::memory_order_relaxed);
    return reading;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::int64_t> sumNs_{0};
};

}  // namespace branchline
