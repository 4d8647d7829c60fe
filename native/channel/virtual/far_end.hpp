// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audio/engine.hpp"
#include "country/call_tone.hpp"

namespace branchline {

/// One step of a far end's script; which fields count depends on `action` (addon.d.ts, FarEndStep).
struct FarEndStep {
  enum class Action : std::uint8_t { ring, answer, play, tone, digits, wait, expect, flash, hangUp, refuse };
  enum class Otherwise : std::uint8_t { goOn, hangUp };
  Action action = Action::wait;
  int milliseconds = 0;                                    // ring, wait, flash; expect: how long at most.
  std::string file;                                        // play.
  std::shared_ptr<const std::vector<std::int16_t>> audio;  // play: what `file` holds; FarEndSet reads it.
  ToneRequest tone;                                        // tone.
  std::string digits;                                      // digits … expect: what is to be keyed; "" any key.
  int onMs = 0;
  int offMs = 0;
  Otherwise otherwise = Otherwise::goOn;  // expect: when it was not keyed in time.
  CallTone refusal = CallTone::none;      // refuse: what an analogue line hears.
  int q850 = 0;                           // refuse, hangUp: what ISDN is told; 0: as the tone says, or normal clearing.
};

/// What the network tells of a caller.
struct CallerIdentity {
  std::string number;
  std::string name;
  bool withheld = false;
};

/// A party beyond the virtual card and what it does when called.
struct FarEnd {
  std::string number;  // Digits as the exchange receives them; an FXS telephone's channel number; a caller's own, "" not known.
  std::vector<FarEndStep> script;
  std::string heardFolder;  // "": what it hears is not kept.
  CallerIdentity caller{};  // Of one who calls the card.
};

/// Far ends, checked and with their audio in memory. Made on a control thread, then the audio thread's; it never frees one but hands it back when
/// `users` falls to zero (HeardWriter::release).
class FarEndSet {
 public:
  enum class Calls : std::uint8_t { in, out };  // out: these far ends are called, and may refuse. in: they call us, and their script begins answered.

  /// Throws std::invalid_argument that names the far end, the step and what to change.
  FarEndSet(std::vector<FarEnd> farEnds, Calls calls);
  FarEndSet(const FarEndSet&) = delete;
  FarEndSet& operator=(const FarEndSet&) = delete;

  /// Null where there is none.
  [[nodiscard]] const FarEnd* find(std::string_view number) const noexcept;
  /// A longer number begins with these digits.
  [[nodiscard]] bool goesOn(std::string_view digits) const noexcept;
  [[nodiscard]] const FarEnd& front() const noexcept { return farEnds_.front(); }

  int users = 0;  // Audio thread.

 private:
  void prepare(FarEnd& farEnd, Calls calls);

  std::vector<FarEnd> farEnds_;
  std::map<std::string, std::shared_ptr<const std::vector<std::int16_t>>> audio_;  // By file, so that one file is read once.
};

}  // namespace branchline
