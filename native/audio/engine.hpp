// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audio/conference/member_role.hpp"
#include "audio/detector_settings.hpp"
#include "audio/frame.hpp"
#include "audio/leg_owner.hpp"
#include "audio/media_port.hpp"
#include "common/clock.hpp"
#include "common/duration_histogram.hpp"
#include "common/event.hpp"
#include "common/handle.hpp"
#include "common/tone_segment.hpp"
#include "country/country.hpp"

namespace branchline {

struct EngineOptions {
  bool stepped = false;  // True: no clock thread, time moves by Engine::step.
  std::uint32_t maxHandles = kMaxHandles;
  bool realtimePriority = true;                // Ask for SCHED_FIFO; go on without it when refused.
  const Country* country = &defaultCountry();  // Whose tones the legs' detectors know.
};

/// What is played to a leg: files in order, then from the start again while `loop`.
struct PlayRequest {
  std::vector<std::string> files;  // WAV: A-law, µ-law or 16-bit linear, mono, 8 kHz.
  bool loop = false;
  std::string stopKeys;  // Digits of the leg that end it ("stopped by key"); "" none.
  bool queued = false;   // After what plays to this leg already, else it replaces that.
};

struct ToneRequest {
  std::vector<ToneSegment> segments;
  bool loop = false;
};

// both: two channels, received left, sent right. mixed: one channel, their sum.
enum class RecordDirection : std::uint8_t { received, sent, both, mixed };
enum class RecordFormat : std::uint8_t { linear16, alaw };

struct RecordRequest {
  std::string file;  // Written as <file>.part, renamed when complete.
  RecordDirection direction = RecordDirection::received;
  RecordFormat format = RecordFormat::linear16;
  int maxSeconds = 3600;
};

/// pause: nothing is written, and the time does not count. mute: silence is written in place of the audio (a card number is spoken).
enum class RecorderChange : std::uint8_t { pause, resume, mute, unmute };

/// The last fields a leg will ever send: they travel in the leg's one legEnded event.
using EndFields = std::vector<std::pair<const char*, FieldValue>>;

/// The audio engine: legs, bridges, players, recorders, tones, detectors; one clock thread that every 20 ms pulls, processes, mixes and pushes.
/// All calls are safe from any thread but the audio clock's, unless said otherwise, and take effect at the start of a frame.
class Engine {
 public:
  /// `sink` must outlive the engine, and must not call it back from `post`.
  Engine(EngineOptions options, EventSink& sink);
  /// Ends what is left (legEnded with Q.850 cause 41), posts the last events, stops the threads. Nobody may be inside a call.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] Clock& clock() noexcept;
  [[nodiscard]] const Country& country() const noexcept;
  /// Moves a stepped clock on by `milliseconds` (a multiple of 20), frame by frame; after each frame every registered part runs what is due, and
  /// what the parts command takes effect. 0 runs what is due without a frame. Throws std::logic_error with a real clock, std::invalid_argument.
  void step(int milliseconds);
  /// Parts run in the order they were added. `part` must stay until removePart.
  void addPart(SteppedPart& part);
  void removePart(SteppedPart& part);
  /// Called on the audio thread at the start of every frame, before any pull: a card's input, the virtual card's exchange.
  void addFrameHook(void (*hook)(void* context) noexcept, void* context);
  void removeFrameHook(void* context);  // Returns when the audio thread has let go of it.
  /// From a frame hook: how much longer than 20 ms frames last from now on, so that the audio clock keeps in step with a card's.
  void pace(std::int32_t ns) noexcept;

  // --- Legs, for line stacks ------------------------------------------------------------------------------------------------------------
  /// A leg of `owner` without audio; kNoHandle when every slot is taken.
  [[nodiscard]] Handle createLeg(LegOwner& owner);
  /// The leg's audio from the next frame on. `port` stays the caller's and must live until detach or endLeg returns.
  Status attach(Handle leg, MediaPort& port);
  /// Returns when the audio thread no longer touches the port (at most a frame; at once with a stepped clock).
  Status detach(Handle leg);
  /// A digit that the line told by event (RFC 4733, INFO, a card's receiver): same event and same "stopped by key" as an in-band one.
  /// `method` is "rfc4733", "info" or "inBand".
  void digitReceived(Handle leg, char digit, int durationMs, const char* method);
  /// Ends the leg: detaches, ends its bridge, players and recorders (reason legEnded), then posts its one legEnded event with `fields`. A second
  /// call answers staleHandle and does nothing.
  Status endLeg(Handle leg, EndFields fields);
  [[nodiscard]] LegOwner* ownerOf(Handle leg) noexcept;

  // --- Commands from JavaScript ---------------------------------------------------------------------------------------------------------
  struct Created {
    Status status = Status::ok;
    Handle handle = kNoHandle;
  };
  Created bridge(Handle legA, Handle legB);
  Status unbridge(Handle bridge);
  /// A conference is a leg without a line: what is played to it all members hear, a recording of it (`received`) has everything, and it ends like a
  /// leg, by endLeg or its owner's clear(). It takes no detectors, digits or port, and is in no bridge.
  Created createConference();
  /// The leg hears all other members from the next frame on. wrongState where it is in a bridge or a conference already.
  Created joinConference(Handle conference, Handle leg, MemberSettings settings);
  Status setMember(Handle member, MemberSettings settings);
  Status leaveConference(Handle member);
  Created play(Handle leg, PlayRequest request);
  Created playTone(Handle leg, ToneRequest request);
  Status stopPlayer(Handle player);
  Created record(Handle leg, RecordRequest request);
  Status stopRecorder(Handle recorder);
  /// To the frame. A change to what is so already does nothing.
  Status changeRecorder(Handle recorder, RecorderChange change);
  Status setDetectors(Handle leg, DetectorSettings settings);
  /// In-band digits to the leg; posts digitsSent when the last has gone.
  Status sendInBandDigits(Handle leg, std::string_view digits, int onMs, int offMs);

  struct Levels {
    Status status = Status::ok;
    double receivedDbm0 = -99.0;
    double sentDbm0 = -99.0;
  };
  [[nodiscard]] Levels levels(Handle leg) const;

  struct Counters {
    std::uint64_t frames = 0;
    std::uint64_t lateFrames = 0;  // Began more than 20 ms after their moment.
    std::uint64_t skippedFrames = 0;
    std::int64_t worstLatenessNs = 0;     // Since the last resetWorst.
    std::int64_t worstFrameNs = 0;        // The longest frame's own work.
    std::uint64_t prefetchUnderruns = 0;  // The file thread came too late.
    std::uint64_t recordOverruns = 0;
    std::uint64_t eventsLost = 0;  // Digits and tones dropped because the ring was full; terminal events never are.
    std::uint32_t legs = 0;
    std::uint32_t players = 0;
    std::uint32_t recorders = 0;
    std::uint32_t bridges = 0;
    std::uint32_t conferenceMembers = 0;
    DurationHistogram::Reading frameLateness;  // How late frames began. Empty with a stepped clock, as the next.
    DurationHistogram::Reading frameTime;      // How long their work took.
    bool realtime = false;                     // The audio thread runs under SCHED_FIFO.
  };
  [[nodiscard]] Counters counters() const;
  void resetWorst();

  /// Moves events of the audio thread (digits, ended players …) to the sink. The add-on's waker thread calls it; step() does it itself.
  void drainEvents();
  /// A descriptor that is readable while drainEvents has something to do: for the thread that waits for it.
  [[nodiscard]] int eventFd() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
