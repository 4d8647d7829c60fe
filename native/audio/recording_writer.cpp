// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/recording_writer.hpp"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace branchline {

namespace {
constexpr int kWriteMs = 200;  // A ring holds two seconds.
// By a tick before the second is over, as the next would come after it.
constexpr std::int64_t kSyncNs = (1000 - kWriteMs / 2) * 1'000'000LL;
}  // namespace

RecordingWriter::RecordingWriter(bool stepped, std::function<void(const Recorder&)> ended) : ended_(std::move(ended)) {
  if (stepped) return;
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "bl-recordings");
}

RecordingWriter::~RecordingWriter() {
  stopping_ = true;
  wake_.notify();
  if (thread_.joinable()) thread_.join();
  service();
}

void RecordingWriter::add(std::shared_ptr<Recorder> recorder) {
  {
    const std::lock_guard lock(mutex_);
    added_.push_back(std::move(recorder));
  }
  wake_.notify();
}

void RecordingWriter::service() {
  {
    const std::lock_guard lock(mutex_);
    std::move(added_.begin(), added_.end(), std::back_inserter(recorders_));
    added_.clear();
  }
  const Recorders over = takeOver();
  if (!over.empty()) complete(over);
  if (recorders_.empty() || clock_.nowNs() - syncedAtNs_ < kSyncNs) return;
  syncedAtNs_ = clock_.nowNs();
  syncDisksOf(recorders_);
}

RecordingWriter::Recorders RecordingWriter::takeOver() {
  Recorders over;
  std::erase_if(recorders_, [&](const auto& recorder) {
    if (!recorder->write()) return false;
    over.push_back(recorder);
    return true;
  });
  return over;
}

// Synced before the rename too: a file system may bring the name to the disk before the bytes, and a power cut then leaves an empty file under it.
void RecordingWriter::complete(const Recorders& over) {
  syncDisksOf(over);
  for (const auto& recorder : over) recorder->giveName();
  syncDisksOf(over);
  for (const auto& recorder : over) ended_(*recorder);
}

void RecordingWriter::syncDisksOf(const Recorders& recorders) {
  std::vector<dev_t> synced;
  for (const auto& recorder : recorders) {
    struct stat info{};
    if (recorder->descriptor() < 0 || fstat(recorder->descriptor(), &info) != 0) continue;
    if (std::find(synced.begin(), synced.end(), info.st_dev) != synced.end()) continue;
    synced.push_back(info.st_dev);
    // Its error may be of any file there.
    if (syncfs(recorder->descriptor()) != 0) std::for_each(recorders.begin(), recorders.end(), [](const auto& each) { each->checkDisk(); });
    for (const auto& each : recorders_) each->write();
  }
}

void RecordingWriter::run() {
  while (!stopping_) {
    service();
    wake_.wait(recorders_.empty() ? -1 : kWriteMs);
  }
}

}  // namespace branchline
