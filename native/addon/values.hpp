// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/engine.hpp"
#include "common/handle.hpp"

// Reading arguments and making answers. The TypeScript adapters check values for their callers; these checks only keep a wrong type from doing
// harm here, with a TypeError that names the field.

namespace branchline {

std::string stringOf(const Napi::Value& value, const char* what);
double numberOf(const Napi::Value& value, const char* what);
/// A whole number within int's range; TypeError otherwise.
int integerOf(const Napi::Value& value, const char* what);
bool booleanOf(const Napi::Value& value, const char* what);
Napi::Object objectOf(const Napi::Value& value, const char* what);
/// 0 (names nothing) for what is no handle, so that it answers staleHandle and not an exception.
Handle handleOf(const Napi::Value& value);

std::string stringField(const Napi::Object& object, const char* name);
/// Absent or undefined: nullopt.
std::optional<std::string> optionalString(const Napi::Object& object, const char* name);
int integerField(const Napi::Object& object, const char* name);
bool booleanField(const Napi::Object& object, const char* name);
std::vector<std::string> stringsField(const Napi::Object& object, const char* name);
std::vector<int> integersOf(const Napi::Value& value, const char* what);
std::vector<Napi::Object> objectsOf(const Napi::Value& value, const char* what);
/// ToneSegment[] of addon.d.ts.
std::vector<ToneSegment> toneSegmentsOf(const Napi::Value& value, const char* what);

Napi::Value statusValue(Napi::Env env, Status status);
Napi::Value createdValue(Napi::Env env, Status status, Handle handle);

}  // namespace branchline
