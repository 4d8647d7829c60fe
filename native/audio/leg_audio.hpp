// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>

#include "audio/detect/answer_detector.hpp"
#include "audio/detect/dtmf_receiver.hpp"
#include "audio/detect/special_tone_detector.hpp"
#include "audio/detect/tone_detector.hpp"
#include "audio/detector_settings.hpp"
#include "audio/frame.hpp"
#include "audio/guarded_pointer.hpp"
#include "audio/level.hpp"
#include "audio/media_port.hpp"
#include "audio/player.hpp"
#include "audio/recorder.hpp"
#include "audio/tone.hpp"
#include "common/handle.hpp"

namespace branchline {

struct LegAudio;
struct ConferenceMember;
class Conference;

/// What joins two legs' audio.
struct Bridge {
  Handle handle = kNoHandle;
  Handle legA = kNoHandle;
  Handle legB = kNoHandle;
};

/// Detectors of one leg: made by a control thread when they are first wanted, kept until the leg ends.
struct DetectorSet {
  explicit DetectorSet(const Country& country) : tones(country) {}

  DtmfReceiver dtmf;
  ToneDetector tones;
  AnswerDetector answer;
  SpecialToneDetector special;
};

/// The audio of one leg. Made by a control thread at createLeg, destroyed by one after the audio thread has let go of it.
struct LegAudio {
  explicit LegAudio(Handle leg) : handle(leg) {}

  const Handle handle;
  // --- Shared ---------------------------------------------------------------------------------------------------------------------------
  GuardedPointer<MediaPort> port;
  LevelMeter receivedLevel;
  LevelMeter sentLevel;
  DigitSender digits;
  // --- Control threads ------------------------------------------------------------------------------------------------------------------
  std::unique_ptr<DetectorSet> detectors;
  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  DetectorSet* detecting = nullptr;  // Points to `detectors` while any is on.
  DetectorSettings detect;           // Which of them.
  LegAudio* partner = nullptr;       // The other leg of `bridge`.
  Bridge* bridge = nullptr;
  ConferenceMember* membership = nullptr;
  Conference* conference = nullptr;  // Of which this is the own leg; set before the audio thread sees it.
  Player* players = nullptr;         // The one that sounds, then those that wait.
  Recorder* recorders = nullptr;
  bool active = false;       // Takes part in this frame.
  std::size_t position = 0;  // In the list of all legs.
  Frame received;
  Frame sent;

  void resetLevels() noexcept {
    receivedLevel.reset();
    sentLevel.reset();
  }
  /// Nothing to do for it beyond its port.
  [[nodiscard]] bool isIdle() const noexcept {
    return bridge == nullptr && membership == nullptr && conference == nullptr && players == nullptr && recorders == nullptr && !digits.sending();
  }
};

}  // namespace branchline
