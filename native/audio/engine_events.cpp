// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the engine tells of its objects: events of the audio thread and ends of recordings on their way to the sink.
#include "audio/engine_impl.hpp"

namespace branchline {

namespace {

std::int64_t milliseconds(std::int64_t samples) { return samples / (kSampleRate / 1000); }

}  // namespace

/// Writing thread.
void Engine::Impl::recorderEnded(const Recorder& recorder) {
  const std::lock_guard lock(mutex_);
  const Handle leg = recorder.leg();
  sink_.post({.type = "recorderEnded",
              .subject = recorder.handle(),
              .subjectName = "recorder",
              .atNs = recorder.endedAtNs(),
              .fields = {{"leg", std::int64_t{leg}},
                         {"reason", std::string(recorderEndName(recorder.reason()))},
                         {"file", recorder.writtenFile()},
                         {"recordedMs", recorder.recordedMs()},
                         {"detail", recorder.failure()}}});
  release(recorder.handle());
  removeDependant(leg);
}

void Engine::Impl::drainEvents() {
  const std::lock_guard lock(drainMutex_);
  core_.eventsWake().clear();
  AudioEvent event;
  while (core_.nextEvent(event)) tell(event);
}

void Engine::Impl::tell(const AudioEvent& event) {
  const std::lock_guard lock(mutex_);
  std::visit([&](const auto& what) { tell(event.atNs, what); }, event.what);
}

void Engine::Impl::tell(std::int64_t atNs, const heard::Digit& digit) {
  sink_.post({.type = "digit",
              .subject = digit.leg,
              .atNs = atNs,
              .fields = {{"digit", std::string(1, digit.digit)},
                         {"durationMs", std::int64_t{digit.durationMs}},
                         {"method", std::string(digitWayName(digit.way))}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::Tone& tone) {
  sink_.post({.type = "tone", .subject = tone.leg, .atNs = atNs, .fields = {{"tone", std::string(callToneName(tone.tone))}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::Special& special) {
  sink_.post({.type = "specialTone",
              .subject = special.leg,
              .atNs = atNs,
              .fields = {{"tone", std::string(specialToneName(special.what.tone))}, {"phaseReversals", special.what.phaseReversals}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::Answered& answered) {
  sink_.post({.type = "answeredBy",
              .subject = answered.leg,
              .atNs = atNs,
              .fields = {{"by", std::string(answeredByName(answered.what.by))},
                         {"reason", std::string(answerReasonName(answered.what.reason))},
                         {"decidedMs", std::int64_t{answered.what.decidedMs}}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::Beep& beep) { sink_.post({.type = "beep", .subject = beep.leg, .atNs = atNs}); }

void Engine::Impl::tell(std::int64_t atNs, const heard::DigitsSent& sent) {
  sink_.post({.type = "digitsSent", .subject = sent.leg, .atNs = atNs, .fields = {{"method", std::string(digitWayName(DigitWay::inBand))}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::PlayerEnded& ended) {
  const PlayerEntry& entry = entryOf<PlayerEntry>(ended.player);
  const Handle leg = entry.player->leg;
  if (entry.files != nullptr) entry.files->abandon();
  sink_.post({.type = "playerEnded",
              .subject = ended.player,
              .subjectName = "player",
              .atNs = atNs,
              .fields = {{"leg", std::int64_t{leg}},
                         {"reason", std::string(playerEndName(ended.reason))},
                         {"key", ended.key == 0 ? std::string() : std::string(1, ended.key)},
                         {"playedMs", milliseconds(ended.playedSamples)},
                         {"detail", ended.reason == PlayerEnd::error ? entry.player->source->failure() : std::string()}}});
  release(ended.player);
  removeDependant(leg);
}

void Engine::Impl::tell(std::int64_t atNs, const heard::BridgeEnded& ended) {
  const Bridge bridge = *entryOf<BridgeEntry>(ended.bridge).bridge;
  sink_.post({.type = "bridgeEnded",
              .subject = ended.bridge,
              .subjectName = "bridge",
              .atNs = atNs,
              .fields = {{"reason", std::string(ended.legEnded ? "legEnded" : "unbridged")}}});
  release(ended.bridge);
  removeDependant(bridge.legA);
  removeDependant(bridge.legB);
}

void Engine::Impl::tell(std::int64_t atNs, const heard::MemberTalks& talks) {
  const ConferenceMember& member = *entryOf<MemberEntry>(talks.member).member;
  sink_.post({.type = "memberTalks",
              .subject = talks.member,
              .subjectName = "member",
              .atNs = atNs,
              .fields = {{"leg", std::int64_t{member.leg}}, {"conference", std::int64_t{member.conference}}, {"talking", talks.talking}}});
}

void Engine::Impl::tell(std::int64_t atNs, const heard::MemberEnded& ended) {
  const MemberEntry& entry = entryOf<MemberEntry>(ended.member);
  const Handle leg = entry.member->leg;
  const Handle conference = entry.member->conference;
  sink_.post(
      {.type = "memberEnded",
       .subject = ended.member,
       .subjectName = "member",
       .atNs = atNs,
       .fields = {{"leg", std::int64_t{leg}}, {"conference", std::int64_t{conference}}, {"reason", std::string(memberEndName(ended.reason))}}});
  release(ended.member);
  removeDependant(leg);
  removeDependant(conference);
}

void Engine::Impl::tell(std::int64_t, const heard::LegGone& gone) {
  entryOf<LegEntry>(gone.leg).gone = true;
  finishLeg(gone.leg);
}

}  // namespace branchline
