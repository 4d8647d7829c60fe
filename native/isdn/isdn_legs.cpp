// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdn/isdn_legs.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace branchline {
namespace {

constexpr std::int64_t kT302Ns = 15'000'000'000;       // Q.931 table 9-2: overlap receiving, 10 to 15 s between digits.
constexpr std::int64_t kChargeWaitNs = 2'000'000'000;  // For AOC-E in the network's answer to our DISCONNECT.
constexpr int kSwitchCongestion = 42;
constexpr int kChannelNotAvailable = 44;
constexpr int kWrongCallState = 101;

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

void IsdnLegs::dial(Handle leg, isdn::Setup setup, std::string furtherDigits) {
  Leg& of = legs_[leg] = {.span = setup.span, .call = setup.call, .speech = setup.bearer != isdn::Bearer::digital64k};
  of.collecting = !setup.complete;
  of.furtherDigits = std::move(furtherDigits);
  byCall_[keyOf(setup.span, setup.call)] = leg;
  host_.send(setup);
}

void IsdnLegs::dialMore(Handle leg, const std::string& digits) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  Leg& of = found->second;
  if (!of.collecting) return refused(of.span, of.call, "dialMore", kWrongCallState);
  of.furtherDigits += digits;
  sendFurtherDigits(of);
}

void IsdnLegs::sendFurtherDigits(Leg& of) {
  if (!of.acknowledged || of.furtherDigits.empty()) return;
  // isdnd makes an INFORMATION of each digit.
  const std::string digits = std::exchange(of.furtherDigits, {}).substr(0, isdn::kMaxDigits);
  host_.send(isdn::Information{.span = static_cast<std::uint8_t>(of.span), .call = of.call, .digits = digits});
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
  if (found == legs_.end() || found->second.clearing.has_value()) return;
  Leg& of = found->second;
  const int cause = std::clamp(q850, 1, 127);
  host_.send(isdn::Clear{.span = static_cast<std::uint8_t>(of.span), .call = of.call, .cause = static_cast<std::uint8_t>(cause)});
  const IsdnEnd how{.q850 = cause, .location = isdn::Location::privateLocal, .by = isdn::EndedBy::us, .detail = ""};
  if (!of.charged) return end(leg, how);
  if (std::exchange(of.attached, false)) engine_.detach(leg);
  of.clearing = how;
  of.endAtNs = engine_.clock().nowNs() + kChargeWaitNs;
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
  std::vector<Handle> waited;
  for (const auto& [leg, of] : legs_) {
    if (of.clearing.has_value() && of.endAtNs <= nowNs) waited.push_back(leg);
  }
  for (const Handle leg : waited) end(leg, *legs_.at(leg).clearing);
}

std::int64_t IsdnLegs::nextDueNs() const noexcept {
  std::int64_t next = 0;
  const auto sooner = [&](std::int64_t moment) { next = next == 0 ? moment : std::min(next, moment); };
  for (const auto& [key, collecting] : collecting_) sooner(collecting.offerAtNs);
  for (const auto& [leg, of] : legs_) {
    if (of.clearing.has_value()) sooner(of.endAtNs);
  }
  return next;
}

void IsdnLegs::offer(const isdn::Setup& setup) {
  if (!claim(setup.span, setup.channel)) {
    host_.send(isdn::Clear{.span = setup.span, .call = setup.call, .cause = kChannelNotAvailable});
    return;
  }
  const Handle leg = engine_.createLeg(owner_);
  if (leg == kNoHandle) {
    closing_[keyOf(setup.span, setup.call)] = setup.channel;
    host_.send(isdn::Clear{.span = setup.span, .call = setup.call, .cause = kSwitchCongestion});
    return;
  }
  legs_[leg] = {.span = setup.span, .call = setup.call, .sent = true, .responded = true, .speech = setup.bearer != isdn::Bearer::digital64k};
  changeUse(legs_.at(leg), setup.channel, "ringing");
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
  changeUse(of, of.channel, "talking");
  attach(leg, of);
  post("legAnswered", leg);
}

// --- A call goes out -----------------------------------------------------------------------------------------------------------------------

void IsdnLegs::on(const isdn::Seized& seized) {
  const Handle leg = legOf(seized.span, seized.call);
  if (leg == kNoHandle) return;
  legs_.at(leg).sent = true;
  if (!occupy(leg, legs_.at(leg), seized.channel, "dialling")) return;
  post("legSeized", leg);
}

void IsdnLegs::on(const isdn::SetupAck& message) {
  progress(message.span, message.call, message.channel, 0, message.inband);
  const Handle leg = legOf(message.span, message.call);
  if (leg == kNoHandle || !legs_.at(leg).collecting) return;
  legs_.at(leg).acknowledged = true;
  sendFurtherDigits(legs_.at(leg));
}

void IsdnLegs::on(const isdn::Proceeding& message) {
  numberIsComplete(message.span, message.call);
  progress(message.span, message.call, message.channel, 0, message.inband);
}

void IsdnLegs::on(const isdn::Alerting& message) {
  numberIsComplete(message.span, message.call);
  progress(message.span, message.call, message.channel, 180, message.inband);
}

void IsdnLegs::numberIsComplete(int span, std::uint32_t call) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  legs_.at(leg).collecting = false;
  legs_.at(leg).furtherDigits.clear();
}

void IsdnLegs::progress(int span, std::uint32_t call, int channel, int sipStatus, bool inband) {
  const Handle leg = legOf(span, call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  if (!occupy(leg, of, channel, of.use)) return;
  if (inband) attach(leg, of);
  // SETUP ACKNOWLEDGE and CALL PROCEEDING tell nobody anything, but for what is to be heard.
  if (sipStatus == 0 && !inband) return;
  post("legProgress", leg, {{"sipStatus", std::int64_t{sipStatus == 0 ? 183 : sipStatus}}, {"earlyMedia", of.attached || inband}});
}

void IsdnLegs::on(const isdn::Connect& connect) {
  numberIsComplete(connect.span, connect.call);
  const Handle leg = legOf(connect.span, connect.call);
  if (leg == kNoHandle) return;
  Leg& of = legs_.at(leg);
  of.responded = true;
  if (!occupy(leg, of, connect.channel, "talking")) return;
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
  if (of.clearing.has_value()) return;  // Both clear at once; Released follows.
  if (disconnect.inband) {              // isdnd has the call for as long as its tone is heard; Released ends the leg.
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
  changeUse(legs_.at(leg), legs_.at(leg).channel, "idle");
  if (const auto clearing = legs_.at(leg).clearing) return end(leg, *clearing);
  end(leg, {.q850 = released.cause, .location = released.location, .by = released.by, .detail = ""});
}

void IsdnLegs::endAll(const IsdnEnd& how) {
  collecting_.clear();
  while (!legs_.empty()) end(legs_.begin()->first, legs_.begin()->second.clearing.value_or(how));
  for (const auto& [key, channel] : closing_) tellUse(static_cast<int>(key >> 32), channel, "idle");
  closing_.clear();
}

// `how` by value: it may be the leg's own.
void IsdnLegs::end(Handle leg, IsdnEnd how) {
  const Leg gone = std::move(legs_.at(leg));
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
  if (of.attached || of.clearing.has_value() || ports_ == nullptr) return;
  const auto [span, channel] = placeOf(of.span, of.channel);
  MediaPort* const port = ports_->portOf(span, channel);
  if (port == nullptr) return;
  ports_->beginAudio(span, channel, of.speech);
  engine_.attach(leg, *port);
  of.attached = true;
}

std::pair<int, int> IsdnLegs::placeOf(int span, int channel) const {
  const auto found = interfaces_.find(span);
  const auto interface = static_cast<std::size_t>(channel / 32);
  return {found != interfaces_.end() && interface < found->second.size() ? found->second[interface] : span, channel % 32};
}

// isdnd and a test may have chosen the same channel at one moment.
bool IsdnLegs::occupy(Handle leg, Leg& of, int channel, const char* use) {
  if (channel != 0 && !claim(of.span, channel)) {
    clear(leg, kChannelNotAvailable);
    return false;
  }
  changeUse(of, channel, use);
  return true;
}

bool IsdnLegs::claim(int span, int channel) {
  if (ports_ == nullptr) return true;
  const auto [place, timeslot] = placeOf(span, channel);
  return ports_->claim(place, timeslot);
}

void IsdnLegs::changeUse(Leg& of, int channel, const char* use) {
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
