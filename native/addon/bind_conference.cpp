// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/bind_conference.hpp"

#include <stdexcept>
#include <string>

#include "addon/instance.hpp"
#include "addon/values.hpp"

namespace branchline {
namespace {

MemberRole memberRoleOf(const std::string& name) {
  if (name == "speaker") return MemberRole::speaker;
  if (name == "muted") return MemberRole::muted;
  if (name == "listener") return MemberRole::listener;
  if (name == "coach") return MemberRole::coach;
  throw std::invalid_argument("role must be speaker, muted, listener or coach, not \"" + name + "\"");
}

MemberSettings memberSettingsOf(const Napi::Value& value) {
  const Napi::Object settings = objectOf(value, "settings");
  const MemberRole role = memberRoleOf(stringField(settings, "role"));
  return {.role = role, .coached = role == MemberRole::coach ? handleOf(settings.Get("coached")) : kNoHandle};
}

}  // namespace

void bindConference(Napi::Object& target, Instance& instance) {
  instance.define(target, "createConference", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Engine::Created created = instance.engine().createConference();
    return createdValue(info.Env(), created.status, created.handle);
  });
  instance.define(target, "joinConference", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Engine::Created joined = instance.engine().joinConference(handleOf(info[0]), handleOf(info[1]), memberSettingsOf(info[2]));
    return createdValue(info.Env(), joined.status, joined.handle);
  });
  instance.define(target, "setConferenceMember", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), instance.engine().setMember(handleOf(info[0]), memberSettingsOf(info[1])));
  });
  instance.define(target, "leaveConference", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), instance.engine().leaveConference(handleOf(info[0])));
  });
}

}  // namespace branchline
