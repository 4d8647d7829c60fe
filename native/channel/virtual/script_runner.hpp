// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "audio/detect/dtmf_receiver.hpp"
#include "audio/tone.hpp"
#include "channel/segment_player.hpp"
#include "channel/virtual/far_end.hpp"
#include "country/country.hpp"

namespace branchline {

/// Walks one far end's script through one call, a frame at a time, on the audio thread. Steps begin at a frame's beginning.
class ScriptRunner {
 public:
  /// What the script did in a frame.
  struct Done {
    bool rang = false;   // Began to ring.
    bool spoke = false;  // Began to say something.
    bool answered = false;
    bool hungUp = false;
    int cause = 0;  // hungUp: Q.850; 0: normal clearing.
    const FarEndStep* refused = nullptr;
    bool flashes = false;  // A telephone's loop is open in this frame.
  };

  /// `country`: whose ringing tone and refusals it gives.
  explicit ScriptRunner(const Country& country) : country_(country) {}

  /// `farEnd` must stay until stop(). `answered`: the call is answered already (this far end called).
  void start(const FarEnd& farEnd, bool answered) noexcept;
  void stop() noexcept { farEnd_ = nullptr; }
  [[nodiscard]] bool running() const noexcept { return farEnd_ != nullptr; }
  /// 20 ms of what the far end hears, for the steps that wait for keys. Before frame().
  void hear(const Frame& in) noexcept;
  /// 20 ms: fills `out` with what the far end says.
  Done frame(std::span<std::int16_t> out) noexcept;

 private:
  enum class Progress : std::uint8_t { over, going };
  Progress enter(const FarEndStep& step, Done& done) noexcept;
  Progress go(const FarEndStep& step, std::span<std::int16_t> out, Done& done) noexcept;
  [[nodiscard]] bool isKeyed(const FarEndStep& step) const noexcept;
  Progress expect(const FarEndStep& step, Done& done) noexcept;
  Progress play(const FarEndStep& step, std::span<std::int16_t> out) noexcept;

  const Country& country_;
  const FarEnd* farEnd_ = nullptr;
  bool answered_ = false;
  std::size_t step_ = 0;
  bool entered_ = false;
  int frames_ = 0;         // ring, wait, expect, flash: still to come.
  std::size_t keyed_ = 0;  // expect: digits of the step that were heard, one after the other.
  DtmfReceiver keys_;
  std::size_t sample_ = 0;  // play: next sample.
  SegmentPlayer tone_;
  DigitSender digits_;
};

}  // namespace branchline
