// SPDX-License-Identifier: GPL-3.0-or-later
//
// Conferences on the audio thread: who joins and leaves, and their share of a frame.
#include <algorithm>

#include "audio/audio_core.hpp"
#include "audio/audio_core_objects.hpp"

namespace branchline {

void AudioCore::run(const command::AddMember& command) noexcept {
  ConferenceMember& member = *command.member;
  auto* leg = find<LegAudio>(member.leg);
  auto* own = find<LegAudio>(member.conference);
  enter(member.handle, &member);
  if (leg == nullptr || own == nullptr) {
    endMember(member, leg == nullptr ? MemberEnd::legEnded : MemberEnd::conferenceEnded);
    return;
  }
  member.audio = leg;
  leg->membership = &member;
  own->conference->add(member);
}

void AudioCore::run(const command::SetMember& command) noexcept {
  auto* member = find<ConferenceMember>(command.member);
  if (member != nullptr) member->room->setRole(*member, command.role, command.coached);
}

void AudioCore::run(const command::EndMember& command) noexcept {
  if (auto* member = find<ConferenceMember>(command.member)) endMember(*member, MemberEnd::left);
}

void AudioCore::mixConference(LegAudio& own) noexcept {
  Conference& conference = *own.conference;
  const auto announcement = std::span(own.sent.samples).first(kFrameSamples);
  const bool announced = own.players != nullptr && pullPlayers(own, announcement);
  if (!announced) std::ranges::fill(announcement, std::int16_t{0});
  conference.mix(announced ? announcement : std::span<const std::int16_t>{});
  conference.listenToAll(std::span(own.received.samples).first(kFrameSamples));
  own.receivedLevel.add(own.received);
  own.sentLevel.add(own.sent);
  if (own.recorders != nullptr) record(own);
  for (ConferenceMember* member = conference.members(); member != nullptr; member = member->next) {
    if (!member->talkingChanged) continue;
    member->talkingChanged = false;
    tell({nowNs_, heard::MemberTalks{member->handle, member->talker.talking()}});
  }
}

void AudioCore::endMember(ConferenceMember& member, MemberEnd reason) noexcept {
  if (member.room != nullptr) member.room->remove(member);
  if (member.audio != nullptr) member.audio->membership = nullptr;
  leave(member.handle);
  tellEnd({nowNs_, heard::MemberEnded{member.handle, reason}});
}

}  // namespace branchline
