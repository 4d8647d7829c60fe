// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/engine.hpp"

#include <algorithm>
#include <cstring>

#include "audio/engine_impl.hpp"

namespace branchline {

namespace {

DigitWay digitWayOf(const char* method) {
  if (std::strcmp(method, "rfc4733") == 0) return DigitWay::rfc4733;
  return std::strcmp(method, "info") == 0 ? DigitWay::info : DigitWay::inBand;
}

}  // namespace

Engine::Engine(EngineOptions options, EventSink& sink) : impl_(std::make_unique<Impl>(options, sink)) {}
Engine::~Engine() = default;

const Country& Engine::country() const noexcept { return impl_->country(); }
Clock& Engine::clock() noexcept { return impl_->clock(); }
void Engine::step(int milliseconds) { impl_->step(milliseconds); }
void Engine::addPart(SteppedPart& part) { impl_->addPart(part); }
void Engine::removePart(SteppedPart& part) { impl_->removePart(part); }
void Engine::addFrameHook(void (*hook)(void* context) noexcept, void* context) { impl_->core().addHook(hook, context); }
void Engine::removeFrameHook(void* context) { impl_->core().removeHook(context); }
void Engine::pace(std::int32_t ns) noexcept { impl_->core().pace(ns); }

Handle Engine::createLeg(LegOwner& owner) { return impl_->createLeg(owner); }
Status Engine::attach(Handle leg, MediaPort& port) { return impl_->attach(leg, port); }
Status Engine::detach(Handle leg) { return impl_->detach(leg); }
void Engine::digitReceived(Handle leg, char digit, int durationMs, const char* method) {
  impl_->digitReceived(leg, digit, durationMs, digitWayOf(method));
}
Status Engine::endLeg(Handle leg, EndFields fields) { return impl_->endLeg(leg, std::move(fields)); }
LegOwner* Engine::ownerOf(Handle leg) noexcept { return impl_->ownerOf(leg); }

Engine::Created Engine::bridge(Handle legA, Handle legB) { return impl_->bridge(legA, legB); }
Status Engine::unbridge(Handle bridge) { return impl_->unbridge(bridge); }

Engine::Created Engine::createConference() { return impl_->createConference(); }
Engine::Created Engine::joinConference(Handle conference, Handle leg, MemberSettings settings) {
  return impl_->joinConference(conference, leg, settings);
}
Status Engine::setMember(Handle member, MemberSettings settings) { return impl_->setMember(member, settings); }
Status Engine::leaveConference(Handle member) { return impl_->leaveConference(member); }

Engine::Created Engine::play(Handle leg, PlayRequest request) {
  if (request.files.empty()) return {Status::invalidArgument};
  const bool keysKnown = std::all_of(request.stopKeys.begin(), request.stopKeys.end(), [](char key) { return dtmfDigit(key) == key; });
  if (!keysKnown) return {Status::invalidArgument};
  auto files = std::make_shared<FileSource>(std::move(request.files), request.loop);
  return impl_->play(leg, files, files, std::move(request.stopKeys), request.queued);
}

Engine::Created Engine::playTone(Handle leg, ToneRequest request) {
  if (!ToneGenerator::accepts(request)) return {Status::invalidArgument};
  return impl_->play(leg, std::make_shared<ToneSource>(request), nullptr, {}, false);
}

Status Engine::stopPlayer(Handle player) { return impl_->stopPlayer(player); }
Engine::Created Engine::record(Handle leg, RecordRequest request) { return impl_->record(leg, std::move(request)); }
Status Engine::stopRecorder(Handle recorder) { return impl_->stopRecorder(recorder); }
Status Engine::changeRecorder(Handle recorder, RecorderChange change) { return impl_->changeRecorder(recorder, change); }
Status Engine::setDetectors(Handle leg, DetectorSettings settings) { return impl_->setDetectors(leg, settings); }
Status Engine::sendInBandDigits(Handle leg, std::string_view digits, int onMs, int offMs) {
  return impl_->sendInBandDigits(leg, digits, onMs, offMs);
}

Engine::Levels Engine::levels(Handle leg) const { return impl_->levels(leg); }
Engine::Counters Engine::counters() const { return impl_->counters(); }
void Engine::resetWorst() { impl_->resetWorst(); }
void Engine::drainEvents() { impl_->drainEvents(); }
int Engine::eventFd() const noexcept { return impl_->core().eventsWake().fd(); }

}  // namespace branchline
