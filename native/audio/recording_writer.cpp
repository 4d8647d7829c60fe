// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/recording_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>

namespace branchline {

namespace {
constexpr int kWriteMs = 200;  // A ring holds two seconds.
constexpr std::int64_t kWriteNs = kWriteMs * 1'000'000LL;
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
  for (const auto& recorder : takeOver()) {
    recorder->complete();
    ended_(*recorder);
    if (clock_.nowNs() - writtenAtNs_ >= kWriteNs) writeAll();  // Each waits for the disk, and the others go on recording.
  }
}

std::vector<std::shared_ptr<Recorder>> RecordingWriter::takeOver() {
  std::vector<std::shared_ptr<Recorder>> over;
  writtenAtNs_ = clock_.nowNs();
  std::erase_if(recorders_, [&](const auto& recorder) {
    if (!recorder->write()) return false;
    over.push_back(recorder);
    return true;
  });
  return over;
}

void RecordingWriter::writeAll() {
  writtenAtNs_ = clock_.nowNs();
  for (const auto& recorder : recorders_) recorder->write();
}

void RecordingWriter::run() {
  while (!stopping_) {
    service();
    wake_.wait(recorders_.empty() ? -1 : kWriteMs);
  }
}

}  // namespace branchline
