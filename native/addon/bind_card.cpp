// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "addon/bind_analogue.hpp"
#include "addon/bind_virtual_card.hpp"
#include "addon/card.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "channel/dahdi/dahdi_io.hpp"

namespace branchline {
namespace {

const char* nameOf(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::fxo: return "fxo";
    case ChannelKind::fxs: return "fxs";
    case ChannelKind::bearer: break;
  }
  return "bearer";
}

const char* nameOf(SpanKind kind) {
  switch (kind) {
    case SpanKind::analogue: return "analogue";
    case SpanKind::basic: return "basic";
    case SpanKind::e1: return "e1";
    case SpanKind::t1: break;
  }
  return "t1";
}

Napi::Value channelsValue(Napi::Env env, const std::vector<ChannelInfo>& channels) {
  Napi::Array array = Napi::Array::New(env, channels.size());
  for (std::uint32_t i = 0; i < channels.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("channel", channels[i].number);
    object.Set("kind", nameOf(channels[i].kind));
    object.Set("name", channels[i].name);
    object.Set("span", channels[i].span);
    object.Set("timeslot", channels[i].timeslot);
    array.Set(i, object);
  }
  return array;
}

Napi::Value channelNumbersValue(Napi::Env env, const ChannelIo& io, int span) {
  Napi::Array array = Napi::Array::New(env);
  for (const ChannelInfo& channel : io.channels()) {
    if (channel.span == span) array.Set(array.Length(), channel.number);
  }
  return array;
}

Napi::Value spansValue(Napi::Env env, const ChannelIo& io) {
  const std::vector<SpanInfo>& spans = io.spans();
  Napi::Array array = Napi::Array::New(env, spans.size());
  for (std::uint32_t i = 0; i < spans.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("span", spans[i].number);
    object.Set("kind", nameOf(spans[i].kind));
    object.Set("name", spans[i].name);
    object.Set("channels", channelNumbersValue(env, io, spans[i].number));
    array.Set(i, object);
  }
  return array;
}

Napi::Value spanStatusValue(Napi::Env env, const SpanStatus& status) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("alarms", alarmNames(status.alarms));
  object.Set("slips", status.slips);
  object.Set("bipolarViolations", status.bipolarViolations);
  object.Set("crcErrors", status.crcErrors);
  object.Set("framingErrors", status.framingErrors);
  object.Set("missedInterrupts", status.missedInterrupts);
  return object;
}

Napi::Value channelStateValue(Napi::Env env, const ChannelState& state) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("offHook", state.offHook);
  object.Set("battery", state.battery);
  object.Set("reversed", state.reversed);
  return object;
}

EchoPolicy echoPolicyOf(const std::string& name) {
  if (name == "auto") return EchoPolicy::automatic;
  if (name == "card") return EchoPolicy::card;
  if (name == "engine") return EchoPolicy::engine;
  if (name == "off") return EchoPolicy::off;
  throw std::invalid_argument("policy must be auto, card, engine or off, not \"" + name + "\"");
}

VirtualCardOptions virtualCardOptionsOf(const Napi::Object& object, const Country& country) {
  VirtualCardOptions options{.fxo = integerField(object, "fxo"), .fxs = integerField(object, "fxs"), .country = &country};
  if (object.Get("isdn").IsUndefined()) return options;
  const Napi::Object isdn = objectOf(object.Get("isdn"), "isdn");
  options.isdn = {.e1 = integerField(isdn, "e1"),
                  .bri = integerField(isdn, "bri"),
                  .isdnd = stringField(isdn, "isdnd"),
                  .country = {.code = stringField(isdn, "countryCode"), .internationalPrefix = stringField(isdn, "internationalPrefix")}};
  return options;
}

void bindPresent(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "cardSpans", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return card->io == nullptr ? Napi::Array::New(info.Env()) : spansValue(info.Env(), *card->io);
  });
  instance.define(target, "cardSpanStatus", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const auto status = card->io == nullptr ? std::nullopt : card->io->spanStatus(integerOf(info[0], "span"));
    return status ? spanStatusValue(info.Env(), *status) : info.Env().Undefined();
  });
  instance.define(target, "cardChannelState", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const auto state = card->io == nullptr ? std::nullopt : card->io->channelState(integerOf(info[0], "channel"));
    return state ? channelStateValue(info.Env(), *state) : info.Env().Undefined();
  });
  instance.define(target, "cardSetEcho", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Object settings = objectOf(info[0], "settings");
    return statusValue(info.Env(),
                       card->setEcho({.policy = echoPolicyOf(stringField(settings, "policy")), .tailMs = integerField(settings, "tailMs")}));
  });
  instance.define(target, "cardEchoBy", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return Napi::String::New(info.Env(), echoByName(card->echoBy(integerOf(info[0], "channel"))));
  });
}

}  // namespace

void bindCard(Napi::Object target, Instance& instance) {
  const auto card = std::make_shared<Card>();
  instance.onClose([card, &instance] { card->stop(instance.engine()); });
  instance.define(target, "cardStartVirtual", WhenClosed::throws, [card, &instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Object options = objectOf(info[0], "options");
    auto io = std::make_unique<VirtualCard>(virtualCardOptionsOf(options, instance.engine().country()), instance.engine().clock(), instance.sink());
    card->start(instance.engine(), instance.sink(), std::move(io));
    return channelsValue(info.Env(), card->io->channels());
  });
  instance.define(target, "cardStartDahdi", WhenClosed::throws, [card, &instance](const Napi::CallbackInfo& info) -> Napi::Value {
    if (instance.engine().clock().isStepped())
      throw std::runtime_error("cardStartDahdi: a real card keeps real time, which a stepped engine does not");
    DahdiLayout layout = findDahdi(card->dahdi, integersOf(objectOf(info[0], "options").Get("spans"), "spans"));
    if (layout.channels.empty()) return channelsValue(info.Env(), {});
    auto io = std::make_unique<DahdiIo>(card->dahdi, std::move(layout), instance.engine().clock());
    card->start(instance.engine(), instance.sink(), std::move(io));
    return channelsValue(info.Env(), card->io->channels());
  });
  bindPresent(target, instance, card);
  bindVirtualCard(target, instance, card);
  bindIsdn(target, instance, card);
  bindAnalogue(target, instance, card);
}

}  // namespace branchline
