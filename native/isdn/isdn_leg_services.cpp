// SPDX-License-Identifier: GPL-2.0-or-later
// Supplementary services of ISDN legs: hold, transfer, parties that change, charges.
#include <string>
#include <utility>

#include "isdn/isdn_legs.hpp"

namespace branchline {
namespace {

constexpr int kFacilityRejected = 29;

}  // namespace

void IsdnLegs::hold(Handle leg) {
  const auto found = legs_.find(leg);
  if (found != legs_.end()) host_.send(isdn::Hold{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call});
}

void IsdnLegs::retrieve(Handle leg) {
  const auto found = legs_.find(leg);
  if (found != legs_.end()) host_.send(isdn::Retrieve{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call});
}

void IsdnLegs::transfer(Handle leg, Handle other) {
  const auto one = legs_.find(leg);
  const auto two = legs_.find(other);
  if (one == legs_.end()) return;
  const Leg& of = one->second;
  if (two == legs_.end() || two->second.span != of.span) return refused(of.span, of.call, "transfer", kFacilityRejected);
  host_.send(isdn::Transfer{.span = static_cast<std::uint8_t>(of.span), .call = of.call, .other = two->second.call});
}

void IsdnLegs::on(const isdn::HoldAnswer& answer) {
  if (answer.granted)
    held(answer.span, answer.call, "us");
  else
    refused(answer.span, answer.call, "hold", answer.cause);
}

void IsdnLegs::on(const isdn::RetrieveAnswer& answer) {
  if (answer.granted)
    retrieved(answer.span, answer.call, answer.channel, "us");
  else
    refused(answer.span, answer.call, "retrieve", answer.cause);
}

// The channel is no longer the call's: its audio is let go of at once.
void IsdnLegs::held(int span, std::uint32_t call, const char* by) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  if (std::exchange(of.attached, false)) engine_.detach(leg);
  changeUse(of, 0, of.use);
  post("legHeld", leg, {{"held", true}, {"by", std::string(by)}});
}

void IsdnLegs::retrieved(int span, std::uint32_t call, int channel, const char* by) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  if (!occupy(leg, of, channel, of.use)) return;
  attach(leg, of);
  post("legRetrieved", leg, {{"by", std::string(by)}, {"channel", std::int64_t{placeOf(span, channel).second}}});
}

void IsdnLegs::refused(int span, std::uint32_t call, const char* service, int q850) {
  const Handle leg = legOf(span, call);
  if (leg != kNoHandle) post("legServiceRefused", leg, {{"service", std::string(service)}, {"q850", std::int64_t{q850}}});
}

// Nothing above joins calls for a far end that asks.
void IsdnLegs::on(const isdn::Transfer& transfer) {
  host_.send(isdn::TransferAnswer{.span = transfer.span, .call = transfer.call, .granted = false});
}

void IsdnLegs::on(const isdn::TransferAnswer& answer) {
  if (!answer.granted) refused(answer.span, answer.call, "transfer", kFacilityRejected);
}

void IsdnLegs::on(const isdn::PartyChanged& changed) {
  const Handle leg = legOf(changed.span, changed.call);
  if (leg == kNoHandle) return;
  post("legPartyChanged", leg,
       {{"number", changed.number.digits},
        {"numberType", std::int64_t{changed.number.type}},
        {"presentation", std::int64_t{changed.number.presentation}},
        {"name", changed.name}});
}

void IsdnLegs::on(const isdn::Diverted& diverted) {
  const Handle leg = legOf(diverted.span, diverted.call);
  if (leg == kNoHandle) return;
  post("legDiverted", leg,
       {{"number", diverted.to.digits}, {"numberType", std::int64_t{diverted.to.type}}, {"reason", std::int64_t{diverted.reason}}});
}

void IsdnLegs::on(const isdn::Notify& notify) {
  const Handle leg = legOf(notify.span, notify.call);
  if (leg != kNoHandle) post("legNotified", leg, {{"indicator", std::int64_t{notify.indicator}}});
}

void IsdnLegs::on(const isdn::Tariff& tariff) {
  const Handle leg = legOf(tariff.span, tariff.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).charged = true;
  post("legTariff", leg,
       {{"item", std::int64_t{tariff.item}},
        {"rate", std::int64_t{static_cast<int>(tariff.rate)}},
        {"cost", std::int64_t{tariff.amount.cost}},
        {"multiplier", std::int64_t{tariff.amount.multiplier}},
        {"currency", tariff.amount.currency},
        {"timeUnit", std::int64_t{tariff.timeUnit}},
        {"timeScale", std::int64_t{tariff.timeScale}},
        {"stepwise", tariff.stepwise}});
}

void IsdnLegs::on(const isdn::Charge& charge) {
  const Handle leg = legOf(charge.span, charge.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).charged = !charge.final;
  post("legCharge", leg,
       {{"final", charge.final},
        {"total", charge.total},
        {"kind", std::int64_t{static_cast<int>(charge.kind)}},
        {"cost", std::int64_t{charge.amount.cost}},
        {"multiplier", std::int64_t{charge.amount.multiplier}},
        {"currency", charge.amount.currency},
        {"units", std::int64_t{charge.units}},
        {"billing", std::int64_t{charge.billing}}});
  if (const auto clearing = legs_.at(leg).clearing; clearing.has_value() && charge.final) end(leg, *clearing);
}

}  // namespace branchline
