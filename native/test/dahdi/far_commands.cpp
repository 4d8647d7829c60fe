// SPDX-License-Identifier: GPL-2.0-or-later
#include "far_commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <sstream>

namespace branchline::test {

CommandReader::CommandReader() { ::fcntl(STDIN_FILENO, F_SETFL, ::fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK); }

std::vector<std::string> CommandReader::next() {
  std::array<char, 1024> chunk{};
  for (ssize_t size = 0; (size = ::read(STDIN_FILENO, chunk.data(), chunk.size())) >= 0;) {
    if (size == 0) {
      ended_ = true;
      break;
    }
    pending_.append(chunk.data(), static_cast<std::size_t>(size));
  }
  const auto end = pending_.find('\n');
  if (end == std::string::npos) return {};
  std::istringstream line(pending_.substr(0, end));
  pending_.erase(0, end + 1);
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

bool runAudioCommand(FarChannel& channel, const std::vector<std::string>& words) {
  const auto& verb = words.front();
  if (verb == "tone" && words.size() == 5) {
    channel.tone(std::stod(words[2]), std::stod(words[3]), std::stod(words[4]));
  } else if (verb == "play" && words.size() == 3) {
    channel.play(words[2]);
  } else if (verb == "quiet" && words.size() == 2) {
    channel.quiet();
  } else if (verb == "record" && words.size() == 3) {
    channel.record(words[2]);
  } else if (verb == "stop" && words.size() == 2) {
    channel.stopRecording();
  } else {
    return false;
  }
  return true;
}

}  // namespace branchline::test
