// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/conference/conference.hpp"

#include <algorithm>

#include "audio/leg_audio.hpp"

namespace branchline {

namespace {

std::int16_t saturated(std::int32_t value) noexcept { return static_cast<std::int16_t>(std::clamp(value, -32768, 32767)); }

/// `frame` with a gain that moves from one value to the other.
void amplify(const Frame& frame, const Talker::Verdict& verdict, std::span<std::int16_t> out) noexcept {
  if (verdict.gainBefore == 1 && verdict.gain == 1) {
    std::copy_n(frame.samples.begin(), out.size(), out.begin());
    return;
  }
  const float step = (verdict.gain - verdict.gainBefore) / kFrameSamples;
  float gain = verdict.gainBefore;
  for (std::size_t i = 0; i < out.size(); i++) {
    gain += step;
    out[i] = saturated(static_cast<std::int32_t>(gain * static_cast<float>(frame.samples[i])));
  }
}

}  // namespace

void Conference::add(ConferenceMember& member) noexcept {
  member.next = members_;
  members_ = &member;
  member.room = this;
}

void Conference::remove(ConferenceMember& member) noexcept {
  ConferenceMember** place = &members_;
  while (*place != nullptr && *place != &member) place = &(*place)->next;
  if (*place != nullptr) *place = member.next;
  for (ConferenceMember* other = members_; other != nullptr; other = other->next) {
    if (other->whisperer == &member) other->whisperer = nullptr;
  }
  member.room = nullptr;
  member.next = nullptr;
}

void Conference::setRole(ConferenceMember& member, MemberRole role, Handle coached) noexcept {
  member.role = role;
  member.coached = coached;
  member.spoke = false;
}

void Conference::mix(std::span<const std::int16_t> announcement) noexcept {
  sum_.fill(0);
  for (ConferenceMember* member = members_; member != nullptr; member = member->next) hear(*member);
  whisper();
  for (std::size_t i = 0; i < announcement.size(); i++) sum_[i] += announcement[i];
}

void Conference::hear(ConferenceMember& member) noexcept {
  member.spoke = false;
  member.whisperer = nullptr;
  if (member.role == MemberRole::listener) return;
  const Talker::Verdict verdict = member.talker.hear(member.audio->received);
  member.talkingChanged |= verdict.talkingChanged;
  if (!verdict.audible || member.role == MemberRole::muted) return;
  member.spoke = true;
  amplify(member.audio->received, verdict, member.said);
  if (member.role == MemberRole::coach) return;
  for (std::size_t i = 0; i < kFrameSamples; i++) sum_[i] += member.said[i];
}

// Where several coach one member, the one that speaks is heard; of two that speak at once, the one that joined first.
void Conference::whisper() noexcept {
  for (const ConferenceMember* coach = members_; coach != nullptr; coach = coach->next) {
    if (coach->role != MemberRole::coach || !coach->spoke) continue;
    for (ConferenceMember* member = members_; member != nullptr; member = member->next) {
      if (member->handle == coach->coached) member->whisperer = coach;
    }
  }
}

void Conference::listen(const ConferenceMember& member, std::span<std::int16_t> out) const noexcept {
  const bool inSum = member.spoke && member.role != MemberRole::coach;
  for (std::size_t i = 0; i < out.size(); i++) {
    std::int32_t value = sum_[i];
    if (inSum) value -= member.said[i];
    if (member.whisperer != nullptr) value += member.whisperer->said[i];
    out[i] = saturated(value);
  }
}

void Conference::listenToAll(std::span<std::int16_t> out) const noexcept {
  for (std::size_t i = 0; i < out.size(); i++) out[i] = saturated(sum_[i]);
}

}  // namespace branchline
