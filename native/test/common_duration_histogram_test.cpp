// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <numeric>
#include <thread>
#include <vector>

#include "common/duration_histogram.hpp"

using namespace branchline;

TEST_CASE("a duration is counted in the first bucket whose bound it does not exceed, and in the sum") {
  DurationHistogram histogram;
  for (const std::int64_t ns : {0, 10'000, 10'001, 50'000'000, 50'000'001}) histogram.count(ns);
  const auto [counts, sumNs] = histogram.read();
  CHECK(counts.front() == 2);
  CHECK(counts[1] == 1);
  CHECK(counts[11] == 1);
  CHECK(counts[12] == 1);
  CHECK(sumNs == 100'020'002);
}

TEST_CASE("nothing is lost where several threads count") {
  DurationHistogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; n++) histogram.count(n * 1000);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto reading = histogram.read();
  CHECK(std::accumulate(reading.counts.begin(), reading.counts.end(), std::uint64_t{0}) == 40'000);
  CHECK(reading.sumNs == 4LL * 1000 * 10'000 * 9'999 / 2);
}
