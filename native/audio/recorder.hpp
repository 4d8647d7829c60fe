// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "audio/engine.hpp"
#include "audio/frame.hpp"
#include "common/ring.hpp"
#include "common/wav_writer.hpp"

namespace branchline {

enum class RecorderEnd : std::uint8_t { stopped, maxLength, legEnded, error };
/// The border's word for it: a string literal.
[[nodiscard]] const char* recorderEndName(RecorderEnd reason) noexcept;

/// One recording on its way from a leg to its file: the audio thread fills a ring of two seconds, the writing thread empties it.
class Recorder {
 public:
  Recorder(Handle handle, Handle leg, RecordRequest request);

  [[nodiscard]] Handle handle() const noexcept { return handle_; }
  [[nodiscard]] Handle leg() const noexcept { return leg_; }

  // --- Audio thread ---------------------------------------------------------------------------------------------------------------------
  /// What one frame of recording did.
  enum class Tap : std::uint8_t { kept, overrun, full, failed };
  /// overrun: the disk is too slow, these 20 ms are lost. full: that was the last frame of the longest length. failed: the file can't be written.
  Tap add(const Frame& received, const Frame& sent) noexcept;
  void change(RecorderChange change) noexcept;
  /// The last word of the audio thread on it.
  void closeWith(RecorderEnd reason, std::int64_t atNs) noexcept;
  Recorder* next = nullptr;  // Of the same leg.

  // --- Writing thread -------------------------------------------------------------------------------------------------------------------
  /// Writes what waits; true when the recording is over and all of it written (or given up).
  bool write();
  /// The open file, for syncfs; -1 where there is none.
  [[nodiscard]] int descriptor() const noexcept { return writer_ != nullptr ? writer_->descriptor() : -1; }
  /// After a sync of the file system that lost something: fails where it was something of this recording. Waits for the disk.
  void checkDisk();
  /// After write answered true and a sync: gives the file its name. Keeps it open, so that the name can be synced too.
  void giveName();
  // After that:
  [[nodiscard]] RecorderEnd reason() const noexcept { return failure_.empty() ? reason_ : RecorderEnd::error; }
  [[nodiscard]] std::int64_t endedAtNs() const noexcept { return endedAtNs_; }
  /// Where the audio lies: the asked-for file, or after a failure what there is of <file>.part, "" where nothing could be written.
  [[nodiscard]] const std::string& writtenFile() const noexcept { return writtenFile_; }
  [[nodiscard]] std::int64_t recordedMs() const noexcept;
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  /// A frame as the file wants it, interleaved, in `samples`; answers how much of it.
  std::size_t compose(const Frame& received, const Frame& sent, std::span<std::int16_t> samples) const noexcept;
  void openOnce();
  void drain();
  void fail(const WavError& error);

  static constexpr std::size_t kRingSeconds = 2;

  const Handle handle_;
  const Handle leg_;
  const RecordRequest request_;
  const std::size_t channels_;
  SpscRing<std::int16_t> ring_;
  std::atomic<bool> closed_{false};  // By the audio thread; the two below are complete before it is set.
  RecorderEnd reason_ = RecorderEnd::stopped;
  std::int64_t endedAtNs_ = 0;
  std::atomic<bool> failed_{false};  // By the writing thread.
  // Audio thread:
  std::int64_t framesLeft_;
  bool paused_ = false;
  bool muted_ = false;
  // Writing thread:
  std::unique_ptr<WavWriter> writer_;
  std::size_t writtenSamples_ = 0;
  std::string writtenFile_;
  std::string failure_;
};

}  // namespace branchline
