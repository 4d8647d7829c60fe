// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "audio/conference/conference.hpp"
#include "audio/leg_audio.hpp"
#include "audio/recording_writer.hpp"
#include "common/ring.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

enum class DigitWay : std::uint8_t { rfc4733, info, inBand };
/// The border's word for it: a string literal.
[[nodiscard]] const char* digitWayName(DigitWay way) noexcept;

/// What control threads tell the audio thread. Things that are there already are named by handle: a command for what ended meanwhile does nothing.
// clang-format off: one line each.
namespace command {
struct None {};
struct AddLeg { LegAudio* leg; };
struct EndLeg { Handle leg; };
struct SetDetectors { Handle leg; DetectorSet* set; DetectorSettings settings; };
struct DigitReceived { Handle leg; char digit; int durationMs; DigitWay way; };
struct SendDigits { Handle leg; };
struct AddBridge { Bridge* bridge; };
struct EndBridge { Handle bridge; };
struct AddMember { ConferenceMember* member; };
struct SetMember { Handle member; MemberRole role; Handle coached; };
struct EndMember { Handle member; };
struct AddPlayer { Player* player; };
struct StopPlayer { Handle player; };
struct AddRecorder { Recorder* recorder; };
struct StopRecorder { Handle recorder; };
struct ChangeRecorder { Handle recorder; RecorderChange change; };
}  // namespace command
// clang-format on
using Command = std::variant<command::None, command::AddLeg, command::EndLeg, command::SetDetectors, command::DigitReceived, command::SendDigits,
                             command::AddBridge, command::EndBridge, command::AddMember, command::SetMember, command::EndMember, command::AddPlayer,
                             command::StopPlayer, command::AddRecorder, command::StopRecorder, command::ChangeRecorder>;

/// What the audio thread tells. The last four are the last that is told of their handle.
// clang-format off: one line each.
namespace heard {
struct None {};
struct Digit { Handle leg; char digit; int durationMs; DigitWay way; };
struct Tone { Handle leg; CallTone tone; };
struct Special { Handle leg; SpecialToneDetector::Heard what; };
struct Answered { Handle leg; AnswerDetector::Heard what; };
struct Beep { Handle leg; };
struct DigitsSent { Handle leg; };
struct MemberTalks { Handle member; bool talking; };
struct PlayerEnded { Handle player; PlayerEnd reason; char key; std::int64_t playedSamples; };
struct BridgeEnded { Handle bridge; bool legEnded; };
struct MemberEnded { Handle member; MemberEnd reason; };
struct LegGone { Handle leg; };
}  // namespace heard
// clang-format on
struct AudioEvent {
  std::int64_t atNs = 0;
  std::variant<heard::None, heard::Digit, heard::Tone, heard::Special, heard::Answered, heard::Beep, heard::DigitsSent, heard::MemberTalks,
               heard::PlayerEnded, heard::BridgeEnded, heard::MemberEnded, heard::LegGone>
      what;
};

/// The audio thread's half of the engine: runs frames. It never allocates, locks, logs or waits; control threads speak to it by the command ring,
/// and it to them by the event ring. Pointers it was given by an Add command stay valid until it has told the end of that handle (a recorder: until
/// it has closed it).
class AudioCore {
 public:
  AudioCore(std::uint32_t maxHandles, RecordingWriter& recordings);

  // --- Control threads, one at a time (the engine's control mutex) ----------------------------------------------------------------------
  /// False when the ring is full.
  [[nodiscard]] bool post(const Command& command) noexcept;
  /// Never fails: each leg has a place in the ring kept free for its end.
  void postEnd(command::EndLeg command) noexcept;

  // --- Any control thread ---------------------------------------------------------------------------------------------------------------
  /// Throws std::length_error when all eight places are taken.
  void addHook(void (*hook)(void*) noexcept, void* context);
  void removeHook(void* context);

  // --- One reading thread at a time -----------------------------------------------------------------------------------------------------
  [[nodiscard]] bool nextEvent(AudioEvent& event) noexcept { return events_.pop(event); }
  /// Notified after a frame that told something.
  [[nodiscard]] WakeFd& eventsWake() noexcept { return eventsWake_; }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// One frame of 20 ms.
  void runFrame(std::int64_t nowNs) noexcept;
  /// How much longer than 20 ms a frame lasts.
  void pace(std::int32_t ns) noexcept { paceNs_ = ns; }
  [[nodiscard]] std::int32_t paceNs() const noexcept { return paceNs_; }
  /// Only the commands that wait, at `nowNs`: between frames of a stepped clock, and at the end.
  void runCommands(std::int64_t nowNs) noexcept;

  struct Counters {
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> prefetchUnderruns{0};
    std::atomic<std::uint64_t> recordOverruns{0};
    std::atomic<std::uint64_t> eventsLost{0};
  };
  [[nodiscard]] Counters& counters() noexcept { return counters_; }

 private:
  struct Hook {
    void (*function)(void*) noexcept;
    void* context;
  };
  struct Object {
    Handle handle = kNoHandle;
    std::variant<std::monostate, LegAudio*, Bridge*, ConferenceMember*, Player*, Recorder*> pointer;
  };

  void drainCommands() noexcept;
  void finishFrame() noexcept;
  template <typename T>
  [[nodiscard]] T* find(Handle handle) noexcept;
  template <typename T>
  void enter(Handle handle, T* object) noexcept;
  void leave(Handle handle) noexcept;

  void run(const command::None&) noexcept {}
  void run(const command::AddLeg& command) noexcept;
  void run(const command::EndLeg& command) noexcept;
  void run(const command::SetDetectors& command) noexcept;
  void run(const command::DigitReceived& command) noexcept;
  void run(const command::SendDigits& command) noexcept;
  void run(const command::AddBridge& command) noexcept;
  void run(const command::EndBridge& command) noexcept;
  void run(const command::AddMember& command) noexcept;
  void run(const command::SetMember& command) noexcept;
  void run(const command::EndMember& command) noexcept;
  void run(const command::AddPlayer& command) noexcept;
  void run(const command::StopPlayer& command) noexcept;
  void run(const command::AddRecorder& command) noexcept;
  void run(const command::StopRecorder& command) noexcept;
  void run(const command::ChangeRecorder& command) noexcept;

  void receive(LegAudio& leg) noexcept;
  void detect(LegAudio& leg) noexcept;
  void mixConference(LegAudio& own) noexcept;
  void send(LegAudio& leg) noexcept;
  void mix(LegAudio& leg) noexcept;
  void record(LegAudio& leg) noexcept;
  [[nodiscard]] bool pullPlayers(LegAudio& leg, std::span<std::int16_t> out) noexcept;
  void digitHeard(LegAudio& leg, char digit, int durationMs, DigitWay way) noexcept;

  void endPlayer(LegAudio* leg, Player& player, PlayerEnd reason, char key) noexcept;
  void endRecorder(LegAudio* leg, Recorder& recorder, RecorderEnd reason) noexcept;
  void endBridge(Bridge& bridge, bool legEnded) noexcept;
  void endMember(ConferenceMember& member, MemberEnd reason) noexcept;

  /// What is not the last of its handle: lost, and counted, when nobody reads it.
  void tell(const AudioEvent& event) noexcept;
  /// Ends, of which each handle has a place in the ring kept free.
  void tellEnd(const AudioEvent& event) noexcept;

  RecordingWriter& recordings_;
  const std::size_t maxHandles_;
  SpscRing<Command> commands_;
  SpscRing<AudioEvent> events_;
  WakeFd eventsWake_;
  Counters counters_;
  std::mutex hooksMutex_;  // Control threads among themselves.
  std::array<Hook, 8> hookStore_{};
  std::array<GuardedPointer<Hook>, 8> hooks_;
  // Audio thread:
  std::vector<Object> objects_;  // By slot.
  std::vector<LegAudio*> legs_;
  std::int64_t nowNs_ = 0;
  std::int32_t paceNs_ = 0;
  bool told_ = false;
  bool closedRecorder_ = false;
};

}  // namespace branchline
