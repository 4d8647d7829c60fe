// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The SIP stack as its suites use it: a real engine, a real pjsua on 127.0.0.1, and a peer that is a bare UDP socket, so that it can say what no
// SIP program would.

#include <arpa/inet.h>
#include <pjsip.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "engine_support.hpp"
#include "sip/sip_stack.hpp"

// pjsua keeps a call's last status text without a lock, and PJSIP's group locks are taken in more than one order, with tries and releases in between
// that the sanitizer does not see. Locks of ours are still looked at. (One source file an executable: no inline is needed, and the sanitizer would
// not find one.)
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() { return "deadlock:pj_mutex_lock\nrace:pj_strncpy\n"; }

namespace branchline::test {

using WallTime = std::chrono::steady_clock;

/// Waits until `condition` holds, looking every 2 ms.
template <typename Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
  for (const auto end = WallTime::now() + limit; !condition(); std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
    if (WallTime::now() > end) return false;
  }
  return true;
}

/// A UDP socket on 127.0.0.1.
class UdpSocket {
 public:
  /// 0: a port of the system's choice. A port that is taken is left alone.
  explicit UdpSocket(int port = 0) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in own = addressOf(port);
    const bool bound = bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0;
    REQUIRE((bound || port != 0));
    socklen_t length = sizeof own;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &length);
    port_ = ntohs(own.sin_port);
  }
  ~UdpSocket() { close(fd_); }
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }
  void send(int port, const std::string& bytes) const {
    const sockaddr_in to = addressOf(port);
    sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  [[nodiscard]] std::optional<std::string> receive(std::chrono::milliseconds patience) const {
    pollfd waited{fd_, POLLIN, 0};
    if (poll(&waited, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
    std::string bytes(65536, '\0');
    const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
    if (got < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  static sockaddr_in addressOf(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }
  int fd_;
  int port_ = 0;
};

/// The value of a header, "" where it is absent.
inline std::string headerOf(const std::string& message, const std::string& name) {
  const std::size_t begin = message.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const std::size_t value = begin + name.size() + 4;
  return message.substr(value, message.find("\r\n", value) - value);
}

/// A peer that speaks SIP by hand.
class RawPeer {
 public:
  explicit RawPeer(int stackPort) : stackPort_(stackPort) {}

  [[nodiscard]] int port() const noexcept { return socket_.port(); }
  [[nodiscard]] const UdpSocket& rtp() const noexcept { return rtp_; }
  void say(const std::string& bytes) const { socket_.send(stackPort_, bytes); }
  /// The next message that begins with `start`; others are passed over.
  std::optional<std::string> hear(const std::string& start, std::chrono::milliseconds patience = std::chrono::seconds(5)) const {
    for (const auto end = WallTime::now() + patience; WallTime::now() < end;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - WallTime::now());
      auto message = socket_.receive(left + std::chrono::milliseconds(1));
      if (message && message->starts_with(start)) return message;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string sdp(const std::string& direction = "sendrecv") const {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " + std::to_string(rtp_.port()) +
           " RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=" + direction + "\r\n";
  }
  [[nodiscard]] std::string request(const std::string& method, const std::string& call, int sequence, const std::string& toTag = "",
                                    const std::string& body = "") const {
    const std::string own = "127.0.0.1:" + std::to_string(port());
    return method + " sip:+441632960100@127.0.0.1:" + std::to_string(stackPort_) + " SIP/2.0\r\nVia: SIP/2.0/UDP " + own + ";branch=z9hG4bK-" + call +
           "-" + method + "-" + std::to_string(sequence) + "\r\nMax-Forwards: 70\r\nFrom: <sip:far@" + own + ">;tag=far-" + call +
           "\r\nTo: <sip:+441632960100@127.0.0.1>" + (toTag.empty() ? "" : ";tag=" + toTag) + "\r\nCall-ID: " + call +
           "\r\nCSeq: " + std::to_string(sequence) + " " + (method == "ACK" ? "ACK" : method) + "\r\nContact: <sip:far@" + own + ">\r\n" +
           (body.empty() ? "" : "Content-Type: application/sdp\r\n") + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  /// A response of ours to a request that was heard.
  [[nodiscard]] std::string response(const std::string& status, const std::string& request, const std::string& body = "") const {
    const std::string to = headerOf(request, "To");
    return "SIP/2.0 " + status + "\r\nVia: " + headerOf(request, "Via") + "\r\nFrom: " + headerOf(request, "From") + "\r\nTo: " + to +
           (to.find(";tag=") == std::string::npos ? ";tag=far" : "") + "\r\nCall-ID: " + headerOf(request, "Call-ID") +
           "\r\nCSeq: " + headerOf(request, "CSeq") + "\r\nContact: <sip:far@127.0.0.1:" + std::to_string(port()) + ">\r\n" +
           (body.empty() ? "" : "Content-Type: application/sdp\r\n") + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string toTagOf(const std::string& message) {
    const std::string to = headerOf(message, "To");
    const std::size_t tag = to.find(";tag=");
    return tag == std::string::npos ? "" : to.substr(tag + 5);
  }

 private:
  int stackPort_;
  UdpSocket socket_;
  UdpSocket rtp_;
};

/// Timers of SIP ten times as fast as RFC 3261's, so that a peer's silence is over in 3 s. Before the stack starts.
inline void hurry() {
  auto& timers = pjsip_cfg()->tsx;
  timers.t1 = 50;
  timers.t2 = 400;
  timers.t4 = 500;
  timers.td = 3200;
}

/// The stack, running.
struct SipWorld {
  KeptEvents events;
  Engine engine{{.stepped = false, .maxHandles = 1024, .realtimePriority = false}, events};
  SipStack stack;

  explicit SipWorld(int maxCalls = 32, int firstRtpPort = 34000, int lastRtpPort = 36999,
                    std::vector<std::string> codecs = {"PCMA/8000", "PCMU/8000"})
      : stack(engine, events,
              {.host = "127.0.0.1",
               .userAgent = "test",
               .maxCalls = maxCalls,
               .firstRtpPort = firstRtpPort,
               .lastRtpPort = lastRtpPort,
               .codecs = std::move(codecs)}) {}

  [[nodiscard]] int port() const { return stack.ports().udp; }
  /// The leg of event number `count` of `type`.
  Handle await(const std::string& type, std::size_t count = 1, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const bool came = within(limit, [&] {
      engine.drainEvents();  // The add-on has a thread for it.
      return events.of(type).size() >= count;
    });
    INFO(type);
    REQUIRE(came);
    return events.of(type)[count - 1].subject;
  }
  Handle trunk(int port) {
    const Engine::Created created = stack.addTrunk({.address = "127.0.0.1", .port = port, .domain = "127.0.0.1"});
    REQUIRE(created.status == Status::ok);
    return created.handle;
  }
  Engine::Created dial(Handle trunk, const std::string& call) {
    return stack.dial(trunk,
                      {.uri = "sip:+447700900123@127.0.0.1", .fromUri = "sip:+441632960100@127.0.0.1", .callId = call, .fromTag = "tag-" + call});
  }
  /// A call of `peer`, answered by us and acknowledged; answers our tag.
  std::string talk(const RawPeer& peer, const std::string& call) {
    const std::size_t before = events.of("legIncoming").size();
    peer.say(peer.request("INVITE", call, 1, "", peer.sdp()));
    stack.answer(await("legIncoming", before + 1));
    const auto ok = peer.hear("SIP/2.0 200");
    REQUIRE(ok);
    const std::string tag = RawPeer::toTagOf(*ok);
    peer.say(peer.request("ACK", call, 1, tag));
    return tag;
  }
};

}  // namespace branchline::test
