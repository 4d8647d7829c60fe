// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <type_traits>

#include "isdnd/libpri_clock.hpp"
#include "isdnd/message_socket.hpp"

namespace branchline::isdn {
Server::Server(int control, const Clock& clock, SteppedClock* stepped) : control_(control), clock_(clock), stepped_(stepped) {
  setLibpriClock(clock);
}

Server::~Server() {
  spans_.clear();
  close(control_);
}

bool Server::run() {
  for (;;) {
    const ReceivedMessage received = receiveMessage(control_);
    if (received.state == ReceivedMessage::State::message) {
      handle(received.message, received.descriptor);
      continue;
    }
    if (received.descriptor >= 0) close(received.descriptor);
    return received.state == ReceivedMessage::State::closed;
  }
}

// A packet is atomic, so threads need no lock. It waits while the add-on does not read; once that is gone it fails and nobody is there to care.
void Server::send(const Message& message) { sendMessage(control_, message); }

void Server::handle(const Message& message, int descriptor) {
  if (const auto* const configuration = std::get_if<ConfigureSpan>(&message)) return configure(*configuration, descriptor);
  if (descriptor >= 0) close(descriptor);
  if (const auto* const one = std::get_if<Step>(&message)) return step(*one);
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.span; }) {
          const auto found = std::find_if(spans_.begin(), spans_.end(), [&](const auto& span) { return span->number() == one.span; });
          if (found == spans_.end()) {  // Removed meanwhile, or libpri did not take it.
            if (const auto answer = answerWithoutSpan(message, PRI_CAUSE_DESTINATION_OUT_OF_ORDER)) send(*answer);
          } else if constexpr (std::is_same_v<std::decay_t<decltype(one)>, RemoveSpan>) {
            (*found)->end(one.cause);
            spans_.erase(found);
          } else {
            (*found)->post(message);
          }
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
