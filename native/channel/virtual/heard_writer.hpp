// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/caller_id/message.hpp"
#include "channel/virtual/far_end.hpp"
#include "common/event.hpp"
#include "common/ring.hpp"
#include "common/wav_writer.hpp"

namespace branchline {

/// Keeps what far ends hear, tells of their calls, and frees what the audio thread is done with. The audio thread only fills rings; `drain` does the
/// rest on the card's writer thread (or the stepping one): it alone touches the disk and the event sink.
class HeardWriter {
 public:
  /// `channels`: the highest channel number. `sink` outlives this.
  HeardWriter(int channels, EventSink& sink);
  ~HeardWriter();
  HeardWriter(const HeardWriter&) = delete;
  HeardWriter& operator=(const HeardWriter&) = delete;

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// The far end of `channel` answered; what it hears follows. `farEnd` stays until its set is released.
  void answered(int channel, const FarEnd& farEnd, std::int64_t atNs) noexcept;
  void heard(int channel, std::span<const std::int16_t> samples) noexcept;
  /// Its call was cleared, by either side.
  void ended(int channel, std::int64_t atNs) noexcept;
  /// The telephone of `channel` shows who calls; of whom nothing is known where it could not read it.
  void shown(int channel, const CallerIdMessage& message, std::int64_t atNs) noexcept { shown_.push({channel, message, atNs}); }
  /// Nobody uses `set` any more: it is freed.
  void release(FarEndSet* set) noexcept;

  // --- Writer thread --------------------------------------------------------------------------------------------------------------------
  /// Writes what was heard since, posts farEndAnswered, farEndShown, and farEndEnded once the file is complete.
  void drain();

 private:
  struct Note {
    enum class Type : std::uint8_t { answered, ended, release };
    Type type = Type::answered;
    int channel = 0;
    const FarEnd* farEnd = nullptr;
    FarEndSet* set = nullptr;
    std::size_t samples = 0;  // ended: how many went into the ring.
    std::int64_t atNs = 0;
  };
  struct Shown {
    int channel = 0;
    CallerIdMessage message;
    std::int64_t atNs = 0;
  };
  /// One channel's call.
  struct Call {
    SpscRing<std::int16_t> ring{kRingSamples};
    std::size_t pushed = 0;  // Audio thread: samples of this call that went into the ring.
    // Writer thread:
    std::string name;  // "" no call.
    std::string number;
    std::string file;
    std::unique_ptr<WavWriter> writer;
    std::size_t taken = 0;  // Samples taken out of the ring.
  };
  static constexpr std::size_t kRingSamples = 1U << 16;  // 8 s: the disk may be that slow.

  void open(Call& call, const Note& note);
  void take(Call& call, std::size_t samples);
  void close(Call& call, const Note& note);

  EventSink& sink_;
  const std::string process_;  // Makes call names unique from one start to the next.
  std::uint64_t calls_ = 0;
  std::vector<std::unique_ptr<Call>> channels_;  // By channel number; 0 unused.
  SpscRing<Note> notes_{1024};
  SpscRing<Shown> shown_{64};
};

}  // namespace branchline
