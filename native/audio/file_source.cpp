// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/file_source.hpp"

namespace branchline {

FileSource::FileSource(std::vector<std::string> files, bool loop) : files_(std::move(files)), loop_(loop) {}

PlaySource::Pulled FileSource::pull(std::span<std::int16_t> out) noexcept {
  // In this order: what is in the ring once the phase says "complete" is all there will be.
  const Phase phase = phase_.load(std::memory_order_acquire);
  if (phase == Phase::loading) return {0, Outcome::waiting};
  const std::size_t samples = ring_.pop(out);
  if (samples == out.size()) return {samples, Outcome::filled};
  switch (phase) {
    case Phase::complete: return {samples, Outcome::finished};
    case Phase::failed: return {samples, Outcome::failed};
    default: return {samples, Outcome::late};
  }
}

void FileSource::fill() {
  if (isDone()) return;
  try {
    while (ring_.free() >= kChunkSamples) {
      if (file_ == files_.size()) {
        phase_.store(Phase::complete, std::memory_order_release);
        return;
      }
      readPiece();
    }
    phase_.store(Phase::streaming, std::memory_order_release);
  } catch (const WavError& error) {
    reader_.reset();
    failure_ = error.what();
    phase_.store(Phase::failed, std::memory_order_release);
  }
}

bool FileSource::isDone() const noexcept {
  const Phase phase = phase_.load(std::memory_order_relaxed);
  return phase == Phase::complete || phase == Phase::failed || abandoned_.load(std::memory_order_relaxed);
}

void FileSource::readPiece() {
  if (reader_ == nullptr) reader_ = std::make_unique<WavReader>(files_[file_]);
  const std::size_t samples = reader_->read(chunk_);
  if (samples == 0) {
    toNextFile();
    return;
  }
  heardInThisRound_ = true;
  ring_.push(std::span<const std::int16_t>(chunk_).first(samples));
}

void FileSource::toNextFile() {
  file_++;
  if (file_ == files_.size() && loop_) {
    if (!heardInThisRound_) throw WavError(files_.front() + ": has no audio to repeat");
    heardInThisRound_ = false;
    file_ = 0;
  }
  // A single file that repeats stays open.
  if (file_ == 0 && files_.size() == 1) {
    reader_->rewind();
  } else {
    reader_.reset();
  }
}

}  // namespace branchline
