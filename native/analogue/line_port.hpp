// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "analogue/line_echo.hpp"
#include "audio/caller_id/caller_display.hpp"
#include "audio/detect/dtmf_receiver.hpp"
#include "audio/detect/tone_detector.hpp"
#include "audio/media_port.hpp"
#include "channel/channel_io.hpp"
#include "channel/segment_player.hpp"
#include "common/ring.hpp"
#include "country/country.hpp"

namespace branchline {

/// One analogue channel's audio: what an engine leg pulls and pushes, and, with or without a leg, the line's own supervision and tones. The state
/// machine (line-events thread) says what to listen for and what to play; the audio thread does it and reports through a ring.
class LinePort final : public MediaPort {
 public:
  /// Something heard on the line.
  struct Finding {
    enum class Type : std::uint8_t { tone, toneEnded, voice, digit, shown };
    Type type = Type::tone;
    std::uint32_t listening = 0;     // Which listen() it belongs to.
    CallTone tone = CallTone::none;  // tone, toneEnded.
    char digit = 0;                  // digit: a key that was pressed.
  };
  enum class Listen : std::uint8_t { off, tones, digits, callerDisplay };

  LinePort(ChannelIo& io, int channel, const Country& country)
      : io_(io),
        channel_(channel),
        country_(country),
        tones_(country),
        display_(country.callerDisplay),
        echo_(io, channel) {}

  /// Whose begin() and end() are the line-events thread's.
  [[nodiscard]] LineEcho& echo() noexcept { return echo_; }

  // --- Line-events thread ---------------------------------------------------------------------------------------------------------------
  /// Begins to listen anew: the detectors start from nothing, findings of before are not told any more.
  void listen(Listen what) noexcept;
  /// Plays a tone to the line in place of the leg's audio; none: the leg's audio goes out.
  void play(CallTone tone) noexcept { wantedTone_.store(tone, std::memory_order_relaxed); }
  /// Sends caller display to the telephone, `afterMs` from now; a finding `shown` says that all is sent.
  void show(const CallerIdMessage& message, int afterMs) noexcept;
  /// Leaves it at what was sent.
  void stopShowing() noexcept { showing_.store(false, std::memory_order_release); }
  /// The next finding of the present listen(); false when there is none.
  bool nextFinding(Finding& finding) noexcept;
  /// How long nothing has been heard, while it listens for tones.
  [[nodiscard]] int silentMs() const noexcept { return silentMs_.load(std::memory_order_relaxed); }
  /// The next caller display message, or why there is none; false when nothing came.
  bool nextDisplay(CallerIdReport& report) noexcept { return displays_.pop(report); }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// Once a frame, before any pull: reads the line, listens, plays.
  void beginFrame() noexcept;
  void pull(Frame& out) noexcept override { out = received_; }
  void push(const Frame& in) noexcept override;

 private:
  /// A message to be sent.
  struct Show {
    CallerIdMessage message;
    int afterMs = 0;
  };
  void hear() noexcept;
  void write(const Frame& frame) noexcept;
  void sendDisplay() noexcept;
  void hearTones() noexcept;

  ChannelIo& io_;
  const int channel_;
  const Country& country_;
  std::atomic<std::uint32_t> wanted_{0};  // Number of the listen() call, times four, plus what to listen for.
  std::atomic<CallTone> wantedTone_{CallTone::none};
  std::atomic<int> silentMs_{0};
  SpscRing<Finding> findings_{64};
  SpscRing<CallerIdReport> displays_{4};
  SpscRing<Show> shows_{4};
  std::atomic<bool> showing_{false};

  // Audio thread:
  std::uint32_t listening_ = 0;
  Frame received_;
  ToneDetector tones_;
  CallTone heardTone_ = CallTone::none;
  bool heardVoice_ = false;
  DtmfReceiver digits_;
  CallerDisplayReceiver display_;
  LineEcho echo_;
  CallerDisplaySender sender_;
  Show show_;
  bool showPending_ = false;  // `show_` waits for its moment.
  CallTone tone_ = CallTone::none;
  SegmentPlayer player_;
};

}  // namespace branchline
