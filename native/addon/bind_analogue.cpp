// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/bind_analogue.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "addon/values.hpp"

namespace branchline {
namespace {

bool has(const Napi::Object& object, const char* name) { return !object.Get(name).IsUndefined(); }

void readInteger(const Napi::Object& object, const char* name, int& value) {
  if (has(object, name)) value = integerField(object, name);
}

void readBoolean(const Napi::Object& object, const char* name, bool& value) {
  if (has(object, name)) value = booleanField(object, name);
}

DialMethod dialMethodOf(const std::string& name) {
  if (name == "dtmf") return DialMethod::dtmf;
  if (name == "pulse") return DialMethod::pulse;
  throw std::invalid_argument("dialling must be dtmf or pulse, not \"" + name + "\"");
}

AnswerRule answerRuleOf(const std::string& name) {
  if (name == "polarity") return AnswerRule::polarity;
  if (name == "voice") return AnswerRule::voice;
  if (name == "ringbackEnd") return AnswerRule::ringbackEnd;
  if (name == "timer") return AnswerRule::timer;
  throw std::invalid_argument("answer must be polarity, voice, ringbackEnd or timer, not \"" + name + "\"");
}

WithoutDialTone withoutDialToneOf(const std::string& name) {
  if (name == "fail") return WithoutDialTone::fail;
  if (name == "dial") return WithoutDialTone::dial;
  throw std::invalid_argument("withoutDialTone must be fail or dial, not \"" + name + "\"");
}

/// `settings` with what `object` has of them.
LineSettings lineSettingsOf(const Napi::Object& object, LineSettings settings) {
  FxoSettings& fxo = settings.fxo;
  FxsSettings& fxs = settings.fxs;
  if (const auto name = optionalString(object, "dialling")) fxo.dialling = dialMethodOf(*name);
  if (const auto name = optionalString(object, "answer")) fxo.answer = answerRuleOf(*name);
  if (const auto name = optionalString(object, "withoutDialTone")) fxo.withoutDialTone = withoutDialToneOf(*name);
  readInteger(object, "dialToneMs", fxo.dialToneMs);
  readInteger(object, "answerTimerMs", fxo.answerTimerMs);
  readInteger(object, "silenceLimitMs", fxo.silenceLimitMs);
  readInteger(object, "absoluteLimitMs", fxo.absoluteLimitMs);
  readInteger(object, "shortestRingMs", fxo.shortestRingMs);
  readInteger(object, "guardMs", fxo.guardMs);
  readBoolean(object, "clearByBatteryDrop", fxo.clearing.batteryDrop);
  readBoolean(object, "clearByReversal", fxo.clearing.reversal);
  readBoolean(object, "clearByTones", fxo.clearing.tones);
  readBoolean(object, "clearByDialTone", fxo.clearing.dialTone);
  readInteger(object, "firstDigitMs", fxs.firstDigitMs);
  readInteger(object, "nextDigitMs", fxs.nextDigitMs);
  readBoolean(object, "messageWaiting", fxs.messageWaiting);
  if (has(object, "completeNumbers")) fxs.completeNumbers = stringsField(object, "completeNumbers");
  return settings;
}

/// What a telephone is to be shown of its caller; nothing where `value` is undefined.
CallerIdMessage shownCallerOf(const Napi::Value& value) {
  CallerIdMessage message;
  if (value.IsUndefined()) return message;
  const Napi::Object caller = objectOf(value, "caller");
  message.callType = 1;
  if (booleanField(caller, "withheld")) {
    message.numberAbsence = message.nameAbsence = DisplayAbsence::withheld;
    return message;
  }
  message.number = {stringField(caller, "number")};
  message.name = {stringField(caller, "name")};
  if (message.number.empty()) message.numberAbsence = DisplayAbsence::unavailable;
  return message;
}

CallOptions callOptionsOf(const Napi::Object& object) {
  CallOptions options;
  if (const auto name = optionalString(object, "dialling")) options.dialling = dialMethodOf(*name);
  if (const auto name = optionalString(object, "answer")) options.answer = answerRuleOf(*name);
  if (has(object, "absoluteLimitMs")) options.absoluteLimitMs = integerField(object, "absoluteLimitMs");
  options.caller = shownCallerOf(object.Get("caller"));
  return options;
}

}  // namespace

void bindAnalogue(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "analogueDial", WhenClosed::noHandle, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->analogue == nullptr) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Napi::Object options = objectOf(info[1], "options");
    const Engine::Created created = card->analogue->dial(integerOf(info[0], "channel"), stringField(options, "digits"), callOptionsOf(options));
    return createdValue(info.Env(), created.status, created.handle);
  });
  instance.define(target, "analogueConfigure", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->analogue == nullptr) return statusValue(info.Env(), Status::unavailable);
    const LineSettings settings = lineSettingsOf(objectOf(info[1], "settings"), card->analogue->defaults());
    return statusValue(info.Env(), card->analogue->configure(integerOf(info[0], "channel"), settings));
  });
  instance.define(target, "analogueFlash", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    if (card->analogue == nullptr) return statusValue(info.Env(), Status::unavailable);
    return statusValue(info.Env(), card->analogue->flash(handleOf(info[0])));
  });
}

}  // namespace branchline
