// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace branchline {

/// Why a WAV file can't be read or written: a sentence that begins with the file's path.
struct WavError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class WavEncoding : std::uint8_t { linear16, alaw, ulaw };

/// Reads a RIFF/WAVE file of mono 8 kHz audio in 16-bit linear (format 1), A-law (6) or µ-law (7), also where the format stands in a
/// WAVE_FORMAT_EXTENSIBLE chunk. Everything else is refused: uploads are converted before they get here. One thread at a time; touches the disk.
class WavReader {
 public:
  /// Throws WavError.
  explicit WavReader(std::string path);
  ~WavReader();
  WavReader(const WavReader&) = delete;
  WavReader& operator=(const WavReader&) = delete;

  [[nodiscard]] WavEncoding encoding() const noexcept { return encoding_; }
  /// The whole length.
  [[nodiscard]] std::size_t samples() const noexcept { return samples_; }
  /// The next samples as 16-bit linear; 0 at the end. Throws WavError where the disk fails or the file was cut meanwhile.
  std::size_t read(std::span<std::int16_t> out);
  void rewind() noexcept { position_ = 0; }

 private:
  void parse();
  void parseFormat(std::span<const std::uint8_t> chunk);
  void readExactly(std::span<std::uint8_t> out, std::size_t offset, const char* what);
  [[noreturn]] void fail(const std::string& reason) const;

  std::string path_;
  int fd_;
  WavEncoding encoding_ = WavEncoding::linear16;
  std::size_t dataOffset_ = 0;  // Bytes.
  std::size_t samples_ = 0;
  std::size_t position_ = 0;  // Samples.
  std::vector<std::uint8_t> codes_;
};

/// All samples of a file. Throws WavError.
[[nodiscard]] std::vector<std::int16_t> readWavFile(const std::string& path);

}  // namespace branchline
