// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "audio/audio_core.hpp"
#include "audio/clock_thread.hpp"
#include "audio/conference/conference_owner.hpp"
#include "audio/engine.hpp"
#include "audio/file_source.hpp"
#include "audio/prompt_reader.hpp"
#include "audio/recording_writer.hpp"
#include "common/handle_table.hpp"

namespace branchline {

/// The control threads' half of the engine: who exists, who belongs to whom, what was told of it.
///
/// `mutex_` guards all of it and makes the writers of the command ring one at a time; the audio thread never takes it. Order of locks: stepMutex_,
/// drainMutex_, mutex_, then the sink's.
class Engine::Impl {
 public:
  Impl(EngineOptions options, EventSink& sink);
  ~Impl();

  Clock& clock() noexcept { return *clock_; }
  const Country& country() const noexcept { return country_; }
  void step(int milliseconds);
  void addPart(SteppedPart& part);
  void removePart(SteppedPart& part);
  AudioCore& core() noexcept { return core_; }

  Handle createLeg(LegOwner& owner);
  Status attach(Handle leg, MediaPort& port);
  Status detach(Handle leg);
  void digitReceived(Handle leg, char digit, int durationMs, DigitWay way);
  Status endLeg(Handle leg, EndFields fields);
  LegOwner* ownerOf(Handle leg);

  Created bridge(Handle legA, Handle legB);
  Status unbridge(Handle bridge);
  Created createConference();
  Created joinConference(Handle conference, Handle leg, MemberSettings settings);
  Status setMember(Handle member, MemberSettings settings);
  Status leaveConference(Handle member);
  Created play(Handle leg, std::shared_ptr<PlaySource> source, std::shared_ptr<FileSource> files, std::string stopKeys, bool queued);
  Status stopPlayer(Handle player);
  Created record(Handle leg, RecordRequest request);
  Status stopRecorder(Handle recorder);
  Status changeRecorder(Handle recorder, RecorderChange change);
  Status setDetectors(Handle leg, DetectorSettings settings);
  Status sendInBandDigits(Handle leg, std::string_view digits, int onMs, int offMs);
  Levels levels(Handle leg);
  Counters counters();
  void resetWorst();
  void drainEvents();

 private:
  enum Kind : std::uint8_t { kLeg = 1, kBridge = 2, kPlayer = 3, kRecorder = 4, kMember = 5 };
  struct LegEntry {
    LegOwner* owner = nullptr;
    std::shared_ptr<LegAudio> audio;         // Shared with a detach that is under way.
    std::unique_ptr<Conference> conference;  // Of which this is the own leg.
    std::vector<Handle> members;             // Its members, as far as nobody asked for their end.
    Handle bridge = kNoHandle;
    Handle membership = kNoHandle;
    int dependants = 0;   // Bridge, membership, members, players, recorders whose end was not told yet.
    bool ending = false;  // endLeg was called: stale for everybody.
    bool gone = false;    // The audio thread has let go of it.
    EndFields fields;
    std::int64_t endedAtNs = 0;
  };
  struct BridgeEntry {
    std::unique_ptr<Bridge> bridge;
    bool ending = false;
  };
  struct MemberEntry {
    std::unique_ptr<ConferenceMember> member;
    bool ending = false;
  };
  struct PlayerEntry {
    std::unique_ptr<Player> player;
    std::shared_ptr<FileSource> files;  // Null for tones.
  };
  struct RecorderEntry {
    std::shared_ptr<Recorder> recorder;
  };
  using Entry = std::variant<std::monostate, LegEntry, BridgeEntry, MemberEntry, PlayerEntry, RecorderEntry>;

  // All with mutex_ held:
  template <typename T>
  T& entryOf(Handle handle) {
    return std::get<T>(entries_[HandleTable::slotOf(handle)]);
  }
  Status check(Handle handle, Kind kind);
  Handle allocate(Kind kind, Entry entry);
  void release(Handle handle);
  void addDependant(Handle leg) { entryOf<LegEntry>(leg).dependants++; }
  void removeDependant(Handle leg);
  /// As check, of a leg that has a party: no conference's own.
  Status checkParty(Handle leg);
  [[nodiscard]] bool isFree(Handle leg) { return entryOf<LegEntry>(leg).bridge == kNoHandle && entryOf<LegEntry>(leg).membership == kNoHandle; }
  Status checkCoached(Handle conference, const MemberSettings& settings);
  void leaveBridge(Handle bridge);
  void forgetMember(Handle member);
  void forgetConference(LegEntry& entry);
  void finishLeg(Handle leg);

  void tell(const AudioEvent& event);
  void tell(std::int64_t, const heard::None&) {}
  void tell(std::int64_t atNs, const heard::Digit& digit);
  void tell(std::int64_t atNs, const heard::Tone& tone);
  void tell(std::int64_t atNs, const heard::Special& special);
  void tell(std::int64_t atNs, const heard::Answered& answered);
  void tell(std::int64_t atNs, const heard::Beep& beep);
  void tell(std::int64_t atNs, const heard::DigitsSent& sent);
  void tell(std::int64_t atNs, const heard::MemberTalks& talks);
  void tell(std::int64_t atNs, const heard::MemberEnded& ended);
  void tell(std::int64_t atNs, const heard::PlayerEnded& ended);
  void tell(std::int64_t atNs, const heard::BridgeEnded& ended);
  void tell(std::int64_t atNs, const heard::LegGone& gone);

  // Without it:
  void recorderEnded(const Recorder& recorder);
  void endAllLegs();
  void stepFrame();
  void settle();

  EventSink& sink_;
  const Country& country_;
  std::unique_ptr<Clock> clock_;
  SteppedClock* stepped_;  // clock_ where it is one, else null.

  std::recursive_mutex stepMutex_;  // Of a step and the list of parts; recursive, since a part may remove itself while it runs.
  std::vector<SteppedPart*> parts_;
  std::mutex drainMutex_;  // One reader of the event ring.
  std::mutex mutex_;
  HandleTable handles_;
  std::vector<Entry> entries_;
  std::array<std::uint32_t, 6> live_{};  // By Kind.

  ConferenceOwner conferenceOwner_;
  PromptReader prompts_;
  std::unique_ptr<RecordingWriter> recordings_;
  AudioCore core_;
  std::unique_ptr<ClockThread> clockThread_;
};

}  // namespace branchline
