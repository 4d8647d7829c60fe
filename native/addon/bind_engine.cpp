// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "addon/bind_conference.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "common/duration_histogram.hpp"
#include "sip/lock_waits.hpp"

namespace branchline {

namespace {

Napi::Value createdValue(Napi::Env env, const Engine::Created& created) { return branchline::createdValue(env, created.status, created.handle); }

PlayRequest playRequestOf(const Napi::Value& value) {
  const Napi::Object options = objectOf(value, "options");
  return {.files = stringsField(options, "files"),
          .loop = booleanField(options, "loop"),
          .stopKeys = stringField(options, "stopKeys"),
          .queued = booleanField(options, "queued")};
}

RecordRequest recordRequestOf(const Napi::Value& value) {
  const Napi::Object options = objectOf(value, "options");
  RecordRequest request{.file = stringField(options, "file"), .maxSeconds = integerField(options, "maxSeconds")};
  const std::string direction = stringField(options, "direction");
  if (direction == "received") {
    request.direction = RecordDirection::received;
  } else if (direction == "sent") {
    request.direction = RecordDirection::sent;
  } else if (direction == "both") {
    request.direction = RecordDirection::both;
  } else if (direction == "mixed") {
    request.direction = RecordDirection::mixed;
  } else {
    throw Napi::TypeError::New(value.Env(), "direction must be received, sent, both or mixed");
  }
  const std::string format = stringField(options, "format");
  if (format != "linear16" && format != "alaw") throw Napi::TypeError::New(value.Env(), "format must be linear16 or alaw");
  request.format = format == "alaw" ? RecordFormat::alaw : RecordFormat::linear16;
  return request;
}

DigitMethod digitMethodOf(const Napi::Value& value) {
  const std::string method = stringOf(value, "method");
  if (method == "automatic") return DigitMethod::automatic;
  if (method == "rfc4733") return DigitMethod::rfc4733;
  if (method == "info") return DigitMethod::info;
  if (method == "inBand") return DigitMethod::inBand;
  throw Napi::TypeError::New(value.Env(), "method must be automatic, rfc4733, info or inBand");
}

Napi::Value histogramValue(Napi::Env env, const DurationHistogram::Reading& reading) {
  constexpr double kNsInS = 1e9;
  Napi::Array bounds = Napi::Array::New(env, DurationHistogram::kBoundsNs.size());
  for (std::uint32_t i = 0; i < DurationHistogram::kBoundsNs.size(); i++) {
    bounds.Set(i, Napi::Number::New(env, static_cast<double>(DurationHistogram::kBoundsNs[i]) / kNsInS));
  }
  Napi::Array counts = Napi::Array::New(env, reading.counts.size());
  for (std::uint32_t i = 0; i < reading.counts.size(); i++) counts.Set(i, Napi::Number::New(env, static_cast<double>(reading.counts[i])));
  Napi::Object object = Napi::Object::New(env);
  object.Set("boundsSeconds", bounds);
  object.Set("counts", counts);
  object.Set("sumSeconds", Napi::Number::New(env, static_cast<double>(reading.sumNs) / kNsInS));
  return object;
}

Napi::Value countersValue(Napi::Env env, const Engine::Counters& counters) {
  constexpr double kNsInUs = 1000;
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* name, auto number) { object.Set(name, Napi::Number::New(env, static_cast<double>(number))); };
  set("frames", counters.frames);
  set("lateFrames", counters.lateFrames);
  set("skippedFrames", counters.skippedFrames);
  set("worstLatenessMicroseconds", static_cast<double>(counters.worstLatenessNs) / kNsInUs);
  set("worstFrameMicroseconds", static_cast<double>(counters.worstFrameNs) / kNsInUs);
  set("prefetchUnderruns", counters.prefetchUnderruns);
  set("recordOverruns", counters.recordOverruns);
  set("eventsLost", counters.eventsLost);
  set("legs", counters.legs);
  set("players", counters.players);
  set("recorders", counters.recorders);
  set("bridges", counters.bridges);
  set("conferenceMembers", counters.conferenceMembers);
  object.Set("frameLateness", histogramValue(env, counters.frameLateness));
  object.Set("frameTime", histogramValue(env, counters.frameTime));
  object.Set("lockWait", histogramValue(env, lockWaits().read()));
  object.Set("realtime", counters.realtime);
  return object;
}

/// Digits by the leg's line, or in-band by the engine where it is asked for, or the line knows no other way.
Status sendDigits(Engine& engine, Handle leg, const std::string& digits, int onMs, int offMs, DigitMethod method) {
  LegOwner* const owner = engine.ownerOf(leg);
  if (owner == nullptr) return Status::staleHandle;
  if (method != DigitMethod::inBand) {
    const Status status = owner->sendDigits(leg, digits, onMs, offMs, method);
    if (status != Status::unavailable || method != DigitMethod::automatic) return status;
  }
  return engine.sendInBandDigits(leg, digits, onMs, offMs);
}

/// Runs `command` with the line stack that owns the leg of the first argument.
template <typename Command>
Napi::Value withOwner(Instance& instance, const Napi::CallbackInfo& info, Command command) {
  const Handle leg = handleOf(info[0]);
  LegOwner* const owner = instance.engine().ownerOf(leg);
  return statusValue(info.Env(), owner == nullptr ? Status::staleHandle : command(*owner, leg));
}

void bindTime(Napi::Object& target, Instance& instance) {
  instance.define(target, "nowMs", WhenClosed::throws, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    constexpr double kNsInMs = 1e6;
    return Napi::Number::New(info.Env(), static_cast<double>(instance.engine().clock().nowNs()) / kNsInMs);
  });
  instance.define(target, "step", WhenClosed::throws, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    instance.engine().step(integerOf(info[0], "milliseconds"));
    instance.deliverNow(info.Env());
    return info.Env().Undefined();
  });
}

void bindMedia(Napi::Object& target, Instance& instance) {
  instance.define(target, "bridge", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return createdValue(info.Env(), instance.engine().bridge(handleOf(info[0]), handleOf(info[1])));
  });
  instance.define(target, "unbridge", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), instance.engine().unbridge(handleOf(info[0])));
  });
  instance.define(target, "play", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return createdValue(info.Env(), instance.engine().play(handleOf(info[0]), playRequestOf(info[1])));
  });
  instance.define(target, "playTone", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    ToneRequest request{.segments = toneSegmentsOf(info[1], "segments"), .loop = booleanOf(info[2], "loop")};
    return createdValue(info.Env(), instance.engine().playTone(handleOf(info[0]), std::move(request)));
  });
  instance.define(target, "stopPlayer", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), instance.engine().stopPlayer(handleOf(info[0])));
  });
  instance.define(target, "record", WhenClosed::noHandle, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return createdValue(info.Env(), instance.engine().record(handleOf(info[0]), recordRequestOf(info[1])));
  });
  instance.define(target, "stopRecorder", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), instance.engine().stopRecorder(handleOf(info[0])));
  });
  instance.define(target, "pauseRecorder", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const RecorderChange change = booleanOf(info[1], "paused") ? RecorderChange::pause : RecorderChange::resume;
    return statusValue(info.Env(), instance.engine().changeRecorder(handleOf(info[0]), change));
  });
  instance.define(target, "muteRecorder", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const RecorderChange change = booleanOf(info[1], "muted") ? RecorderChange::mute : RecorderChange::unmute;
    return statusValue(info.Env(), instance.engine().changeRecorder(handleOf(info[0]), change));
  });
  instance.define(target, "setDetectors", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Object detectors = objectOf(info[1], "detectors");
    const DetectorSettings settings{.dtmf = booleanField(detectors, "dtmf"),
                                    .tones = booleanField(detectors, "tones"),
                                    .special = detectors.Has("special") && booleanField(detectors, "special"),
                                    .answer = detectors.Has("answer") && booleanField(detectors, "answer")};
    return statusValue(info.Env(), instance.engine().setDetectors(handleOf(info[0]), settings));
  });
}

void bindMeasures(Napi::Object& target, Instance& instance) {
  instance.define(target, "levels", WhenClosed::throws, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const Engine::Levels levels = instance.engine().levels(handleOf(info[0]));
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("status", statusValue(info.Env(), levels.status));
    object.Set("receivedDbm0", levels.receivedDbm0);
    object.Set("sentDbm0", levels.sentDbm0);
    return object;
  });
  instance.define(target, "counters", WhenClosed::throws,
                  [&instance](const Napi::CallbackInfo& info) -> Napi::Value { return countersValue(info.Env(), instance.engine().counters()); });
  instance.define(target, "resetWorst", WhenClosed::throws, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    instance.engine().resetWorst();
    return info.Env().Undefined();
  });
}

void bindLegs(Napi::Object& target, Instance& instance) {
  instance.define(target, "ring", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const bool earlyMedia = booleanOf(info[1], "earlyMedia");
    return withOwner(instance, info, [&](LegOwner& owner, Handle leg) { return owner.ring(leg, earlyMedia); });
  });
  instance.define(target, "answer", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return withOwner(instance, info, [](LegOwner& owner, Handle leg) { return owner.answer(leg); });
  });
  instance.define(target, "clear", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    const ClearRequest request{.q850 = integerOf(info[1], "q850"), .sipStatus = integerOf(info[2], "sipStatus")};
    return withOwner(instance, info, [&](LegOwner& owner, Handle leg) { return owner.clear(leg, request); });
  });
  instance.define(target, "sendDigits", WhenClosed::unavailable, [&instance](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), sendDigits(instance.engine(), handleOf(info[0]), stringOf(info[1], "digits"), integerOf(info[2], "onMs"),
                                              integerOf(info[3], "offMs"), digitMethodOf(info[4])));
  });
}

}  // namespace

void bindEngine(Napi::Object target, Instance& instance) {
  bindTime(target, instance);
  bindMedia(target, instance);
  bindConference(target, instance);
  bindMeasures(target, instance);
  bindLegs(target, instance);
}

}  // namespace branchline
