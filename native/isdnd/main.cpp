// SPDX-License-Identifier: GPL-2.0-or-later
// isdnd DESCRIPTOR [--stepped]: runs libpri for the service, which starts it with one end of a socket pair and ends it by closing the other.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "isdnd/server.hpp"

namespace {

constexpr int kAboveNormal = -10;  // As the signalling of a line wants it; without the right to it we go on as we are.

int serve(int control, bool stepped) {
  if (stepped) {
    branchline::SteppedClock clock;
    return branchline::isdn::Server(control, clock).run() ? 0 : 1;
  }
  const branchline::MonotonicClock clock;
  return branchline::isdn::Server(control, clock).run() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const bool stepped = count == 3 && std::strcmp(arguments[2], "--stepped") == 0;
  if (count < 2 || (count == 3 && !stepped) || count > 3) {
    std::fprintf(stderr, "isdnd is started by branchline. Usage: isdnd DESCRIPTOR [--stepped]\n");
    return 2;
  }
  // The service decides when we end, by the socket: a Ctrl+C in its terminal reaches us as well.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  (void)setpriority(PRIO_PROCESS, 0, kAboveNormal);
  try {
    return serve(std::stoi(arguments[1]), stepped);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "isdnd: %s\n", error.what());
    return 2;
  }
}
