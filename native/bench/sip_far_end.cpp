// SPDX-License-Identifier: GPL-3.0-or-later
//
// The far end of Scheduled Calls: tells when each INVITE reached this machine's network stack, by the kernel's clock, and refuses or answers it. As
// much of RFC 3261 as a user agent on a loopback needs: no loss, so nothing is sent again unless the INVITE comes again.
//
//   sip_far_end refuse            486 at once
//   sip_far_end PORT,PORT,…       200 at once; each call's audio goes to the next of these ports
//
// Prints {"port": N}, then for each new INVITE {"number", "atNs", "answeredAtNs", "rtpPort"}; wall times, ns. Ends with its input.

#include <poll.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include "bench/bench_udp.hpp"

namespace {

using namespace branchline::bench;

/// Every header line of that name, as it came; several Via lines stay in order.
std::string headers(std::string_view message, std::string_view name) {
  std::string found;
  for (std::size_t at = message.find("\r\n"); at != message.npos && at + 2 < message.size();) {
    const std::size_t start = at + 2;
    at = message.find("\r\n", start);
    const std::string_view line = message.substr(start, at == message.npos ? message.npos : at - start);
    if (line.empty()) break;
    if (line.size() > name.size() && line[name.size()] == ':' && strncasecmp(line.data(), name.data(), name.size()) == 0) {
      found.append(line).append("\r\n");
    }
  }
  return found;
}

std::string answer(std::string_view request, const char* status, const std::string& more = "", const std::string& body = "") {
  std::string to = headers(request, "To");
  if (to.find(";tag=") == to.npos && to.size() > 2) to.insert(to.size() - 2, ";tag=far");
  std::ostringstream text;
  text << "SIP/2.0 " << status << "\r\n"
       << headers(request, "Via") << headers(request, "Record-Route") << headers(request, "From") << to << headers(request, "Call-ID")
       << headers(request, "CSeq") << more << "Content-Length: " << body.size() << "\r\n\r\n"
       << body;
  return text.str();
}

std::string sdp(int port) {
  return "v=0\r\no=far 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " + std::to_string(port) +
         " RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n";
}

class SipFarEnd {
 public:
  explicit SipFarEnd(std::vector<int> rtpPorts) : fd_(openUdp()), rtpPorts_(std::move(rtpPorts)) {
    std::printf("{\"port\": %d}\n", portOf(fd_));
    std::fflush(stdout);
  }

  /// Until its input ends.
  void run() {
    std::array<pollfd, 2> polled{{{fd_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    while (poll(polled.data(), polled.size(), -1) >= 0 && polled[1].revents == 0) {
      std::array<char, 65'536> buffer;
      Received received;
      while (receive(fd_, buffer, received)) take({buffer.data(), received.bytes}, received);
    }
  }

 private:
  void take(std::string_view message, const Received& received) {
    const std::string_view method = message.substr(0, message.find(' '));
    if (method == "INVITE") onInvite(message, received);
    if (method == "OPTIONS" || method == "BYE" || method == "CANCEL") reply(received.from, answer(message, "200 OK"));
  }

  void onInvite(std::string_view invite, const Received& received) {
    const std::string call = headers(invite, "Call-ID");
    const auto known = answers_.find(call);
    if (known != answers_.end()) {
      reply(received.from, known->second);
      return;
    }
    const bool answers = !rtpPorts_.empty();
    const int rtpPort = answers ? rtpPorts_[answers_.size() % rtpPorts_.size()] : 0;
    const std::string contact = "Contact: <sip:far@127.0.0.1:" + std::to_string(portOf(fd_)) + ">\r\n";
    const std::string text =
        answers ? answer(invite, "200 OK", contact + "Content-Type: application/sdp\r\n", sdp(rtpPort)) : answer(invite, "486 Busy Here");
    const std::int64_t answeredAtNs = nowNs(CLOCK_REALTIME);
    reply(received.from, text);
    answers_.emplace(call, text);
    const std::size_t from = invite.find(':') + 1;
    const std::string number(invite.substr(from, invite.find('@') - from));
    std::printf("{\"number\": \"%s\", \"atNs\": \"%lld\", \"answeredAtNs\": \"%lld\", \"rtpPort\": %d}\n", number.c_str(),
                static_cast<long long>(received.atNs), static_cast<long long>(answeredAtNs), rtpPort);
    std::fflush(stdout);
  }

  void reply(const sockaddr_in& to, const std::string& text) { sendTo(fd_, to, text); }

  int fd_;
  std::vector<int> rtpPorts_;
  /// By Call-ID: what an INVITE that comes again gets again.
  std::unordered_map<std::string, std::string> answers_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: sip_far_end refuse | PORT,PORT,…\n", stderr);
    return 2;
  }
  std::vector<int> ports;
  if (std::string_view(argv[1]) != "refuse") {
    std::istringstream text(argv[1]);
    for (std::string port; std::getline(text, port, ',');) ports.push_back(std::atoi(port.c_str()));
  }
  SipFarEnd(std::move(ports)).run();
  return 0;
}
