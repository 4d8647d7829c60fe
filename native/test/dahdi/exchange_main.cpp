// SPDX-License-Identifier: GPL-3.0-or-later
// The exchange's side of analogue lines, played on the FXS ports of a DAHDI card: `dahdi_exchange CHANNEL…`. It decides nothing; whoever started it
// writes commands to its standard input, and reads what happens on its standard output, a line each. N is the channel:
//
//   ring N, stop-ring N              rings with the UK's cadence
//   feed N, drop N                   the loop's current once the line is in use; takes the battery away for a moment (kewlstart)
//   polarity N 0|1                   normal, reversed
//   tone, play, quiet, record, stop  far_commands.hpp
//
//   ready | offhook N | onhook N | flash N | digit N D | removed
//
// A card that is pulled is the end of it: its channels are no more, and there is no getting them back.
#include <dahdi/user.h>
#include <poll.h>
#include <unistd.h>

#include <exception>
#include <map>

#include "audio/detect/dtmf_receiver.hpp"
#include "far_commands.hpp"

namespace branchline::test {
namespace {

constexpr std::array<int, 4> kUkCadenceMs{400, 200, 400, 2000};

struct Port {
  explicit Port(int number) : channel(number) { channel.setRingCadence(kUkCadenceMs); }
  FarChannel channel;
  DtmfReceiver receiver;
};

bool run(Port& port, const std::vector<std::string>& words) {
  const auto& verb = words.front();
  if (verb == "ring") return port.channel.hook(DAHDI_RING);
  if (verb == "stop-ring" || verb == "drop") return port.channel.hook(DAHDI_ONHOOK);
  if (verb == "feed") return port.channel.hook(DAHDI_OFFHOOK);
  if (verb == "polarity" && words.size() == 3) return port.channel.setPolarity(words[2] == "1");
  return runAudioCommand(port.channel, words);
}

/// False: the card is no more.
bool tellEvents(FarChannel& channel) {
  for (int event = 0; (event = channel.nextEvent()) != DAHDI_EVENT_NONE;) {
    if (event == DAHDI_EVENT_REMOVED) return false;
    if (event == DAHDI_EVENT_RINGOFFHOOK) tell("offhook %d", channel.number());
    if (event == DAHDI_EVENT_ONHOOK) tell("onhook %d", channel.number());
    if (event == DAHDI_EVENT_WINKFLASH) tell("flash %d", channel.number());
  }
  return true;
}

void tellDigits(Port& port, const Frame& frame) {
  for (const auto& event : port.receiver.process(frame)) {
    if (event.type == DtmfEvent::Type::begin) tell("digit %d %c", port.channel.number(), event.digit);
  }
}

/// False: the card is no more.
bool turn(std::map<int, std::unique_ptr<Port>>& ports, CommandReader& commands) {
  std::vector<pollfd> waited{{STDIN_FILENO, POLLIN, 0}};
  for (auto& [number, port] : ports) waited.push_back({port->channel.descriptor(), POLLIN | POLLOUT | POLLPRI, 0});
  ::poll(waited.data(), waited.size(), -1);
  std::size_t at = 1;
  for (auto& [number, port] : ports) {
    const short revents = waited[at++].revents;
    if ((revents & (POLLPRI | POLLERR | POLLHUP)) != 0 && !tellEvents(port->channel)) return false;
    if (const auto heard = port->channel.pump(revents)) tellDigits(*port, *heard);
  }
  for (auto words = commands.next(); !words.empty(); words = commands.next()) {
    const auto port = words.size() < 2 ? ports.end() : ports.find(std::stoi(words[1]));
    if (port == ports.end() || !run(*port->second, words)) tell("refused %s", words.front().c_str());
  }
  return true;
}

}  // namespace
}  // namespace branchline::test

int main(int count, char** arguments) {
  using namespace branchline::test;
  try {
    std::map<int, std::unique_ptr<Port>> ports;
    for (int n = 1; n < count; ++n) {
      const int number = std::stoi(arguments[n]);
      ports.emplace(number, std::make_unique<Port>(number));
    }
    takePrecedence();
    CommandReader commands;
    tell("ready");
    while (!commands.ended()) {
      if (turn(ports, commands)) continue;
      tell("removed");
      break;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dahdi_exchange: %s\n", error.what());
    return 1;
  }
  return 0;
}
