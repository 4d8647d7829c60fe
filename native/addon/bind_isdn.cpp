// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "addon/bind_virtual_card.hpp"
#include "addon/card.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"

namespace branchline {
namespace {

/// The value of a field that names one of `names`, in their order.
template <typename Choice>
Choice choiceField(const Napi::Object& object, const char* field, const std::vector<const char*>& names) {
  const std::string given = stringField(object, field);
  for (std::size_t i = 0; i < names.size(); i++) {
    if (given == names[i]) return static_cast<Choice>(i);
  }
  throw Napi::TypeError::New(object.Env(), std::string(field) + " is \"" + given + "\", which is none of its values");
}

std::uint8_t smallField(const Napi::Object& object, const char* field, int below) {
  const int value = integerField(object, field);
  if (value < 0 || value >= below) throw Napi::TypeError::New(object.Env(), std::string(field) + " must be 0 … " + std::to_string(below - 1));
  return static_cast<std::uint8_t>(value);
}

isdn::Number numberField(const Napi::Object& object, const char* field) {
  const Napi::Value value = object.Get(field);
  if (value.IsUndefined()) return {};
  const Napi::Object number = objectOf(value, field);
  return {.digits = stringField(number, "digits"),
          .type = smallField(number, "type", 8),
          .plan = smallField(number, "plan", 16),
          .presentation = smallField(number, "presentation", 4),
          .screening = smallField(number, "screening", 4)};
}

isdn::Bearer bearerField(const Napi::Object& object) { return choiceField<isdn::Bearer>(object, "bearer", {"speech", "audio3k1", "digital64k"}); }

IsdnSpanOptions spanOf(const Napi::Object& object, const ChannelIo& io) {
  IsdnSpanOptions options{.ddiDigits = smallField(object, "ddiDigits", 33)};
  isdn::ConfigureSpan& span = options.configuration;
  span.span = smallField(object, "span", 256);
  span.switchType = choiceField<isdn::SwitchType>(object, "switchType", {"euroIsdn", "qsig", "ni2"});
  span.node = choiceField<isdn::Node>(object, "node", {"user", "network"});
  span.access = choiceField<isdn::Access>(object, "access", {"primary", "pointToPoint", "pointToMultipoint"});
  span.selection = choiceField<isdn::Selection>(object, "selection", {"ascending", "descending", "roundRobin"});
  span.overlap = booleanField(object, "overlap");
  span.t309Seconds = static_cast<std::uint16_t>(smallField(object, "t309Seconds", 256));
  span.hold = true;  // The far end may put us on hold; what we may ask is for the exchange to say.
  span.channels = IsdnCard::bearersOf(io, span.span);
  span.location = span.node == isdn::Node::user ? isdn::Location::privateLocal : isdn::Location::publicLocal;
  return options;
}

IsdnDialOptions dialOptionsOf(const Napi::Object& object) {
  return {.channel = integerField(object, "channel"),
          .exclusive = booleanField(object, "exclusive"),
          .bearer = bearerField(object),
          .called = numberField(object, "called"),
          .complete = !object.Has("furtherDigits"),
          .furtherDigits = optionalString(object, "furtherDigits").value_or(""),
          .calledSubaddress = optionalString(object, "calledSubaddress").value_or(""),
          .calling = numberField(object, "calling"),
          .callingName = optionalString(object, "callingName").value_or(""),
          .callingSubaddress = optionalString(object, "callingSubaddress").value_or(""),
          .redirecting = numberField(object, "redirecting"),
          .redirectReason = smallField(object, "redirectReason", 16)};
}

IsdnCaller isdnCallerOf(const Napi::Object& object, FarEnd farEnd) {
  const IsdnDialOptions call = dialOptionsOf(object);
  return {.channel = call.channel,
          .exclusive = call.exclusive,
          .bearer = call.bearer,
          .called = call.called,
          .calledSubaddress = call.calledSubaddress,
          .overlap = booleanField(object, "overlap"),
          .calling = call.calling,
          .callingName = call.callingName,
          .callingSubaddress = call.callingSubaddress,
          .redirecting = call.redirecting,
          .redirectReason = call.redirectReason,
          .farEnd = std::move(farEnd)};
}

IsdnFaults faultsOf(const Napi::Object& object) {
  const Napi::Object dChannel = objectOf(object.Get("dChannel"), "dChannel");
  const Napi::Object exchange = objectOf(object.Get("exchange"), "exchange");
  IsdnFaults faults{.dChannel = {.loss = numberOf(dChannel.Get("loss"), "loss"),
                                 .delayMs = integerField(dChannel, "delayMs"),
                                 .cut = booleanField(dChannel, "cut"),
                                 .refuseTei = booleanField(dChannel, "refuseTei")},
                    .exchange = {.refuseWith = integerField(exchange, "refuseWith"),
                                 .wrongCause = integerField(exchange, "wrongCause"),
                                 .lateConnectMs = integerField(exchange, "lateConnectMs")}};
  for (const Napi::Object& one : objectsOf(exchange.Get("refusals"), "refusals"))
    faults.exchange.refusals[stringField(one, "number")] = integerField(one, "cause");
  return faults;
}

void start(Card& card, Instance& instance, const Napi::Object& options) {
  if (card.lines == nullptr) throw std::runtime_error("isdnStart: start the card first");
  if (card.isdn != nullptr) throw std::runtime_error("isdnStart: this engine has its ISDN lines already");
  std::vector<IsdnSpanOptions> spans;
  for (const Napi::Object& object : objectsOf(options.Get("spans"), "spans")) {
    spans.push_back(spanOf(object, *card.io));
    if (card.exchange() != nullptr) (void)card.exchange()->follow(spans.back().configuration);
  }
  card.isdn = std::make_unique<IsdnCard>(instance.engine(), instance.sink(), *card.lines, stringField(options, "isdnd"), std::move(spans));
  card.isdn->setEcho(card.echo);
}

Napi::Value countersValue(Napi::Env env, const Card& card) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("isdndPid", card.isdn == nullptr ? -1 : card.isdn->stack().isdndPid());
  object.Set("isdndStarts", card.isdn == nullptr ? 0U : card.isdn->stack().isdndStarts());
  return object;
}

void bindFarEnd(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "virtualIsdnCallIn", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->exchange() == nullptr) return statusValue(info.Env(), Status::unavailable);
    const int span = integerOf(info[0], "span");
    IsdnCaller caller = isdnCallerOf(objectOf(info[1], "caller"), callerOf("", objectOf(info[2], "options")));
    return statusValue(info.Env(), card->exchange()->exchange().callIn(span, std::move(caller)));
  });
  instance.define(target, "virtualSetIsdnFaults", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->exchange() == nullptr) return statusValue(info.Env(), Status::unavailable);
    card->exchange()->setFaults(integerOf(info[0], "span"), faultsOf(objectOf(info[1], "faults")));
    return statusValue(info.Env(), Status::ok);
  });
  instance.define(target, "virtualRestart", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->exchange() == nullptr) return statusValue(info.Env(), Status::unavailable);
    card->exchange()->restart(integerOf(info[0], "span"), integerOf(info[1], "channel"));
    return statusValue(info.Env(), Status::ok);
  });
}

isdn::Amount amountField(const Napi::Object& object) {
  return {.cost = integerField(object, "cost"), .multiplier = smallField(object, "multiplier", 7), .currency = stringField(object, "currency")};
}

/// What the virtual exchange is to say of a call, by `service`.
isdn::Message serviceOf(const Napi::Object& object) {
  const std::string service = stringField(object, "service");
  if (service == "hold") return isdn::Hold{};
  if (service == "retrieve") return isdn::Retrieve{};
  if (service == "notify") return isdn::Notify{.indicator = smallField(object, "indicator", 128)};
  if (service == "party") return isdn::PartyChanged{.number = numberField(object, "number"), .name = stringField(object, "name")};
  if (service == "diverted") return isdn::Diverted{.to = numberField(object, "number"), .reason = smallField(object, "reason", 16)};
  if (service == "flatRate") {
    return isdn::Tariff{.item = smallField(object, "item", 7), .rate = isdn::Tariff::Rate::flat, .amount = amountField(object)};
  }
  if (service == "units") {
    return isdn::Charge{.final = booleanField(object, "final"),
                        .total = true,
                        .kind = isdn::Charge::Kind::units,
                        .units = static_cast<std::uint32_t>(integerField(object, "units"))};
  }
  if (service == "currency") {
    return isdn::Charge{.final = booleanField(object, "final"), .total = true, .kind = isdn::Charge::Kind::currency, .amount = amountField(object)};
  }
  throw Napi::TypeError::New(object.Env(), "service is \"" + service + "\", which the virtual exchange has not");
}

/// Runs `command` with the ISDN stack and the leg of the first argument; unavailable where there are no ISDN lines.
template <typename Command>
Napi::Value withLeg(const Card& card, const Napi::CallbackInfo& info, Command command) {
  return statusValue(info.Env(), card.isdn == nullptr ? Status::unavailable : command(card.isdn->stack(), handleOf(info[0])));
}

void bindServices(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "isdnHold", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withLeg(*card, info, [](IsdnStack& stack, Handle leg) { return stack.hold(leg); });
  });
  instance.define(target, "isdnRetrieve", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withLeg(*card, info, [](IsdnStack& stack, Handle leg) { return stack.retrieve(leg); });
  });
  instance.define(target, "isdnTransfer", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withLeg(*card, info, [&](IsdnStack& stack, Handle leg) { return stack.transfer(leg, handleOf(info[1])); });
  });
  instance.define(target, "isdnDialMore", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withLeg(*card, info, [&](IsdnStack& stack, Handle leg) { return stack.dialMore(leg, stringOf(info[1], "digits")); });
  });
  instance.define(target, "virtualIsdnSay", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->exchange() == nullptr) return statusValue(info.Env(), Status::unavailable);
    card->exchange()->exchange().say(integerOf(info[0], "channel"), serviceOf(objectOf(info[1], "service")));
    return statusValue(info.Env(), Status::ok);
  });
}

}  // namespace

void bindIsdn(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "isdnStart", WhenClosed::throws, [card, &instance](const Napi::CallbackInfo& info) -> Napi::Value {
    start(*card, instance, objectOf(info[0], "options"));
    return info.Env().Undefined();
  });
  instance.define(target, "isdnConfigureSpan", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->isdn == nullptr) return statusValue(info.Env(), Status::unavailable);
    const IsdnSpanOptions span = spanOf(objectOf(info[0], "span"), *card->io);
    const Status status = card->isdn->configure(span);
    if (status == Status::ok && card->exchange() != nullptr) (void)card->exchange()->follow(span.configuration);
    return statusValue(info.Env(), status);
  });
  instance.define(target, "isdnDial", WhenClosed::noHandle, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->isdn == nullptr) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Engine::Created created = card->isdn->stack().dial(integerOf(info[0], "span"), dialOptionsOf(objectOf(info[1], "options")));
    return createdValue(info.Env(), created.status, created.handle);
  });
  instance.define(target, "isdnCounters", WhenClosed::throws,
                  [card](const Napi::CallbackInfo& info) -> Napi::Value { return countersValue(info.Env(), *card); });
  bindServices(target, instance, card);
  bindBearerTests(target, instance, card);
  bindFarEnd(target, instance, card);
}

}  // namespace branchline
