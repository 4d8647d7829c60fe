// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audio/recorder.hpp"
#include "common/clock.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// The writing thread: brings all recordings to their files, and once a second to the disk itself, by one syncfs for all of them: a power cut costs
/// less than the last two seconds. With a stepped clock there is no thread, and `service` does its work.
class RecordingWriter {
 public:
  /// `ended` is called on the writing thread for each recorder, once, when its file is complete or given up.
  RecordingWriter(bool stepped, std::function<void(const Recorder&)> ended);
  /// Stops the thread after a last service; recorders that are still open then are given up as <file>.part.
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  /// Any thread but the audio thread.
  void add(std::shared_ptr<Recorder> recorder);
  /// Audio thread: a recorder was closed.
  void wake() noexcept { wake_.notify(); }
  /// Writes what waits in every ring, completes what is over, syncs what is due. Writing thread, or the stepping thread.
  void service();

 private:
  using Recorders = std::vector<std::shared_ptr<Recorder>>;

  void run();
  /// Writes what waits in every ring; takes out, and answers, the recorders that are over.
  Recorders takeOver();
  void complete(const Recorders& over);
  /// Waits for each disk that these lie on, and after each writes what has come into all rings meanwhile.
  void syncDisksOf(const Recorders& recorders);

  std::function<void(const Recorder&)> ended_;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // Guards added_.
  Recorders added_;
  Recorders recorders_;         // Writing thread.
  const MonotonicClock clock_;  // Of the disk, which knows no stepped time.
  std::int64_t syncedAtNs_ = 0;
  std::thread thread_;
};

}  // namespace branchline
