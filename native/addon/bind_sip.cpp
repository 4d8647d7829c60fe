// SPDX-License-Identifier: GPL-3.0-or-later
#include <napi.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "sip/sip_stack.hpp"

namespace branchline {
namespace {

template <typename Choice, std::size_t N>
Choice choiceField(const Napi::Object& object, const char* name, const std::pair<std::string_view, Choice> (&choices)[N]) {
  const std::string text = stringField(object, name);
  for (const auto& [word, choice] : choices) {
    if (word == text) return choice;
  }
  throw Napi::TypeError::New(object.Env(), std::string(name) + " can't be \"" + text + "\"");
}

bool has(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  return !value.IsUndefined() && !value.IsNull();
}

SipOptions sipOptionsOf(const Napi::Object& object) {
  SipOptions options;
  options.host = stringField(object, "host");
  options.port = integerField(object, "port");
  if (has(object, "tls")) {
    const Napi::Object tls = objectOf(object.Get("tls"), "tls");
    options.tls =
        SipTlsOptions{integerField(tls, "port"), stringField(tls, "certificateFile"), stringField(tls, "keyFile"), optionalString(tls, "caFile")};
  }
  options.userAgent = stringField(object, "userAgent");
  options.maxCalls = integerField(object, "maxCalls");
  const Napi::Object ports = objectOf(object.Get("rtpPorts"), "rtpPorts");
  options.firstRtpPort = integerOf(ports.Get(0U), "rtpPorts[0]");
  options.lastRtpPort = integerOf(ports.Get(1U), "rtpPorts[1]");
  options.codecs = stringsField(object, "codecs");
  options.logLevel = integerField(object, "logLevel");
  options.logFile = optionalString(object, "logFile");
  return options;
}

SipTrunkOptions trunkOptionsOf(const Napi::Object& object) {
  SipTrunkOptions options;
  options.address = stringField(object, "address");
  options.port = integerField(object, "port");
  options.domain = stringField(object, "domain");
  options.transport =
      choiceField<SipTransport>(object, "transport", {{"udp", SipTransport::udp}, {"tcp", SipTransport::tcp}, {"tls", SipTransport::tls}});
  if (has(object, "register")) {
    const Napi::Object registration = objectOf(object.Get("register"), "register");
    options.registration = SipRegistration{stringField(registration, "username"), stringField(registration, "password"),
                                           optionalString(registration, "realm"), integerField(registration, "expiresSeconds")};
  }
  options.optionsSeconds = integerField(object, "optionsSeconds");
  options.srtp = choiceField<SrtpUse>(object, "srtp", {{"off", SrtpUse::off}, {"optional", SrtpUse::optional}, {"mandatory", SrtpUse::mandatory}});
  options.dtmf = choiceField<TrunkDigits>(
      object, "dtmf",
      {{"automatic", TrunkDigits::automatic}, {"rfc4733", TrunkDigits::rfc4733}, {"info", TrunkDigits::info}, {"inBand", TrunkDigits::inBand}});
  options.refer = choiceField<ReferPolicy>(object, "refer", {{"refuse", ReferPolicy::refuse}, {"follow", ReferPolicy::follow}});
  return options;
}

SipDialOptions dialOptionsOf(const Napi::Object& object) {
  SipDialOptions options;
  options.uri = stringField(object, "uri");
  options.fromUri = stringField(object, "fromUri");
  options.fromName = stringField(object, "fromName");
  options.assertedUri = optionalString(object, "assertedUri");
  options.privacy = optionalString(object, "privacy");
  options.diversion = optionalString(object, "diversion");
  options.callId = stringField(object, "callId");
  options.fromTag = stringField(object, "fromTag");
  return options;
}

Napi::Value portsValue(Napi::Env env, const SipPorts& ports) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("udp", ports.udp);
  object.Set("tcp", ports.tcp);
  object.Set("tls", ports.tls);
  return object;
}

using Stack = std::shared_ptr<std::unique_ptr<SipStack>>;  // Null until sipStart; every method below holds the same one.

void start(Instance& instance, const Stack& stack, const Napi::CallbackInfo& info) {
  if (*stack) throw std::runtime_error("sipStart: this engine has started SIP already");
  *stack = std::make_unique<SipStack>(instance.engine(), instance.sink(), sipOptionsOf(objectOf(info[0], "options")));
  instance.onClose([stack] {
    (*stack)->close();
    stack->reset();
  });
}

}  // namespace

void bindSip(Napi::Object target, Instance& instance) {
  const Stack stack = std::make_shared<std::unique_ptr<SipStack>>();

  instance.define(target, "sipStart", WhenClosed::throws, [&instance, stack](const Napi::CallbackInfo& info) -> Napi::Value {
    start(instance, stack, info);
    return info.Env().Undefined();
  });
  instance.define(target, "sipPorts", WhenClosed::throws,
                  [stack](const Napi::CallbackInfo& info) -> Napi::Value { return portsValue(info.Env(), *stack ? (*stack)->ports() : SipPorts{}); });
  instance.define(target, "sipAddTrunk", WhenClosed::noHandle, [stack](const Napi::CallbackInfo& info) -> Napi::Value {
    SipTrunkOptions options = trunkOptionsOf(objectOf(info[0], "options"));
    if (!*stack) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Engine::Created created = (*stack)->addTrunk(std::move(options));
    return createdValue(info.Env(), created.status, created.handle);
  });
  instance.define(target, "sipRemoveTrunk", WhenClosed::unavailable, [stack](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), *stack ? (*stack)->removeTrunk(handleOf(info[0])) : Status::unavailable);
  });
  instance.define(target, "sipDial", WhenClosed::noHandle, [stack](const Napi::CallbackInfo& info) -> Napi::Value {
    SipDialOptions options = dialOptionsOf(objectOf(info[1], "options"));
    if (!*stack) return createdValue(info.Env(), Status::unavailable, kNoHandle);
    const Engine::Created created = (*stack)->dial(handleOf(info[0]), std::move(options));
    return createdValue(info.Env(), created.status, created.handle);
  });
}

std::map<std::string, std::string> sipVersions() { return sipLibraryVersions(); }

}  // namespace branchline
