// SPDX-License-Identifier: GPL-3.0-or-later
//
// The audio of many far ends: each stream sends a packet of G.711 every 20 ms to whom it hears from (or where it is told), its moment within the
// 20 ms its own as with real callers, and keeps when packets came, by the kernel's clock.
//
//   rtp_far_end STREAMS [silent | PORT,PORT,…]      prints {"ports": […]}
//
// silent: only listens. Ports: where each stream sends to from the start. Commands, one a line on its input, which it ends with:
//   reset    forgets what came, and counts anew
//   report   prints {"streams", "received", "sent", "lost", "pacingP50Ms", "pacingP99Ms", "pacingMaxMs", "firstAtNs": ["…"]}; pacing is how far the
//   time
//            between two packets of a stream is off 20 ms, firstAtNs the wall time of each stream's first packet ("0": none came)

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "bench/bench_udp.hpp"

namespace {

using namespace branchline::bench;

constexpr int kPacketMs = 20;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kPayloadBytes = 160;
constexpr char kAlaw = 8;

struct Stream {
  int fd = -1;
  std::optional<sockaddr_in> target;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t lost = 0;
  std::int64_t firstAtNs = 0;
  std::int64_t lastAtNs = 0;
  std::uint16_t lastSequence = 0;
};

class FarEnd {
 public:
  FarEnd(int streams, bool silent) : silent_(silent), streams_(static_cast<std::size_t>(streams)) {
    for (Stream& stream : streams_) stream.fd = openUdp();
    std::uint32_t noise = 1;
    packet_.fill(0);
    packet_[0] = static_cast<char>(0x80);
    packet_[1] = kAlaw;
    for (std::size_t i = kHeaderBytes; i < packet_.size(); i++) {
      noise = noise * 1664525 + 1013904223;
      packet_[i] = static_cast<char>(0xD5 ^ ((noise >> 24) & 0x9F));  // A-law of about −30 dBm0.
    }
  }

  [[nodiscard]] std::vector<int> ports() const {
    std::vector<int> ports;
    for (const Stream& stream : streams_) ports.push_back(portOf(stream.fd));
    return ports;
  }

  void aim(const std::vector<int>& ports) {
    for (std::size_t i = 0; i < streams_.size() && i < ports.size(); i++) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to.sin_port = htons(static_cast<std::uint16_t>(ports[i]));
      streams_[i].target = to;
    }
  }

  /// Until its input ends.
  void run() {
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    const itimerspec everyMs{{0, 1'000'000}, {0, 1'000'000}};
    timerfd_settime(timer, 0, &everyMs, nullptr);
    const auto add = [poll](int fd, std::uint64_t what) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = what}};
      if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    };
    for (std::size_t i = 0; i < streams_.size(); i++) add(streams_[i].fd, i);
    add(timer, kTimer);
    add(STDIN_FILENO, kInput);
    std::array<epoll_event, 128> ready{};
    for (bool open = true; open;) {
      const int count = epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; i++) {
        const std::uint64_t what = ready[static_cast<std::size_t>(i)].data.u64;
        if (what == kInput) open = command();
        if (what == kTimer) tick(timer);
        if (what < streams_.size()) take(streams_[what]);
      }
    }
  }

 private:
  static constexpr std::uint64_t kTimer = UINT64_MAX;
  static constexpr std::uint64_t kInput = UINT64_MAX - 1;

  void tick(int timer) {
    std::uint64_t passed = 0;
    if (read(timer, &passed, sizeof passed) != sizeof passed) return;
    for (; passed > 0; passed--, tick_++) {
      for (std::size_t i = tick_ % kPacketMs; i < streams_.size(); i += kPacketMs) say(streams_[i]);
    }
  }

  void say(Stream& stream) {
    if (!stream.target.has_value()) return;
    const std::uint16_t sequence = htons(stream.sequence++);
    const std::uint32_t timestamp = htonl(stream.timestamp);
    stream.timestamp += kPayloadBytes;
    std::memcpy(packet_.data() + 2, &sequence, sizeof sequence);
    std::memcpy(packet_.data() + 4, &timestamp, sizeof timestamp);
    sendTo(stream.fd, *stream.target, packet_);
    stream.sent++;
  }

  void take(Stream& stream) {
    std::array<char, 2048> buffer;
    Received received;
    while (receive(stream.fd, buffer, received)) {
      if (received.bytes < kHeaderBytes) continue;
      if (!silent_) stream.target = received.from;
      std::uint16_t sequence = 0;
      std::memcpy(&sequence, buffer.data() + 2, sizeof sequence);
      sequence = ntohs(sequence);
      if (stream.received == 0) {
        stream.firstAtNs = received.atNs;
      } else {
        offMs_.push_back(std::fabs(static_cast<double>(received.atNs - stream.lastAtNs) / 1e6 - kPacketMs));
        const auto step = static_cast<std::uint16_t>(sequence - stream.lastSequence);
        if (step > 1 && step < 1000) stream.lost += step - 1U;
      }
      stream.received++;
      stream.lastAtNs = received.atNs;
      stream.lastSequence = sequence;
    }
  }

  /// False when its input has ended.
  bool command() {
    std::array<char, 256> text;
    const ssize_t bytes = read(STDIN_FILENO, text.data(), text.size());
    if (bytes <= 0) return false;
    const std::string_view words(text.data(), static_cast<std::size_t>(bytes));
    if (words.find("report") != words.npos) report();
    if (words.find("reset") != words.npos) reset();
    return true;
  }

  void reset() {
    offMs_.clear();
    for (Stream& stream : streams_) {
      stream.sent = stream.received = stream.lost = 0;
      stream.firstAtNs = stream.lastAtNs = 0;
    }
  }

  void report() {
    std::uint64_t heard = 0;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::string first;
    for (const Stream& stream : streams_) {
      heard += stream.received > 0 ? 1 : 0;
      received += stream.received;
      sent += stream.sent;
      lost += stream.lost;
      first += (first.empty() ? "\"" : ",\"") + std::to_string(stream.firstAtNs) + "\"";
    }
    std::printf(
        "{\"streams\": %llu, \"received\": %llu, \"sent\": %llu, \"lost\": %llu, \"pacingP50Ms\": %.3f, \"pacingP99Ms\": %.3f, \"pacingMaxMs\": "
        "%.3f, "
        "\"firstAtNs\": [%s]}\n",
        static_cast<unsigned long long>(heard), static_cast<unsigned long long>(received), static_cast<unsigned long long>(sent),
        static_cast<unsigned long long>(lost), quantile(offMs_, 0.5), quantile(offMs_, 0.99), quantile(offMs_, 1), first.c_str());
    std::fflush(stdout);
  }

  bool silent_;
  std::vector<Stream> streams_;
  std::array<char, kHeaderBytes + kPayloadBytes> packet_{};
  std::vector<double> offMs_;
  std::uint64_t tick_ = 0;
};

std::vector<int> numbersOf(const char* text) {
  std::vector<int> numbers;
  while (*text != '\0') {
    char* end = nullptr;
    numbers.push_back(static_cast<int>(std::strtol(text, &end, 10)));
    if (end == text) return {};
    text = *end == ',' ? end + 1 : end;
  }
  return numbers;
}

}  // namespace

int main(int argc, char** argv) {
  const int streams = argc > 1 ? std::atoi(argv[1]) : 0;
  if (streams < 1 || streams > 4096) {
    std::fputs("usage: rtp_far_end STREAMS (1…4096) [silent | PORT,PORT,…]\n", stderr);
    return 2;
  }
  const std::string_view how = argc > 2 ? argv[2] : "";
  FarEnd farEnd(streams, how == "silent");
  if (!how.empty() && how != "silent") farEnd.aim(numbersOf(argv[2]));
  std::printf("{\"ports\": %s}\n", jsonList(farEnd.ports()).c_str());
  std::fflush(stdout);
  farEnd.run();
  return 0;
}
