// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/wav_reader.hpp"

namespace branchline {

/// Writes a RIFF/WAVE file of 8 kHz audio, 16-bit linear or A-law, one or two channels. The sizes in the header are brought up to date with every
/// write, so that a file whose writer died opens and holds all that was written. One thread at a time; touches the disk.
class WavWriter {
 public:
  /// Replaces what is at `path`. Throws WavError, and then leaves nothing there.
  WavWriter(std::string path, int channels, WavEncoding encoding);
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;

  /// 16-bit linear samples, interleaved. Throws WavError where the disk refuses them (full, gone).
  void write(std::span<const std::int16_t> samples);
  /// Brings what was written to the disk itself. Throws WavError where some of it was lost on the way. Waits for the disk.
  void sync();
  /// Gives the file another name; once it is on the disk itself, so that after a power cut there is the whole file under that name, or none.
  /// Throws WavError.
  void rename(const std::string& path);
  /// The open file, for syncfs; the writer's own.
  [[nodiscard]] int descriptor() const noexcept { return fd_; }

 private:
  void writeAt(std::span<const std::uint8_t> bytes, std::size_t offset);
  void writeHeader();

  std::string path_;
  int fd_;
  int channels_;
  WavEncoding encoding_;
  std::size_t dataBytes_ = 0;
  std::vector<std::uint8_t> codes_;
};

}  // namespace branchline
