// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/play_source.hpp"
#include "common/ring.hpp"
#include "common/wav_reader.hpp"

namespace branchline {

/// A playlist of WAV files as one gapless run of samples: the file thread fills a ring of one second, the audio thread empties it. A file that
/// can't be read ends the run after what came before it.
class FileSource final : public PlaySource {
 public:
  /// At least one file.
  FileSource(std::vector<std::string> files, bool loop);

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  Pulled pull(std::span<std::int16_t> out) noexcept override;

  // --- File thread ----------------------------------------------------------------------------------------------------------------------
  /// Reads until the ring is full or the playlist over.
  void fill();
  /// Nothing more to read: its last sample is in the ring, or it failed, or nobody wants it.
  [[nodiscard]] bool isDone() const noexcept;

  // --- Any thread -----------------------------------------------------------------------------------------------------------------------
  /// Nobody will pull any more: the file thread lets go of it.
  void abandon() noexcept { abandoned_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] const std::string& failure() const noexcept override { return failure_; }

 private:
  enum class Phase : std::uint8_t { loading, streaming, complete, failed };
  /// One read of the file at hand, or the step to the next one. Throws WavError.
  void readPiece();
  void toNextFile();

  static constexpr std::size_t kRingSamples = 8192;   // 1.024 s at 8 kHz.
  static constexpr std::size_t kChunkSamples = 1600;  // 200 ms; the ring never holds less than 800 ms after a fill.

  const std::vector<std::string> files_;
  const bool loop_;
  SpscRing<std::int16_t> ring_{kRingSamples};
  std::atomic<Phase> phase_{Phase::loading};
  std::atomic<bool> abandoned_{false};
  // File thread:
  std::unique_ptr<WavReader> reader_;
  std::size_t file_ = 0;
  bool heardInThisRound_ = false;  // A loop of files without a sample would never end.
  std::array<std::int16_t, kChunkSamples> chunk_{};
  std::string failure_;  // Complete before phase_ says `failed`.
};

}  // namespace branchline
