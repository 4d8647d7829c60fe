// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "far_channel.hpp"

namespace branchline::test {

/// Lines of words from standard input, as they come. A word holds no space.
class CommandReader {
 public:
  CommandReader();
  /// The next line that is whole, as words; empty where there is none yet.
  [[nodiscard]] std::vector<std::string> next();
  /// Whoever commands has gone.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::string pending_;
  bool ended_ = false;
};

/// `tone NAME HZ HZ DBM0`, `play NAME FILE`, `quiet NAME`, `record NAME FILE`, `stop NAME`: what can be asked of any channel. False: none of these.
bool runAudioCommand(FarChannel& channel, const std::vector<std::string>& words);

/// Tells whoever commands: one line.
template <typename... Arguments>
void tell(const char* format, Arguments... arguments) {
  std::printf(format, arguments...);
  std::putchar('\n');
  std::fflush(stdout);
}

}  // namespace branchline::test
