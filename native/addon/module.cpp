// SPDX-License-Identifier: GPL-3.0-or-later
#include <napi.h>

#include "addon/environment.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"

namespace branchline {

namespace {

constexpr int kBorderVersion = 1;

EngineOptions engineOptionsOf(const Napi::Value& value) {
  constexpr int kFewestHandles = 16;
  const Napi::Object options = objectOf(value, "options");
  const int maxHandles = integerField(options, "maxHandles");
  if (maxHandles < kFewestHandles || maxHandles > static_cast<int>(kMaxHandles)) {
    throw Napi::RangeError::New(value.Env(), "options.maxHandles must be 16…4096");
  }
  const std::string code = optionalString(options, "country").value_or(std::string(defaultCountry().code));
  const Country* const country = findCountry(code);
  if (country == nullptr) throw Napi::RangeError::New(value.Env(), "options.country: there is no row for " + code + " in the table of countries");
  return {.stepped = booleanField(options, "stepped"),
          .maxHandles = static_cast<std::uint32_t>(maxHandles),
          .realtimePriority = booleanField(options, "realtimePriority"),
          .country = country};
}

Napi::Value createEngine(const Napi::CallbackInfo& info) {
  if (!info[1].IsFunction()) throw Napi::TypeError::New(info.Env(), "onEvents must be a function");
  return Instance::create(info.Env(), engineOptionsOf(info[0]), info[1].As<Napi::Function>());
}

Napi::Object versionsOf(Napi::Env env) {
  Napi::Object versions = Napi::Object::New(env);
  for (const auto& [library, version] : sipVersions()) versions.Set(library, version);
  return versions;
}

Napi::Array countriesOf(Napi::Env env) {
  Napi::Array codes = Napi::Array::New(env);
  for (const Country& country : countries()) codes.Set(codes.Length(), Napi::String::New(env, std::string(country.code)));
  return codes;
}

Napi::Object load(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  exports.Set("borderVersion", kBorderVersion);
  exports.Set("versions", versionsOf(env));
  exports.Set("countries", countriesOf(env));
  exports.Set("createEngine", Napi::Function::New(env, createEngine, "createEngine"));
  return exports;
}

}  // namespace

}  // namespace branchline

static Napi::Object loadBranchline(Napi::Env env, Napi::Object exports) { return branchline::load(env, exports); }
NODE_API_MODULE(branchline, loadBranchline)
