// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdn_legs.hpp"

#include <algorithm>
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
  legs_[leg] = {.span = setup.span, .call = setup.call, .channel = setup.channel, .sent = true, .responded = true};
  byCall_[keyOf(setup.span, setup.call)] = leg;
  host_.legOffered(leg);
  // After overlap receiving: the exchange is to send no more digits. isdnd has said so already where the number came whole.
  host_.send(isdn::Proceeding{.span = setup.span, .call = setup.call});
  const std::string none;  // What only SIP carries.
  post("legIncoming", leg,
       {{"kind", std::string("isdn")},
        {"to", setup.called.digits},
        {"channel", std::int64_t{setup.channel}},
        {"fromUri", none},
        {"fromName", setup.callingName},
        {"assertedUri", none},
        {"privacy", none},
        {"diversion", none},
        {"sourceAddress", none},
        {"sourcePort", std::int64_t{0}},
        {"callId", none},
        {"span", std::int64_t{setup.span}},
        {"calledType", std::int64_t{setup.called.type}},
        {"calledSubaddress", setup.calledSubaddress},
        {"calling", setup.calling.digits},
        {"callingType", std::int64_t{setup.calling.type}},
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
  attach(leg, legs_.at(leg));
  post("legAnswered", leg);
}

// --- A call goes out -----------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Seized& seized) {
  const Handle leg = legOf(seized.span, seized.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).channel = seized.channel;
  legs_.at(leg).sent = true;
  post("legSeized", leg);
}

void IsdnLegs::progress(int span, std::uint32_t call, int channel, int sipStatus, bool inband) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  of.channel = channel;
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
  of.channel = connect.channel;
  attach(leg, of);
  post("legAnswered", leg);
}

// --- A call ends ---------------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Disconnect& disconnect) {
  const Handle leg = legOf(disconnect.span, disconnect.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).responded = true;
  end(leg, {.q850 = disconnect.cause, .location = disconnect.location, .by = isdn::EndedBy::peer, .detail = ""});
}

void IsdnLegs::on(const isdn::Released& released) {
  collecting_.erase(keyOf(released.span, released.call));
  const Handle leg = legOf(released.span, released.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).sent = released.sent;
  legs_.at(leg).responded = legs_.at(leg).responded || released.responded;
  end(leg, {.q850 = released.cause, .location = released.location, .by = released.by, .detail = ""});
}

void IsdnLegs::endAll(const IsdnEnd& how) {
  collecting_.clear();
  while (!legs_.empty()) end(legs_.begin()->first, how);
}

void IsdnLegs::end(Handle leg, const IsdnEnd& how) {
  const Leg gone = legs_.at(leg);
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
  MediaPort* const port = ports_->portOf(of.span, of.channel);
  if (port == nullptr) return;
  engine_.attach(leg, *port);
  of.attached = true;
}

void IsdnLegs::post(const char* type, Handle leg, std::vector<std::pair<const char*, FieldValue>> fields) {
  sink_.post({type, leg, "leg", engine_.clock().nowNs(), std::move(fields)});
}

}  // namespace branchline
