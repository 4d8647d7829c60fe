// SPDX-License-Identifier: GPL-2.0-or-later
// Supplementary services of the virtual card's exchange: what it says of a call, and what the card asks of it.
#include <algorithm>
#include <utility>

#include "channel/virtual/isdn_exchange.hpp"

namespace branchline {
namespace {

constexpr int kNormalClearing = 16;
constexpr int kChannelUnavailable = 44;

}  // namespace

void IsdnExchange::say(int channel, isdn::Message message) {
  const std::lock_guard lock(mutex_);
  commands_.emplace_back(Say{channel, std::move(message)});
  news_.wake.notify();
}

void IsdnExchange::run(Say& say) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
    return entry.second.channel != 0 && cardChannel(entry.first.first, entry.second.channel) == say.channel;
  });
  if (found == calls_.end()) return;
  std::visit(
      [&](auto& one) {
        if constexpr (requires {
                        one.span;
                        one.call;
                      }) {
          one.span = static_cast<std::uint8_t>(found->first.first);
          one.call = found->first.second;
        }
      },
      say.message);
  send(say.message);
}

// A subscriber whose call is on hold stays at its channel, where nothing is said to him any more.
void IsdnExchange::tellHeld(int span, std::uint32_t call) {
  if (const Call* const known = callOf(span, call)) tell(span, call, "held", known->channel);
}

// … and cannot follow it to another one, that it is retrieved on where his was taken meanwhile.
void IsdnExchange::retrieved(int span, std::uint32_t call, int channel) {
  const Call* const known = callOf(span, call);
  if (known == nullptr) return;
  if (known->channel == channel)
    tell(span, call, "retrieved", channel);
  else
    send(isdn::Clear{.span = static_cast<std::uint8_t>(span), .call = call, .cause = kChannelUnavailable});
}

// Explicit call transfer: the two subscribers talk to each other from now on, and the card is let go.
void IsdnExchange::on(const isdn::Transfer& transfer) {
  const Call* const one = callOf(transfer.span, transfer.call);
  const bool granted = one != nullptr && callOf(transfer.span, transfer.other) != nullptr;
  send(isdn::TransferAnswer{.span = transfer.span, .call = transfer.call, .granted = granted});
  if (!granted) return;
  tell(transfer.span, transfer.call, "transferred", one->channel);
  for (const std::uint32_t call : {transfer.call, transfer.other})
    send(isdn::Clear{.span = transfer.span, .call = call, .cause = kNormalClearing, .location = isdn::Location::publicLocal});
}

}  // namespace branchline
