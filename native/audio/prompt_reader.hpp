// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audio/file_source.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// The file thread: keeps the rings of all playing files filled. With a stepped clock there is no thread, and `service` does its work.
class PromptReader {
 public:
  explicit PromptReader(bool stepped);
  /// Stops the thread and closes the files.
  ~PromptReader();
  PromptReader(const PromptReader&) = delete;
  PromptReader& operator=(const PromptReader&) = delete;

  /// Any thread but the audio thread.
  void add(std::shared_ptr<FileSource> source);
  /// One look at every source: fills it, and lets go of those that are done. File thread, or the stepping thread.
  void service();

 private:
  void run();

  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // Guards added_.
  std::vector<std::shared_ptr<FileSource>> added_;
  std::vector<std::shared_ptr<FileSource>> sources_;  // File thread.
  std::thread thread_;
};

}  // namespace branchline
