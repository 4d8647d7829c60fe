// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/values.hpp"

#include <cmath>
#include <limits>

namespace branchline {

namespace {

[[noreturn]] void refuse(const Napi::Env& env, const char* what, const char* wanted) {
  throw Napi::TypeError::New(env, std::string(what) + " must be " + wanted);
}

}  // namespace

std::string stringOf(const Napi::Value& value, const char* what) {
  if (!value.IsString()) refuse(value.Env(), what, "a string");
  return value.As<Napi::String>().Utf8Value();
}

double numberOf(const Napi::Value& value, const char* what) {
  if (!value.IsNumber()) refuse(value.Env(), what, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int integerOf(const Napi::Value& value, const char* what) {
  const double number = numberOf(value, what);
  const bool whole = std::isfinite(number) && number == std::trunc(number) && std::abs(number) <= std::numeric_limits<int>::max();
  if (!whole) refuse(value.Env(), what, "a whole number");
  return static_cast<int>(number);
}

bool booleanOf(const Napi::Value& value, const char* what) {
  if (!value.IsBoolean()) refuse(value.Env(), what, "true or false");
  return value.As<Napi::Boolean>().Value();
}

Napi::Object objectOf(const Napi::Value& value, const char* what) {
  if (!value.IsObject()) refuse(value.Env(), what, "an object");
  return value.As<Napi::Object>();
}

Handle handleOf(const Napi::Value& value) {
  if (!value.IsNumber()) return kNoHandle;
  const double number = value.As<Napi::Number>().DoubleValue();
  const bool possible = number >= 0 && number <= std::numeric_limits<Handle>::max() && number == std::trunc(number);
  return possible ? static_cast<Handle>(number) : kNoHandle;
}

std::string stringField(const Napi::Object& object, const char* name) { return stringOf(object.Get(name), name); }

std::optional<std::string> optionalString(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return std::nullopt;
  return stringOf(value, name);
}

int integerField(const Napi::Object& object, const char* name) { return integerOf(object.Get(name), name); }

bool booleanField(const Napi::Object& object, const char* name) { return booleanOf(object.Get(name), name); }

std::vector<std::string> stringsField(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) refuse(object.Env(), name, "an array of strings");
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  for (std::uint32_t i = 0; i < array.Length(); i++) strings.push_back(stringOf(array.Get(i), name));
  return strings;
}

std::vector<int> integersOf(const Napi::Value& value, const char* what) {
  if (!value.IsArray()) refuse(value.Env(), what, "an array of whole numbers");
  const auto array = value.As<Napi::Array>();
  std::vector<int> integers;
  for (std::uint32_t i = 0; i < array.Length(); i++) integers.push_back(integerOf(array.Get(i), what));
  return integers;
}

std::vector<Napi::Object> objectsOf(const Napi::Value& value, const char* what) {
  if (!value.IsArray()) refuse(value.Env(), what, "an array of objects");
  const auto array = value.As<Napi::Array>();
  std::vector<Napi::Object> objects;
  for (std::uint32_t i = 0; i < array.Length(); i++) objects.push_back(objectOf(array.Get(i), what));
  return objects;
}

std::vector<ToneSegment> toneSegmentsOf(const Napi::Value& value, const char* what) {
  std::vector<ToneSegment> segments;
  for (const Napi::Object& object : objectsOf(value, what)) {
    ToneSegment segment{.levelDbm0 = numberOf(object.Get("levelDbm0"), "levelDbm0"), .milliseconds = integerField(object, "milliseconds")};
    const Napi::Value frequencies = object.Get("frequencies");
    constexpr std::uint32_t kMostTones = std::size(segment.frequencies);
    if (!frequencies.IsArray() || frequencies.As<Napi::Array>().Length() > kMostTones)
      refuse(value.Env(), "frequencies", "an array of up to four numbers");
    const auto array = frequencies.As<Napi::Array>();
    for (std::uint32_t i = 0; i < array.Length(); i++) segment.frequencies[i] = numberOf(array.Get(i), "frequencies");
    segments.push_back(segment);
  }
  return segments;
}

Napi::Value statusValue(Napi::Env env, Status status) { return Napi::Number::New(env, static_cast<int>(status)); }

Napi::Value createdValue(Napi::Env env, Status status, Handle handle) {
  Napi::Object created = Napi::Object::New(env);
  created.Set("status", statusValue(env, status));
  created.Set("handle", Napi::Number::New(env, handle));
  return created;
}

}  // namespace branchline
