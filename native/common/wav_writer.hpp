// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/wav_reader.hpp"

namespace branchline {

/// Writes a RIFF/WAVE file of 8 kHz audio, 16-bit linear or A-law, one or two channels. The sizes in the header are brought up to date after every
/// second of audio, so that a file whose writer died opens and holds all but its last second. One thread at a time; touches the disk.
class WavWriter {
 public:
  /// Replaces what is at `path`. Throws WavError, and then leaves nothing there.
  WavWriter(std::string path, int channels, WavEncoding encoding);
  /// Closes without a last update of the header: finish() does that.
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;

  /// 16-bit linear samples, interleaved. Throws WavError where the disk refuses them (full, gone).
  void write(std::span<const std::int16_t> samples);
  /// Brings the header up to date. Throws WavError.
  void finish();
  /// As finish, and renames the file to `path` once it is on the disk itself: after a power cut there is the whole file under that name, or none.
  /// Throws WavError. Waits for the disk.
  void finishAs(const std::string& path);

 private:
  void writeAt(std::span<const std::uint8_t> bytes, std::size_t offset);
  void writeHeader();

  std::string path_;
  int fd_;
  int channels_;
  WavEncoding encoding_;
  std::size_t dataBytes_ = 0;
  std::size_t headerBytes_ = 0;  // Of the audio that the header on disk tells of.
  std::vector<std::uint8_t> codes_;
};

}  // namespace branchline
