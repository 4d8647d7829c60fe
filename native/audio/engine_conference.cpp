// SPDX-License-Identifier: GPL-3.0-or-later
//
// Conferences in the control threads' half of the engine.
#include <algorithm>

#include "audio/engine_impl.hpp"

namespace branchline {

Engine::Created Engine::Impl::createConference() {
  const std::lock_guard lock(mutex_);
  const Handle handle = allocate(kLeg, LegEntry{.owner = &conferenceOwner_});
  if (handle == kNoHandle) return {Status::full};
  LegEntry& entry = entryOf<LegEntry>(handle);
  entry.audio = std::make_shared<LegAudio>(handle);
  entry.conference = std::make_unique<Conference>(*entry.audio);
  entry.audio->conference = entry.conference.get();
  if (core_.post(command::AddLeg{entry.audio.get()})) return {Status::ok, handle};
  release(handle);
  return {Status::full};
}

Engine::Created Engine::Impl::joinConference(Handle conference, Handle leg, MemberSettings settings) {
  const std::lock_guard lock(mutex_);
  Status status = check(conference, kLeg);
  if (status == Status::ok && entryOf<LegEntry>(conference).conference == nullptr) status = Status::wrongKind;
  if (status == Status::ok) status = checkParty(leg);
  if (status == Status::ok && !isFree(leg)) status = Status::wrongState;
  if (status == Status::ok) status = checkCoached(conference, settings);
  if (status != Status::ok) return {status};
  const Handle handle = allocate(kMember, MemberEntry{std::make_unique<ConferenceMember>()});
  if (handle == kNoHandle) return {Status::full};
  ConferenceMember& member = *entryOf<MemberEntry>(handle).member;
  member.handle = handle;
  member.conference = conference;
  member.leg = leg;
  member.role = settings.role;
  member.coached = settings.coached;
  if (!core_.post(command::AddMember{&member})) {
    release(handle);
    return {Status::full};
  }
  entryOf<LegEntry>(leg).membership = handle;
  entryOf<LegEntry>(conference).members.push_back(handle);
  addDependant(leg);
  addDependant(conference);
  return {Status::ok, handle};
}

Status Engine::Impl::setMember(Handle member, MemberSettings settings) {
  const std::lock_guard lock(mutex_);
  Status status = check(member, kMember);
  if (status == Status::ok) status = checkCoached(entryOf<MemberEntry>(member).member->conference, settings);
  if (status == Status::ok && settings.coached == member) status = Status::invalidArgument;
  if (status != Status::ok) return status;
  return core_.post(command::SetMember{member, settings.role, settings.coached}) ? Status::ok : Status::full;
}

/// A coach speaks to a member of its own conference; nobody else names one.
Status Engine::Impl::checkCoached(Handle conference, const MemberSettings& settings) {
  if (settings.role != MemberRole::coach) return settings.coached == kNoHandle ? Status::ok : Status::invalidArgument;
  const Status status = check(settings.coached, kMember);
  if (status != Status::ok) return status;
  return entryOf<MemberEntry>(settings.coached).member->conference == conference ? Status::ok : Status::invalidArgument;
}

Status Engine::Impl::leaveConference(Handle member) {
  const std::lock_guard lock(mutex_);
  const Status status = check(member, kMember);
  if (status != Status::ok) return status;
  if (!core_.post(command::EndMember{member})) return Status::full;
  forgetMember(member);
  return Status::ok;
}

/// The membership is about to end: its leg may join another, or be bridged.
void Engine::Impl::forgetMember(Handle member) {
  MemberEntry& entry = entryOf<MemberEntry>(member);
  entry.ending = true;
  entryOf<LegEntry>(entry.member->leg).membership = kNoHandle;
  std::erase(entryOf<LegEntry>(entry.member->conference).members, member);
}

void Engine::Impl::forgetConference(LegEntry& conference) {
  while (!conference.members.empty()) forgetMember(conference.members.back());
}

}  // namespace branchline
