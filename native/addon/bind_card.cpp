// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "addon/card.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"

namespace branchline {
namespace {

FarEndStep::Action actionOf(const std::string& name) {
  if (name == "ring") return FarEndStep::Action::ring;
  if (name == "answer") return FarEndStep::Action::answer;
  if (name == "play") return FarEndStep::Action::play;
  if (name == "tone") return FarEndStep::Action::tone;
  if (name == "digits") return FarEndStep::Action::digits;
  if (name == "wait") return FarEndStep::Action::wait;
  if (name == "hangUp") return FarEndStep::Action::hangUp;
  if (name == "refuse") return FarEndStep::Action::refuse;
  throw std::invalid_argument("do must be ring, answer, play, tone, digits, wait, hangUp or refuse, not \"" + name + "\"");
}

CallTone refusalOf(const std::string& name) {
  if (name == "busy") return CallTone::busy;
  if (name == "congestion") return CallTone::congestion;
  if (name == "unobtainable") return CallTone::unobtainable;
  throw std::invalid_argument("tone must be busy, congestion or unobtainable, not \"" + name + "\"");
}

FarEndStep stepOf(const Napi::Object& object) {
  FarEndStep step{.action = actionOf(stringField(object, "do"))};
  switch (step.action) {
    case FarEndStep::Action::ring:
    case FarEndStep::Action::wait: step.milliseconds = integerField(object, "milliseconds"); break;
    case FarEndStep::Action::play: step.file = stringField(object, "file"); break;
    case FarEndStep::Action::tone:
      step.tone = {.segments = toneSegmentsOf(object.Get("segments"), "segments"), .loop = booleanField(object, "loop")};
      break;
    case FarEndStep::Action::digits:
      step.digits = stringField(object, "digits");
      step.onMs = integerField(object, "onMs");
      step.offMs = integerField(object, "offMs");
      break;
    case FarEndStep::Action::refuse: step.refusal = refusalOf(stringField(object, "tone")); break;
    case FarEndStep::Action::answer:
    case FarEndStep::Action::hangUp: break;
  }
  return step;
}

/// `whose` begins the message of what is wrong: "far end 01632960200, " or nothing.
std::vector<FarEndStep> scriptOf(const Napi::Value& value, const std::string& whose) {
  std::vector<FarEndStep> script;
  for (const Napi::Object& object : objectsOf(value, "script")) {
    const std::string where = whose + "step " + std::to_string(script.size() + 1) + ": ";
    try {
      script.push_back(stepOf(object));
    } catch (const Napi::Error& error) {
      throw std::invalid_argument(where + error.Message());
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(where + error.what());
    }
  }
  return script;
}

std::vector<FarEnd> farEndsOf(const Napi::Value& value) {
  std::vector<FarEnd> farEnds;
  for (const Napi::Object& object : objectsOf(value, "farEnds")) {
    const std::string number = stringField(object, "number");
    farEnds.push_back({number, scriptOf(object.Get("script"), "far end " + number + ", "), optionalString(object, "heardFolder").value_or("")});
  }
  return farEnds;
}

FarEnd callerOf(const std::string& number, const Napi::Value& script, const Napi::Value& heardFolder) {
  return {number, scriptOf(script, ""), heardFolder.IsUndefined() ? std::string() : stringOf(heardFolder, "heardFolder")};
}

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

Napi::Value spansValue(Napi::Env env, const std::vector<SpanInfo>& spans) {
  Napi::Array array = Napi::Array::New(env, spans.size());
  for (std::uint32_t i = 0; i < spans.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("span", spans[i].number);
    object.Set("kind", nameOf(spans[i].kind));
    object.Set("name", spans[i].name);
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

/// Runs `command` with the virtual card; unavailable where there is none.
template <typename Command>
Napi::Value withVirtualCard(const Card& card, const Napi::CallbackInfo& info, Command command) {
  return statusValue(info.Env(), card.virtualCard == nullptr ? Status::unavailable : command(*card.virtualCard, integerOf(info[0], "channel")));
}

void bindVirtual(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "virtualSetFarEnds", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->virtualCard == nullptr) throw std::runtime_error("virtualSetFarEnds: start the virtual card first");
    card->virtualCard->setFarEnds(farEndsOf(info[0]));
    return info.Env().Undefined();
  });
  instance.define(target, "virtualCallIn", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [&](VirtualCard& io, int channel) { return io.callIn(channel, callerOf("", info[1], info[2])); });
  });
  instance.define(target, "virtualPhoneDials", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [&](VirtualCard& io, int channel) {
      return io.phoneDials(channel, stringOf(info[1], "digits"), callerOf(std::to_string(channel), info[2], info[3]));
    });
  });
  instance.define(target, "virtualHangUp", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [](VirtualCard& io, int channel) { return io.hangUp(channel); });
  });
}

void bindPresent(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "cardSpans", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return spansValue(info.Env(), card->io == nullptr ? std::vector<SpanInfo>() : card->io->spans());
  });
  instance.define(target, "cardSpanStatus", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const auto status = card->io == nullptr ? std::nullopt : card->io->spanStatus(integerOf(info[0], "span"));
    return status ? spanStatusValue(info.Env(), *status) : info.Env().Undefined();
  });
  instance.define(target, "cardChannelState", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const auto state = card->io == nullptr ? std::nullopt : card->io->channelState(integerOf(info[0], "channel"));
    return state ? channelStateValue(info.Env(), *state) : info.Env().Undefined();
  });
}

}  // namespace

void bindCard(Napi::Object target, Instance& instance) {
  const auto card = std::make_shared<Card>();
  instance.onClose([card, &instance] { card->stop(instance.engine()); });
  instance.define(target, "cardStartVirtual", WhenClosed::throws, [card, &instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Object options = objectOf(info[0], "options");
    const VirtualCardOptions size{.fxo = integerField(options, "fxo"), .fxs = integerField(options, "fxs"), .country = &instance.engine().country()};
    auto io = std::make_unique<VirtualCard>(size, instance.engine().clock(), instance.sink());
    card->start(instance.engine(), instance.sink(), std::move(io));
    return channelsValue(info.Env(), card->io->channels());
  });
  bindPresent(target, instance, card);
  bindVirtual(target, instance, card);
  instance.define(target, "analogueDial", WhenClosed::noHandle, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->analogue == nullptr) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Napi::Object options = objectOf(info[1], "options");
    const Engine::Created created = card->analogue->dial(integerOf(info[0], "channel"), stringField(options, "digits"));
    return createdValue(info.Env(), created.status, created.handle);
  });
}

}  // namespace branchline
