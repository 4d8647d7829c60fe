// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdn_legs.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace branchline {
namespace {

constexpr std::int64_t kT302Ns = 15'000'000'000;  // Q.931 table 9-2: overlap receiving, 10 to 15 s between digits.
constexpr int kSwitchCongestion = 42;

const char* nameOf(isdn::EndedBy by) {
  switch (by) {
    case isdn::EndedBy::us: return "us";
    case isdn::EndedBy::peer: return "peer";
    case isdn::EndedBy::line: break;
  }
  return "line";
}

const char* nameOf(isdn::Bearer bearer) {
  switch (bearer) {
    case isdn::Bearer::speech: return "speech";
    case isdn::Bearer::audio3k1: return "audio3k1";
    case isdn::Bearer::digital64k: break;
  }
  return "digital64k";
}

}  // namespace

// --- What a leg is asked -------------------------------------------------------------------------------------------------------------------

void IsdnLegs::dial(Handle leg, isdn::Setup setup) {
  legs_[leg] = {.span = setup.span, .call = setup.call};
  byCall_[keyOf(setup.span, setup.call)] = leg;
  host_.send(setup);
}

void IsdnLegs::ring(Handle leg, bool earlyMedia) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  Leg& of = found->second;
  host_.send(isdn::Alerting{.span = static_cast<std::uint8_t>(of.span), .call = of.call, .inband = earlyMedia});
  if (earlyMedia) attach(leg, of);
}

void IsdnLegs::answer(Handle leg) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  host_.send(isdn::Connect{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call});
}

void IsdnLegs::clear(Handle leg, int q850) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  const int cause = std::clamp(q850, 1, 127);
  host_.send(
      isdn::Clear{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call, .cause = static_cast<std::uint8_t>(cause)});
  end(leg, {.q850 = cause, .location = isdn::Location::privateLocal, .by = isdn::EndedBy::us, .detail = ""});
}

// --- A call comes in -----------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Setup& setup) {
  if (isComplete(setup))
    offer(setup);
  else
    collecting_[keyOf(setup.span, setup.call)] = {setup, engine_.clock().nowNs() + kT302Ns};
}

void IsdnLegs::on(const isdn::Information& information) {
  const auto found = collecting_.find(keyOf(information.span, information.call));
  if (found == collecting_.end()) return;
  isdn::Setup& setup = found->second.setup;
  setup.called.digits = (setup.called.digits + information.digits).substr(0, isdn::kMaxDigits);
  setup.complete = information.complete;
  found->second.offerAtNs = engine_.clock().nowNs() + kT302Ns;
  if (!isComplete(setup)) return;
  const isdn::Setup whole = std::move(setup);
  collecting_.erase(found);
  offer(whole);
}

bool IsdnLegs::isComplete(const isdn::Setup& setup) const {
  if (setup.complete) return true;
  const auto digits = ddiDigits_.find(setup.span);
  return digits != ddiDigits_.end() && digits->second > 0 && setup.called.digits.size() >= static_cast<std::size_t>(digits->second);
}

void IsdnLegs::runDue(std::int64_t nowNs) {
  std::vector<isdn::Setup> due;
  std::erase_if(collecting_, [&](const auto& entry) {
    if (entry.second.offerAtNs > nowNs) return false;
    due.push_back(entry.second.setup);
    return true;
  });
  for (const isdn::Setup& setup : due) offer(setup);
}

std::int64_t IsdnLegs::nextDueNs() const noexcept {
  std::int64_t next = 0;
  for (const auto& [key, collecting] : collecting_) next = next == 0 ? collecting.offerAtNs : std::min(next, collecting.offerAtNs);
  return next;
}

void IsdnLegs::offer(const isdn::Setup& setup) {
  const Handle leg = engine_.createLeg(owner_);
  if (leg == kNoHandle) {
    host_.send(isdn::Clear{.span = setup.span, .call = setup.call, .cause = kSwitchCongestion});
    return;
  }
  legs_[leg] = {.span = setup.span, .call = setup.call, .sent = true, .responded = true};
  occupy(legs_.at(leg), setup.channel, "ringing");
  byCall_[keyOf(setup.span, setup.call)] = leg;
  host_.legOffered(leg);
  // After overlap receiving: the exchange is to send no more digits. isdnd has said so already where the number came whole.
  host_.send(isdn::Proceeding{.span = setup.span, .call = setup.call});
  const std::string none;  // What only SIP carries.
  const auto [span, channel] = placeOf(setup.span, setup.channel);
  post("legIncoming", leg,
       {{"kind", std::string("isdn")},
        {"to", setup.called.digits},
        {"channel", std::int64_t{channel}},
        {"fromUri", none},
        {"fromName", setup.callingName},
        {"assertedUri", none},
        {"privacy", none},
        {"diversion", none},
        {"sourceAddress", none},
        {"sourcePort", std::int64_t{0}},
        {"callId", none},
        {"span", std::int64_t{span}},
        {"calledType", std::int64_t{setup.called.type}},
        {"calledPlan", std::int64_t{setup.called.plan}},
        {"calledSubaddress", setup.calledSubaddress},
        {"calling", setup.calling.digits},
        {"callingType", std::int64_t{setup.calling.type}},
        {"callingPlan", std::int64_t{setup.calling.plan}},
        {"callingPresentation", std::int64_t{setup.calling.presentation}},
        {"callingScreening", std::int64_t{setup.calling.screening}},
        {"callingSubaddress", setup.callingSubaddress},
        {"redirecting", setup.redirecting.digits},
        {"redirectingType", std::int64_t{setup.redirecting.type}},
        {"redirectReason", std::int64_t{setup.redirectReason}},
        {"bearer", std::string(nameOf(setup.bearer))}});
}

void IsdnLegs::on(const isdn::Connected& connected) {
  const Handle leg = legOf(connected.span, connected.call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  occupy(of, of.channel, "talking");
  attach(leg, of);
  post("legAnswered", leg);
}

// --- A call goes out -----------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Seized& seized) {
  const Handle leg = legOf(seized.span, seized.call);
  if (leg == kNoHandle) return;
  occupy(legs_.at(leg), seized.channel, "dialling");
  legs_.at(leg).sent = true;
  post("legSeized", leg);
}

void IsdnLegs::progress(int span, std::uint32_t call, int channel, int sipStatus, bool inband) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  occupy(of, channel, of.use);
  if (inband) attach(leg, of);
  // SETUP ACKNOWLEDGE and CALL PROCEEDING tell nobody anything, but for what is to be heard.
  if (sipStatus == 0 && !inband) return;
  post("legProgress", leg, {{"sipStatus", std::int64_t{sipStatus == 0 ? 183 : sipStatus}}, {"earlyMedia", of.attached || inband}});
}

void IsdnLegs::on(const isdn::Connect& connect) {
  const Handle leg = legOf(connect.span, connect.call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  occupy(of, connect.channel, "talking");
  attach(leg, of);
  post("legAnswered", leg,
       {{"connected", connect.connected.digits},
        {"connectedType", std::int64_t{connect.connected.type}},
        {"connectedPresentation", std::int64_t{connect.connected.presentation}},
        {"connectedName", connect.name}});
}

// --- A call ends ---------------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Disconnect& disconnect) {
  const Handle leg = legOf(disconnect.span, disconnect.call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  if (disconnect.inband) {  // isdnd has the call for as long as its tone is heard; Released ends the leg.
    attach(leg, of);
    return post("legProgress", leg, {{"sipStatus", std::int64_t{183}}, {"earlyMedia", of.attached}});
  }
  end(leg, {.q850 = disconnect.cause, .location = disconnect.location, .by = isdn::EndedBy::peer, .detail = ""});
}

void IsdnLegs::on(const isdn::Released& released) {
  const Key key = keyOf(released.span, released.call);
  collecting_.erase(key);
  if (const auto closing = closing_.extract(key); !closing.empty()) tellUse(released.span, closing.mapped(), "idle");
  const Handle leg = legOf(released.span, released.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).sent = released.sent;
  legs_.at(leg).responded = legs_.at(leg).responded || released.responded;
  occupy(legs_.at(leg), legs_.at(leg).channel, "idle");
  end(leg, {.q850 = released.cause, .location = released.location, .by = released.by, .detail = ""});
}

// --- Supplementary services ------------------------------------------------------------------------------------------------------------------

void IsdnLegs::hold(Handle leg) {
  const auto found = legs_.find(leg);
  if (found != legs_.end()) host_.send(isdn::Hold{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call});
}

void IsdnLegs::retrieve(Handle leg) {
  const auto found = legs_.find(leg);
  if (found != legs_.end()) host_.send(isdn::Retrieve{.span = static_cast<std::uint8_t>(found->second.span), .call = found->second.call});
}

void IsdnLegs::transfer(Handle leg, Handle other) {
  constexpr int kFacilityRejected = 29;
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
  of.channel = 0;
  post("legHeld", leg, {{"held", true}, {"by", std::string(by)}});
}

void IsdnLegs::retrieved(int span, std::uint32_t call, int channel, const char* by) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.channel = channel;
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
  constexpr int kFacilityRejected = 29;
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
  post("legCharge", leg,
       {{"final", charge.final},
        {"total", charge.total},
        {"kind", std::int64_t{static_cast<int>(charge.kind)}},
        {"cost", std::int64_t{charge.amount.cost}},
        {"multiplier", std::int64_t{charge.amount.multiplier}},
        {"currency", charge.amount.currency},
        {"units", std::int64_t{charge.units}},
        {"billing", std::int64_t{charge.billing}}});
}

void IsdnLegs::endAll(const IsdnEnd& how) {
  collecting_.clear();
  while (!legs_.empty()) end(legs_.begin()->first, how);
  for (const auto& [key, channel] : closing_) tellUse(static_cast<int>(key >> 32), channel, "idle");
  closing_.clear();
}

void IsdnLegs::end(Handle leg, const IsdnEnd& how) {
  const Leg gone = legs_.at(leg);
  if (gone.channel != 0 && std::string_view(gone.use) != "idle") closing_[keyOf(gone.span, gone.call)] = gone.channel;
  byCall_.erase(keyOf(gone.span, gone.call));
  legs_.erase(leg);
  host_.legGone(leg);
  engine_.endLeg(leg, {{"q850", std::int64_t{how.q850}},
                       {"inferred", false},
                       {"sipStatus", std::int64_t{0}},
                       {"by", std::string(nameOf(how.by))},
                       {"sent", gone.sent},
                       {"responded", gone.responded},
                       {"detail", how.detail},
                       {"location", std::int64_t{static_cast<int>(how.location)}}});
}

Handle IsdnLegs::legOf(int span, std::uint32_t call) const noexcept {
  const auto found = byCall_.find(keyOf(span, call));
  return found == byCall_.end() ? kNoHandle : found->second;
}

void IsdnLegs::attach(Handle leg, Leg& of) {
  if (of.attached || ports_ == nullptr) return;
  const auto [span, channel] = placeOf(of.span, of.channel);
  MediaPort* const port = ports_->portOf(span, channel);
  if (port == nullptr) return;
  engine_.attach(leg, *port);
  of.attached = true;
}

std::pair<int, int> IsdnLegs::placeOf(int span, int channel) const {
  const auto found = interfaces_.find(span);
  const auto interface = static_cast<std::size_t>(channel / 32);
  return {found != interfaces_.end() && interface < found->second.size() ? found->second[interface] : span, channel % 32};
}

void IsdnLegs::occupy(Leg& of, int channel, const char* use) {
  const int before = std::exchange(of.channel, channel);
  const bool changed = before != channel || std::string_view(of.use) != use;
  of.use = use;
  if (!changed) return;
  if (before != 0 && before != channel) tellUse(of.span, before, "idle");
  if (channel != 0) tellUse(of.span, channel, use);
}

void IsdnLegs::tellUse(int span, int channel, const char* use) {
  if (ports_ == nullptr) return;
  const auto [place, timeslot] = placeOf(span, channel);
  ports_->tellUse(place, timeslot, use);
}

void IsdnLegs::post(const char* type, Handle leg, std::vector<std::pair<const char*, FieldValue>> fields) {
  sink_.post({type, leg, "leg", engine_.clock().nowNs(), std::move(fields)});
}

}  // namespace branchline
