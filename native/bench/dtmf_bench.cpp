// SPDX-License-Identifier: GPL-3.0-or-later
// The DTMF receiver at the limits of ITU-T Q.24 and ETSI ES 201 235-3, beside spandsp's on the same audio where that was there at the build
// (Debian's libspandsp-dev and libtiff-dev). Prints a table; with --json a row {receiver, figure, value, unit} a line.

#include <charconv>
#include <cstdio>
#include <cstring>

#include "bench/dtmf_measures.hpp"

using namespace branchline::bench;

namespace {

constexpr const char* kUsage =
    "usage: dtmf_bench [--json] [--full] [--seed N]\n  --full: hours of speech, vowels and chords in place of minutes\n  --seed: of the audio, 24 "
    "unless given\n";

struct Wanted {
  bool json = false;
  bool full = false;
  unsigned seed = 24;
};

bool parse(int argc, char** argv, Wanted& wanted) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      wanted.json = true;
    } else if (std::strcmp(argv[i], "--full") == 0) {
      wanted.full = true;
    } else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      const char* const text = argv[++i];
      const char* const end = text + std::strlen(text);
      if (const auto [stop, error] = std::from_chars(text, end, wanted.seed); error != std::errc() || stop != end) return false;
    } else {
      return false;
    }
  }
  return true;
}

void print(const std::string& receiver, const DtmfFigure& figure, bool json) {
  if (json) {
    char value[32] = "null";  // JSON has no NaN.
    if (figure.value == figure.value) std::snprintf(value, sizeof value, "%.4f", figure.value);
    std::printf("{\"receiver\": \"%s\", \"figure\": \"%s\", \"value\": %s, \"unit\": \"%s\"}\n", receiver.c_str(), figure.name.c_str(), value,
                figure.unit.c_str());
  } else {
    std::printf("%-30s %8.3f %-12s %s\n", receiver.c_str(), figure.value, figure.unit.c_str(), figure.name.c_str());
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Wanted wanted;
  if (!parse(argc, argv, wanted)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const TalkOffHours hours = wanted.full ? TalkOffHours{5, 1, 1} : TalkOffHours{0.2, 0.1, 0.1};
  const auto receivers = keyReceivers();
  for (const KeyReceiverKind& kind : receivers) {
    for (const DtmfFigure& figure : measureReceiver(kind, wanted.seed, hours)) print(kind.name, figure, wanted.json);
  }
  if (receivers.size() == 1)
    std::fputs("dtmf_bench: nothing beside ours: for spandsp's receiver, apt-get install libspandsp-dev libtiff-dev, then cmake --preset release\n",
               stderr);
  return 0;
}
