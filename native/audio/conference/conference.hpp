// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "audio/conference/member_role.hpp"
#include "audio/conference/talker.hpp"
#include "audio/frame.hpp"
#include "common/handle.hpp"

namespace branchline {

struct LegAudio;
class Conference;

enum class MemberEnd : std::uint8_t { left, legEnded, conferenceEnded };
/// The border's word for it: a string literal.
[[nodiscard]] constexpr const char* memberEndName(MemberEnd reason) noexcept {
  switch (reason) {
    case MemberEnd::left: return "left";
    case MemberEnd::legEnded: return "legEnded";
    case MemberEnd::conferenceEnded: return "conferenceEnded";
  }
  return "";
}

/// One leg's place in a conference. Made and destroyed by control threads; in between the audio thread's.
struct ConferenceMember {
  Handle handle = kNoHandle;
  Handle conference = kNoHandle;
  Handle leg = kNoHandle;
  MemberRole role = MemberRole::speaker;
  Handle coached = kNoHandle;  // coach: the member that hears it.
  // Audio thread:
  LegAudio* audio = nullptr;  // The leg's, while it is in the conference.
  Conference* room = nullptr;
  ConferenceMember* next = nullptr;
  Talker talker;
  bool talkingChanged = false;                     // Not told yet.
  bool spoke = false;                              // `said` is in this frame's sum, or goes to the coached member.
  std::array<std::int16_t, kFrameSamples> said{};  // What it gave this frame, its gain applied.
  const ConferenceMember* whisperer = nullptr;     // The coach that speaks to it in this frame.
};

/// The members of a conference and their sum. Each hears the sum less what it gave itself: one addition and one subtraction a member that is heard,
/// nothing for those that are silent. Audio thread; bounded by its members, allocates nothing.
class Conference {
 public:
  explicit Conference(LegAudio& own) noexcept : own_(own) {}

  /// The conference's own leg, which has no line: what is played to it all members hear, and it hears (and records) everything.
  [[nodiscard]] LegAudio& own() const noexcept { return own_; }
  [[nodiscard]] ConferenceMember* members() const noexcept { return members_; }
  void add(ConferenceMember& member) noexcept;
  void remove(ConferenceMember& member) noexcept;
  void setRole(ConferenceMember& member, MemberRole role, Handle coached) noexcept;

  /// Sums up what the members' legs have received in this frame, and `announcement`, what is played to all (empty: nothing is).
  void mix(std::span<const std::int16_t> announcement) noexcept;
  /// What one member hears of the frame that was mixed.
  void listen(const ConferenceMember& member, std::span<std::int16_t> out) const noexcept;
  /// The whole of it, for recordings.
  void listenToAll(std::span<std::int16_t> out) const noexcept;

 private:
  void hear(ConferenceMember& member) noexcept;
  void whisper() noexcept;

  LegAudio& own_;
  ConferenceMember* members_ = nullptr;
  std::array<std::int32_t, kFrameSamples> sum_{};
};

}  // namespace branchline
