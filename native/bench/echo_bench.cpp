// SPDX-License-Identifier: GPL-3.0-or-later
//
// The echo canceller on the line models of ITU-T G.168, A-law, beside speexdsp's where its library is installed. Not a conformance test. Prints a
// table; with --json a row {canceller, figure, value, unit} a line.

#include <cstdio>
#include <cstring>

#include "bench/echo_measures.hpp"

using namespace branchline::bench;

namespace {

void print(const char* canceller, const EchoFigure& figure, bool json) {
  if (json) {
    std::printf("{\"canceller\": \"%s\", \"figure\": \"%s\", \"value\": %.4f, \"unit\": \"%s\"}\n", canceller, figure.name.c_str(), figure.value,
                figure.unit.c_str());
  } else {
    std::printf("%-34s %8.3f %-12s %s\n", canceller, figure.value, figure.unit.c_str(), figure.name.c_str());
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc == 2 && std::strcmp(argv[1], "--json") == 0;
  if (argc > 1 && !json) {
    std::fputs("usage: echo_bench [--json]\n", stderr);
    return 2;
  }
  const std::vector<ContenderKind> contenders = linearContenders();
  for (const ContenderKind& kind : contenders) {
    for (const EchoFigure& figure : measureLinear(kind)) print(kind.name.c_str(), figure, json);
  }
  for (const EchoFigure& figure : measureSuppressor(wholeContender(32), contenders.front())) print(wholeContender(32).name.c_str(), figure, json);
  for (const int tailMs : {32, 64}) print(wholeContender(tailMs).name.c_str(), measureWholeCpu(wholeContender(tailMs)), json);
  return 0;
}
