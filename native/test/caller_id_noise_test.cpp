// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "caller_id_support.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr unsigned kSeed = 227;

bool fullDepth() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string(depth) == "full";
}

struct Count {
  int messages = 0;
  int decoded = 0;
  int wrong = 0;   // A message was shown that nobody sent: worse than none.
  int mended = 0;  // Decoded by turning one bit.
};

/// Random callers at one level, or at random levels from there up to −8 dBm0, over a random line: twist up to 6 dB either way where `impaired`, tones
/// and bit rate up to 1 % off.
struct Row {
  const char* name;
  const CallerIdFormat* format;
  double dbm0;
  double noiseDbm0;
  bool impaired;
  bool upwards;
};

Count count(const Row& row, int messages) {
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> share(-1, 1);
  Count count;
  for (int i = 0; i < messages; ++i) {
    const CallerIdMessage sent = randomCaller(random);
    LineImpairment line{.dbm0 = row.dbm0, .noiseDbm0 = row.noiseDbm0, .seed = static_cast<unsigned>(1000 + i)};
    if (row.upwards) line.dbm0 += (-8 - row.dbm0) * std::fabs(share(random));
    if (row.impaired) {
      line.twistDb = 6 * share(random);
      line.frequencyError = 0.01 * share(random);
      line.bitRateError = 0.01 * share(random);
    }
    CallerIdReceiver receiver(row.format->tones);
    bool right = false;
    for (const CallerIdReport& report : heardBy(receiver, onLine(encoded(sent), *row.format, line))) {
      if (report.fault != CallerIdFault::none) continue;
      const bool same = sameCaller(report.display, sent);
      right = right || same;
      count.wrong += same ? 0 : 1;
      count.mended += same && report.mended ? 1 : 0;
    }
    count.decoded += right ? 1 : 0;
  }
  count.messages = messages;
  std::printf("%-8s %5.1f dBm0%s noise %.0f dBm0%s: decoded %d of %d, %d of them mended, %d wrong\n", row.name, row.dbm0,
              row.upwards ? " and up," : ",", row.noiseDbm0, row.impaired ? ", twist, 1 % off" : "", count.decoded, count.messages, count.mended,
              count.wrong);
  return count;
}

// Strings of digits can be cut into bytes in two ways that are nearly as likely: with a wrong bit rate the wrong one wins now and then.
bool nearlyAll(const Count& count) { return count.decoded * 200 >= count.messages * 199; }

const struct {
  const char* name;
  const CallerIdFormat* format;
} kStandards[] = {{"SIN 227", &kSin227Format}, {"ETSI", &kEtsiFormat}, {"Bellcore", &kBellcoreFormat}};

}  // namespace

TEST_CASE("every message is decoded in −35 dBm0 of noise, at the exchange's level and 13 dB below it") {
  for (const auto& standard : kStandards) {
    for (double dbm0 : {-13.5, -26.5}) {
      const Row row{standard.name, standard.format, dbm0, -35, false, false};
      CAPTURE(row.name);
      CAPTURE(row.dbm0);
      const Count counted = count(row, fullDepth() ? 1000 : 25);
      CHECK(counted.decoded == counted.messages);
      CHECK(counted.wrong == 0);
    }
  }
}

TEST_CASE(
    "all but one message in two hundred are decoded in −35 dBm0 of noise from random levels over lines with twist, wrong tones and a wrong bit "
    "rate") {
  for (const auto& standard : kStandards) {
    const Row row{standard.name, standard.format, -20, -35, true, true};
    CAPTURE(row.name);
    const Count counted = count(row, fullDepth() ? 1000 : 50);
    CHECK(nearlyAll(counted));
    CHECK(counted.wrong == 0);
  }
}

TEST_CASE("every message is decoded in −30 dBm0 of noise at the exchange's level and 8 dB below it") {
  for (const auto& standard : kStandards) {
    for (double dbm0 : {-13.5, -21.5}) {
      const Row row{standard.name, standard.format, dbm0, -30, false, false};
      CAPTURE(row.name);
      CAPTURE(row.dbm0);
      const Count counted = count(row, fullDepth() ? 1000 : 15);
      CHECK(counted.decoded == counted.messages);
      CHECK(counted.wrong == 0);
    }
  }
}

// Where noise comes near to the signal the receiver must rather tell nothing than something wrong.
TEST_CASE("a message nearly as loud as the noise is decoded or refused, hardly ever told wrong") {
  for (const auto& standard : kStandards) {
    for (const double noise : {-35.0, -30.0}) {
      for (const double aboveNoise : {7.0, 5.0, 3.0, 1.0}) {
        if (!fullDepth() && (aboveNoise != 5.0 || noise != -35.0)) continue;
        const Row row{standard.name, standard.format, noise + aboveNoise, noise, false, false};
        const Count counted = count(row, fullDepth() ? 1000 : 20);
        CAPTURE(row.name);
        CAPTURE(row.dbm0);
        CHECK(counted.wrong * 100 <= counted.messages);
        if (aboveNoise >= 5) CHECK(counted.decoded * 10 >= counted.messages * 9);
      }
    }
  }
}

TEST_CASE("levels from −5 to −40 dBm0 are decoded where the line is quiet") {
  for (const auto& standard : kStandards) {
    for (double dbm0 : {-5.0, -40.0}) {
      const Row row{standard.name, standard.format, dbm0, -60, true, false};
      CAPTURE(row.name);
      CAPTURE(row.dbm0);
      const Count counted = count(row, fullDepth() ? 200 : 6);
      CHECK(nearlyAll(counted));
    }
  }
}
