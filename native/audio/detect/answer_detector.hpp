// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "audio/detect/noise_floor.hpp"
#include "audio/detect/pure_tone.hpp"

namespace branchline {

enum class AnsweredBy : std::uint8_t { human, machine, unsure };
/// shortGreeting: a few words, then a pause for ours. longGreeting, longUtterance: more than people say, in all or in one breath. beep: a mailbox's.
/// silence: nothing within the time. timeOver: speech that began too late to be judged.
enum class AnswerReason : std::uint8_t { shortGreeting, longGreeting, longUtterance, beep, silence, timeOver };
/// The border's words for them: string literals.
[[nodiscard]] const char* answeredByName(AnsweredBy by) noexcept;
[[nodiscard]] const char* answerReasonName(AnswerReason reason) noexcept;

/// Tells who answered a call, from how long the first words are: it knows nothing of voices, so that a long business greeting passes for a machine
/// and a mailbox's short one for a person. Decides once, within 4 s of reset(), the moment of answer; goes on to tell beeps, after which a message
/// may be left. A beep is one frequency of 350 to 1900 Hz between two silences, also that of a busy tone. Fixed size, never allocates; one thread at
/// a time (the audio clock's).
class AnswerDetector {
 public:
  struct Heard {
    bool decided = false;  // In this frame: the three fields below are of it.
    AnsweredBy by = AnsweredBy::unsure;
    AnswerReason reason = AnswerReason::silence;
    int decidedMs = 0;  // Since the answer.
    bool beep = false;  // One has ended in this frame.
  };

  void reset() noexcept { *this = AnswerDetector(); }
  /// Looks at 20 ms of 8 kHz audio.
  Heard process(const Frame& frame) noexcept;

 private:
  void endHop(const std::int16_t* samples, Heard& heard) noexcept;
  [[nodiscard]] bool isSound(const std::int16_t* samples) noexcept;
  void follow(bool sound) noexcept;
  void judge(Heard& heard) noexcept;
  void decide(Heard& heard, AnsweredBy by, AnswerReason reason) noexcept;

  PureTone tones_;
  NoiseFloor noise_;
  int elapsedMs_ = 0;
  int greetingMs_ = 0;   // From the first sound to now, less the pause that lasts.
  int soundMs_ = 0;      // Of the greeting.
  int utteranceMs_ = 0;  // Since the last pause that one breathes in.
  int pauseMs_ = 0;      // Lasts for so long.
  bool decided_ = false;
};

}  // namespace branchline
