// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/bind_virtual_card.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "addon/card.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "channel/card_lines.hpp"

namespace branchline {
namespace {

constexpr std::uint8_t kSettableAlarms[] = {kAlarmRed, kAlarmYellow, kAlarmBlue, kAlarmLoopback};

FarEndStep::Action actionOf(const std::string& name) {
  if (name == "ring") return FarEndStep::Action::ring;
  if (name == "answer") return FarEndStep::Action::answer;
  if (name == "play") return FarEndStep::Action::play;
  if (name == "tone") return FarEndStep::Action::tone;
  if (name == "digits") return FarEndStep::Action::digits;
  if (name == "wait") return FarEndStep::Action::wait;
  if (name == "expect") return FarEndStep::Action::expect;
  if (name == "flash") return FarEndStep::Action::flash;
  if (name == "hangUp") return FarEndStep::Action::hangUp;
  if (name == "refuse") return FarEndStep::Action::refuse;
  throw std::invalid_argument("do must be ring, answer, play, tone, digits, wait, expect, flash, hangUp or refuse, not \"" + name + "\"");
}

CallTone toneOf(const std::string& name) {
  for (const CallTone tone : {CallTone::busy, CallTone::congestion, CallTone::unobtainable, CallTone::dial}) {
    if (name == callToneName(tone)) return tone;
  }
  throw std::invalid_argument("tone must be busy, congestion, unobtainable or dial, not \"" + name + "\"");
}

FarEndStep::Otherwise otherwiseOf(const std::string& name) {
  if (name == "goOn") return FarEndStep::Otherwise::goOn;
  if (name == "hangUp") return FarEndStep::Otherwise::hangUp;
  throw std::invalid_argument("otherwise must be goOn or hangUp, not \"" + name + "\"");
}

FarEndStep stepOf(const Napi::Object& object) {
  FarEndStep step{.action = actionOf(stringField(object, "do"))};
  switch (step.action) {
    case FarEndStep::Action::ring:
    case FarEndStep::Action::flash:
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
    case FarEndStep::Action::expect:
      step.digits = stringField(object, "digits");
      step.milliseconds = integerField(object, "milliseconds");
      step.otherwise = otherwiseOf(stringField(object, "otherwise"));
      break;
    case FarEndStep::Action::refuse:
      step.refusal = toneOf(stringField(object, "tone"));
      step.q850 = integerField(object, "cause");
      break;
    case FarEndStep::Action::hangUp: step.q850 = integerField(object, "cause"); break;
    case FarEndStep::Action::answer: break;
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
    farEnds.push_back({.number = number,
                       .script = scriptOf(object.Get("script"), "far end " + number + ", "),
                       .heardFolder = optionalString(object, "heardFolder").value_or("")});
  }
  return farEnds;
}

}  // namespace

FarEnd callerOf(const std::string& number, const Napi::Object& options) {
  FarEnd farEnd{.number = number, .script = scriptOf(options.Get("script"), ""), .heardFolder = optionalString(options, "heardFolder").value_or("")};
  if (options.Get("caller").IsUndefined()) return farEnd;
  const Napi::Object caller = objectOf(options.Get("caller"), "caller");
  farEnd.caller = {.number = stringField(caller, "number"), .name = stringField(caller, "name"), .withheld = booleanField(caller, "withheld")};
  return farEnd;
}

namespace {

double numberField(const Napi::Object& object, const char* name) { return numberOf(object.Get(name), name); }

AudioImpairments audioOf(const Napi::Object& object) {
  return {.gainDb = numberField(object, "gainDb"),
          .slipsPerMinute = numberField(object, "slipsPerMinute"),
          .slipSamples = integerField(object, "slipSamples"),
          .clicksPerMinute = numberField(object, "clicksPerMinute"),
          .noiseDbm0 = numberField(object, "noiseDbm0"),
          .humDbm0 = numberField(object, "humDbm0")};
}

SignallingFaults::Disconnect disconnectOf(const std::string& name) {
  if (name == "batteryDrop") return SignallingFaults::Disconnect::batteryDrop;
  if (name == "reversal") return SignallingFaults::Disconnect::reversal;
  if (name == "tone") return SignallingFaults::Disconnect::tone;
  if (name == "silence") return SignallingFaults::Disconnect::silence;
  throw std::invalid_argument("disconnect must be batteryDrop, reversal, tone or silence, not \"" + name + "\"");
}

SignallingFaults signallingOf(const Napi::Object& object) {
  SignallingFaults faults{.lostRings = integerField(object, "lostRings"),
                          .longestRingMs = integerField(object, "longestRingMs"),
                          .noDialTone = booleanField(object, "noDialTone"),
                          .noBattery = booleanField(object, "noBattery"),
                          .glare = booleanField(object, "glare"),
                          .noReversal = booleanField(object, "noReversal"),
                          .lateAnswerMs = integerField(object, "lateAnswerMs"),
                          .disconnect = disconnectOf(stringField(object, "disconnect")),
                          .disconnectTone = toneOf(stringField(object, "disconnectTone"))};
  const std::string wrongNumber = stringField(object, "wrongNumber");
  if (wrongNumber.size() >= faults.wrongNumber.size()) throw std::invalid_argument("signalling.wrongNumber has more than 32 digits");
  std::copy(wrongNumber.begin(), wrongNumber.end(), faults.wrongNumber.begin());
  return faults;
}

LineImpairments impairmentsOf(const Napi::Object& object) {
  const Napi::Object echo = objectOf(object.Get("echo"), "echo");
  return {.received = audioOf(objectOf(object.Get("received"), "received")),
          .sent = audioOf(objectOf(object.Get("sent"), "sent")),
          .echo = {.delayMs = integerField(echo, "delayMs"), .returnLossDb = numberField(echo, "returnLossDb")},
          .signalling = signallingOf(objectOf(object.Get("signalling"), "signalling"))};
}

std::uint32_t counterField(const Napi::Object& object, const char* name) {
  return static_cast<std::uint32_t>(std::max(integerField(object, name), 0));
}

SpanStatus spanStatusOf(const Napi::Object& object) {
  SpanStatus status{.slips = counterField(object, "slips"),
                    .bipolarViolations = counterField(object, "bipolarViolations"),
                    .crcErrors = counterField(object, "crcErrors"),
                    .framingErrors = counterField(object, "framingErrors"),
                    .missedInterrupts = counterField(object, "missedInterrupts")};
  std::istringstream names(stringField(object, "alarms"));
  for (std::string name; names >> name;) {
    const auto bit = std::find_if(std::begin(kSettableAlarms), std::end(kSettableAlarms), [&](std::uint8_t one) { return alarmNames(one) == name; });
    if (bit == std::end(kSettableAlarms)) throw std::invalid_argument("alarms must be of red, yellow, blue and loopback, not \"" + name + "\"");
    status.alarms |= *bit;
  }
  return status;
}

Napi::Value portsValue(Napi::Env env, const VirtualCard& card) {
  Napi::Array array = Napi::Array::New(env);
  for (const ChannelInfo& info : card.channels()) {
    const CardPort* const port = card.port(info.number);
    if (port == nullptr) continue;
    Napi::Object object = Napi::Object::New(env);
    object.Set("channel", info.number);
    object.Set("idle", port->isIdle());
    object.Set("ringing", port->isRinging());
    object.Set("messageWaiting", port->messageWaiting());
    object.Set("flashes", port->flashesHeard());
    object.Set("offHook", port->state().offHook);
    object.Set("battery", port->state().battery);
    object.Set("reversed", port->state().reversed);
    array.Set(array.Length(), object);
  }
  return array;
}

/// Runs `command` with the virtual card and the number of a channel or span; unavailable where there is none.
template <typename Command>
Napi::Value withVirtualCard(const Card& card, const Napi::CallbackInfo& info, Command command) {
  return statusValue(info.Env(), card.virtualCard == nullptr ? Status::unavailable : command(*card.virtualCard, integerOf(info[0], "number")));
}

void bindFarEnds(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "virtualSetFarEnds", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->virtualCard == nullptr) throw std::runtime_error("virtualSetFarEnds: start the virtual card first");
    card->virtualCard->setFarEnds(farEndsOf(info[0]));
    return info.Env().Undefined();
  });
  instance.define(target, "virtualCallIn", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [&](VirtualCard& io, int channel) { return io.callIn(channel, callerOf("", objectOf(info[1], "options"))); });
  });
  instance.define(target, "virtualPhoneDials", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [&](VirtualCard& io, int channel) {
      const Napi::Object options = objectOf(info[1], "options");
      const DialMethod method = booleanField(options, "pulses") ? DialMethod::pulse : DialMethod::dtmf;
      return io.phoneDials(channel, stringField(options, "digits"), callerOf(std::to_string(channel), options), method);
    });
  });
  instance.define(target, "virtualHangUp", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [](VirtualCard& io, int channel) { return io.hangUp(channel); });
  });
}

void bindFaults(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "virtualImpair", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info,
                           [&](VirtualCard& io, int channel) { return io.impair(channel, impairmentsOf(objectOf(info[1], "impairments"))); });
  });
  instance.define(target, "virtualSetSpan", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return withVirtualCard(*card, info, [&](VirtualCard& io, int span) { return io.setSpan(span, spanStatusOf(objectOf(info[1], "status"))); });
  });
  instance.define(target, "virtualPull", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), card->virtualCard == nullptr ? Status::unavailable : card->virtualCard->pull());
  });
  instance.define(target, "virtualRestore", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), card->virtualCard == nullptr ? Status::unavailable : card->virtualCard->restore());
  });
  instance.define(target, "virtualPorts", WhenClosed::throws, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->virtualCard == nullptr) throw std::runtime_error("virtualPorts: start the virtual card first");
    return portsValue(info.Env(), *card->virtualCard);
  });
}

}  // namespace

void bindVirtualCard(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  bindFarEnds(target, instance, card);
  bindFaults(target, instance, card);
}

}  // namespace branchline
