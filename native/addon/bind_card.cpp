// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <stdexcept>
#include <string>

#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "analogue/analogue_stack.hpp"
#include "channel/virtual/virtual_card.hpp"

namespace branchline {

namespace {

/// The card and the lines above it, once cardStartVirtual made them. JavaScript thread; `stop` runs when no method does any more.
struct Card {
  std::unique_ptr<VirtualCard> io;
  std::unique_ptr<AnalogueStack> lines;

  void start(Engine& engine, EventSink& sink, const VirtualCardOptions& options) {
    if (io != nullptr) throw std::runtime_error("cardStartVirtual: this engine has its card already");
    io = std::make_unique<VirtualCard>(options, engine.clock(), sink);
    lines = std::make_unique<AnalogueStack>(engine, sink, *io);
    if (engine.clock().isStepped()) engine.addPart(*io);
  }
  void stop(Engine& engine) {
    lines.reset();
    if (io != nullptr) engine.removePart(*io);
    io.reset();
  }
};

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

Napi::Value channelsValue(Napi::Env env, const std::vector<ChannelInfo>& channels) {
  Napi::Array array = Napi::Array::New(env, channels.size());
  for (std::uint32_t i = 0; i < channels.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("channel", channels[i].number);
    object.Set("kind", channels[i].kind == ChannelKind::fxo ? "fxo" : "fxs");
    object.Set("name", channels[i].name);
    array.Set(i, object);
  }
  return array;
}

/// Runs `command` with the card; unavailable before it was started.
template <typename Command>
Napi::Value withCard(const Card& card, const Napi::CallbackInfo& info, Command command) {
  return statusValue(info.Env(), card.io == nullptr ? Status::unavailable : command(*card.io, integerOf(info[0], "channel")));
}

void bindVirtual(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "virtualSetFarEnds", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->io == nullptr) throw std::runtime_error("virtualSetFarEnds: start the virtual card first");
    card->io->setFarEnds(farEndsOf(info[0]));
    return info.Env().Undefined();
  });
  instance.define(target, "virtualCallIn", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withCard(*card, info, [&](VirtualCard& io, int channel) { return io.callIn(channel, callerOf("", info[1], info[2])); });
  });
  instance.define(target, "virtualPhoneDials", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withCard(*card, info, [&](VirtualCard& io, int channel) {
      return io.phoneDials(channel, stringOf(info[1], "digits"), callerOf(std::to_string(channel), info[2], info[3]));
    });
  });
  instance.define(target, "virtualHangUp", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withCard(*card, info, [](VirtualCard& io, int channel) { return io.hangUp(channel); });
  });
}

}  // namespace

void bindCard(Napi::Object target, Instance& instance) {
  const auto card = std::make_shared<Card>();
  instance.onClose([card, &instance] { card->stop(instance.engine()); });
  instance.define(target, "cardStartVirtual", WhenClosed::throws, [card, &instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Object options = objectOf(info[0], "options");
    card->start(instance.engine(), instance.sink(), {.fxo = integerField(options, "fxo"), .fxs = integerField(options, "fxs")});
    return channelsValue(info.Env(), card->io->channels());
  });
  bindVirtual(target, instance, card);
  instance.define(target, "analogueDial", WhenClosed::noHandle, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->lines == nullptr) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Napi::Object options = objectOf(info[1], "options");
    const Engine::Created created = card->lines->dial(integerOf(info[0], "channel"), stringField(options, "digits"));
    return createdValue(info.Env(), created.status, created.handle);
  });
}

}  // namespace branchline
