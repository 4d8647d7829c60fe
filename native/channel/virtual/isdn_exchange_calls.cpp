// SPDX-License-Identifier: GPL-2.0-or-later
// The calls of the virtual card's exchange: what its subscribers do, to the D channels, and what those tell, to the subscribers.
#include <algorithm>

#include "channel/virtual/isdn_exchange.hpp"

namespace branchline {
namespace {

constexpr std::int64_t kNsInMs = 1'000'000;
constexpr std::uint8_t kInternational = 1;
constexpr std::uint8_t kNational = 2;
const std::string kTrunkPrefix = "0";  // The far ends have numbers of a country that has it.

}  // namespace

// --- What subscribers do ---------------------------------------------------------------------------------------------------------------------

void IsdnExchange::takeNews() {
  BearerNews news;
  while (news_.ring.pop(news)) {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
      return entry.first.second == news.call && cardChannel(entry.first.first, entry.second.channel) == news.channel;
    });
    if (found == calls_.end()) continue;  // Cleared meanwhile.
    const auto span = static_cast<std::uint8_t>(found->first.first);
    switch (news.type) {
      case BearerNews::Type::proceeding: send(isdn::Proceeding{.span = span, .call = news.call}); break;
      case BearerNews::Type::alerting: send(isdn::Alerting{.span = span, .call = news.call, .inband = true}); break;
      case BearerNews::Type::progress: send(isdn::Progress{.span = span, .call = news.call, .inband = true}); break;
      case BearerNews::Type::connect: connect(found->first); break;
      case BearerNews::Type::clear: {
        const int wrong = spanOf(span)->faults.wrongCause;
        isdn::Clear clear{.span = span, .call = news.call, .cause = static_cast<std::uint8_t>(wrong != 0 ? wrong : news.cause)};
        if (news.byUser) clear.location = isdn::Location::user;
        send(clear);
        break;
      }
    }
  }
}

void IsdnExchange::connect(const Key& call) {
  const int lateMs = spanOf(call.first)->faults.lateConnectMs;
  if (lateMs > 0)
    lateConnects_.push_back({clock_.nowNs() + lateMs * kNsInMs, call});
  else
    send(isdn::Connect{.span = static_cast<std::uint8_t>(call.first), .call = call.second});
}

// A call that has ended meanwhile is none of isdnd's any more, which passes over what names it.
void IsdnExchange::connectLate(std::int64_t nowNs) {
  std::erase_if(lateConnects_, [&](const LateConnect& late) {
    if (late.dueNs > nowNs) return false;
    send(isdn::Connect{.span = static_cast<std::uint8_t>(late.call.first), .call = late.call.second});
    return true;
  });
}

// --- What the D channels tell ----------------------------------------------------------------------------------------------------------------

void IsdnExchange::handle(const isdn::Message& message) {
  std::visit([this](const auto& one) { on(one); }, message);
}

void IsdnExchange::on(const isdn::Setup& setup) {
  Call& call = calls_[{setup.span, setup.call}];
  call.incoming = true;
  call.channel = setup.channel;
  tell(setup.span, setup.call, "called", setup.channel,
       {{"called", setup.called.digits},
        {"calledType", std::int64_t{setup.called.type}},
        {"calledSubaddress", setup.calledSubaddress},
        {"calling", setup.calling.digits},
        {"callingType", std::int64_t{setup.calling.type}},
        {"callingPresentation", std::int64_t{setup.calling.presentation}},
        {"callingScreening", std::int64_t{setup.calling.screening}},
        {"callingName", setup.callingName},
        {"callingSubaddress", setup.callingSubaddress},
        {"redirecting", setup.redirecting.digits},
        {"redirectReason", std::int64_t{setup.redirectReason}}});
  const std::string digits = asSubscriber(setup.called);
  call.digits = digits;
  if (refuses(setup.span, setup.call)) return;
  BearerCommand command{.type = BearerCommand::Type::called, .call = setup.call, .digitCount = digits.size(), .complete = setup.complete};
  std::copy(digits.begin(), digits.end(), command.digits.begin());
  this->command(setup.span, call, command);
}

// By the span's faults. With overlap as soon as the number is one of them.
bool IsdnExchange::refuses(int span, std::uint32_t call) {
  const ExchangeFaults& faults = spanOf(span)->faults;
  const Call& refused = *callOf(span, call);
  const auto named = faults.refusals.find(refused.digits);
  const int cause = named != faults.refusals.end() ? named->second : faults.refuseWith;
  if (cause == 0) return false;
  command(span, refused, {.type = BearerCommand::Type::cleared, .call = call});  // Where it has digits already.
  send(isdn::Clear{.span = static_cast<std::uint8_t>(span), .call = call, .cause = static_cast<std::uint8_t>(cause)});
  return true;
}

void IsdnExchange::on(const isdn::Information& information) {
  Call* const call = callOf(information.span, information.call);
  if (call == nullptr) return;
  call->digits += information.digits;
  if (refuses(information.span, information.call)) return;
  BearerCommand command{
      .type = BearerCommand::Type::dialled, .call = information.call, .digitCount = information.digits.size(), .complete = information.complete};
  std::copy(information.digits.begin(), information.digits.end(), command.digits.begin());
  this->command(information.span, *call, command);
}

void IsdnExchange::on(const isdn::Seized& seized) {
  if (Call* const call = callOf(seized.span, seized.call)) call->channel = seized.channel;
}

void IsdnExchange::on(const isdn::SetupAck& acknowledgement) {
  Call* const call = callOf(acknowledgement.span, acknowledgement.call);
  if (call == nullptr || call->moreDigits.empty()) return;
  send(isdn::Information{.span = acknowledgement.span, .call = acknowledgement.call, .digits = std::exchange(call->moreDigits, {})});
}

void IsdnExchange::on(const isdn::Alerting& alerting) {
  Call* const call = callOf(alerting.span, alerting.call);
  if (call == nullptr) return;
  call->channel = alerting.channel;
  tell(alerting.span, alerting.call, "alerting", alerting.channel);
}

void IsdnExchange::on(const isdn::Connect& connect) {
  Call* const call = callOf(connect.span, connect.call);
  if (call == nullptr || call->caller == nullptr) return;
  call->channel = connect.channel;
  tell(connect.span, connect.call, "connected", connect.channel, {{"connected", connect.connected.digits}});
  command(connect.span, *call, {.type = BearerCommand::Type::connected, .call = connect.call, .set = call->caller.release()});
}

void IsdnExchange::on(const isdn::Disconnect& disconnect) {
  if (const Call* const call = callOf(disconnect.span, disconnect.call))
    command(disconnect.span, *call, {.type = BearerCommand::Type::cleared, .call = disconnect.call});
}

void IsdnExchange::on(const isdn::Released& released) {
  const Call* const call = callOf(released.span, released.call);
  if (call == nullptr) return;
  tell(released.span, released.call, "released", call->channel,
       {{"cause", std::int64_t{released.cause}}, {"location", std::int64_t{static_cast<int>(released.location)}}});
  forget(released.span, released.call);
}

void IsdnExchange::forget(int span, std::uint32_t call) {
  if (const Call* const known = callOf(span, call)) command(span, *known, {.type = BearerCommand::Type::cleared, .call = call});
  calls_.erase({span, call});
}

// As the far ends' table has numbers: national form, with the trunk prefix.
std::string IsdnExchange::asSubscriber(const isdn::Number& number) const {
  std::string digits = number.digits;
  if (number.type == kNational) digits = kTrunkPrefix + digits;
  if (number.type == kInternational) {
    const bool ours = digits.starts_with(country_.code);
    digits = ours ? kTrunkPrefix + digits.substr(country_.code.size()) : country_.internationalPrefix + digits;
  }
  return digits.substr(0, IsdnBearer::kMostDigits);
}

}  // namespace branchline
