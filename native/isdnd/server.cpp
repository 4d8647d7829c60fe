// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <type_traits>

#include "isdnd/libpri_clock.hpp"

namespace branchline::isdn {
namespace {

struct Packet {
  ssize_t size = 0;  // 0: closed; −1: no message.
  std::array<std::uint8_t, kMaxMessageBytes> octets{};
  int descriptor = -1;  // The one that came with it; the caller's.
};

void receivePacket(int control, Packet& packet) {
  iovec part{packet.octets.data(), packet.octets.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> extra{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = extra.data();
  header.msg_controllen = extra.size();
  do packet.size = recvmsg(control, &header, MSG_CMSG_CLOEXEC);
  while (packet.size < 0 && errno == EINTR);
  if (packet.size < 0) packet.size = 0;
  if ((header.msg_flags & MSG_TRUNC) != 0) packet.size = -1;
  const cmsghdr* const rights = packet.size == 0 ? nullptr : CMSG_FIRSTHDR(&header);
  if (rights != nullptr && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
    std::memcpy(&packet.descriptor, CMSG_DATA(rights), sizeof packet.descriptor);
}

}  // namespace

Server::Server(int control, const Clock& clock, SteppedClock* stepped) : control_(control), clock_(clock), stepped_(stepped) {
  setLibpriClock(clock);
}

Server::~Server() {
  spans_.clear();
  close(control_);
}

bool Server::run() {
  for (;;) {
    Packet packet;
    receivePacket(control_, packet);
    if (packet.size == 0) return true;
    std::optional<Message> message;
    if (packet.size > 0) message = decode({packet.octets.data(), static_cast<std::size_t>(packet.size)});
    if (!message) {
      if (packet.descriptor >= 0) close(packet.descriptor);
      return false;
    }
    handle(*message, packet.descriptor);
  }
}

// A packet is atomic, so threads need no lock. It waits while the add-on does not read; once that is gone it fails and nobody is there to care.
void Server::send(const Message& message) {
  const std::vector<std::uint8_t> packet = encode(message);
  (void)::send(control_, packet.data(), packet.size(), MSG_NOSIGNAL);
}

void Server::handle(const Message& message, int descriptor) {
  if (const auto* const configuration = std::get_if<ConfigureSpan>(&message)) return configure(*configuration, descriptor);
  if (descriptor >= 0) close(descriptor);
  if (const auto* const one = std::get_if<Step>(&message)) return step(*one);
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.span; }) {
          const auto found = std::find_if(spans_.begin(), spans_.end(), [&](const auto& span) { return span->number() == one.span; });
          if (found == spans_.end()) return;  // Removed meanwhile.
          if constexpr (std::is_same_v<std::decay_t<decltype(one)>, RemoveSpan>)
            spans_.erase(found);
          else
            (*found)->post(message);
        }
      },
      message);
}

void Server::configure(const ConfigureSpan& configuration, int descriptor) {
  const auto complain = [&](const char* why) { send(Log{.span = configuration.span, .level = LogLevel::error, .text = why}); };
  if (descriptor < 0) return complain("a span was configured without the descriptor of its D channel");
  if (std::any_of(spans_.begin(), spans_.end(), [&](const auto& span) { return span->number() == configuration.span; })) {
    close(descriptor);
    return complain("a span was configured twice; remove it first");
  }
  Outbox& outbox = *this;
  try {
    auto span = std::make_unique<Span>(configuration, descriptor, clock_, outbox);
    spans_.push_back(std::make_unique<SpanRunner>(std::move(span), clock_, outbox));
  } catch (const std::exception& error) {
    complain(error.what());
  }
}

void Server::step(const Step& step) {
  if (stepped_ == nullptr) return;
  stepped_->advanceTo(step.nowNs);
  StepDone done{.sequence = step.sequence};
  for (const auto& span : spans_) {
    const SpanRunner::Stepped stepped = span->step();
    done.frames += stepped.frames;
    if (stepped.nextDueNs != 0 && (done.nextDueNs == 0 || stepped.nextDueNs < done.nextDueNs)) done.nextDueNs = stepped.nextDueNs;
  }
  send(done);
}

}  // namespace branchline::isdn
