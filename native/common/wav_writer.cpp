// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/wav_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "common/g711.hpp"

namespace branchline {

namespace {

constexpr unsigned kRate = 8000;

class HeaderBytes {
 public:
  void tag(const char* text) { bytes_.insert(bytes_.end(), text, text + 4); }
  void number(std::size_t value, int width) {
    for (int i = 0; i < width; i++) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

std::size_t bytesPerSample(WavEncoding encoding) { return encoding == WavEncoding::linear16 ? 2 : 1; }

// Formats other than 1 carry an extension size in their format chunk, and a fact chunk (Microsoft's Multimedia Data Standards Update, 1994).
HeaderBytes headerOf(int channels, WavEncoding encoding, std::size_t dataBytes) {
  const bool linear = encoding == WavEncoding::linear16;
  const std::size_t frameBytes = static_cast<std::size_t>(channels) * bytesPerSample(encoding);
  HeaderBytes header;
  header.tag("RIFF");
  header.number(dataBytes + (linear ? 36 : 50), 4);
  header.tag("WAVE");
  header.tag("fmt ");
  header.number(linear ? 16 : 18, 4);
  header.number(linear ? 1 : encoding == WavEncoding::alaw ? 6 : 7, 2);
  header.number(static_cast<std::size_t>(channels), 2);
  header.number(kRate, 4);
  header.number(kRate * frameBytes, 4);
  header.number(frameBytes, 2);
  header.number(8 * bytesPerSample(encoding), 2);
  if (!linear) {
    header.number(0, 2);
    header.tag("fact");
    header.number(4, 4);
    header.number(dataBytes / frameBytes, 4);
  }
  header.tag("data");
  header.number(dataBytes, 4);
  return header;
}

std::size_t headerSize(WavEncoding encoding) { return encoding == WavEncoding::linear16 ? 44 : 58; }

}  // namespace

WavWriter::WavWriter(std::string path, int channels, WavEncoding encoding)
    : path_(std::move(path)),
      fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)),
      channels_(channels),
      encoding_(encoding) {
  if (fd_ < 0) throw WavError(path_ + ": " + std::strerror(errno));
  if (encoding_ == WavEncoding::ulaw || channels < 1 || channels > 2) {
    close(fd_);
    throw WavError(path_ + ": only 16-bit linear and A-law, one or two channels, can be written");
  }
  try {
    writeHeader();
  } catch (...) {
    struct stat info{};
    if (fstat(fd_, &info) == 0 && S_ISREG(info.st_mode)) unlink(path_.c_str());
    close(fd_);
    throw;
  }
}

WavWriter::~WavWriter() { close(fd_); }

void WavWriter::write(std::span<const std::int16_t> samples) {
  if (encoding_ == WavEncoding::alaw) {
    codes_.resize(samples.size());
    std::transform(samples.begin(), samples.end(), codes_.begin(), linearToAlaw);
  } else {
    codes_.resize(samples.size_bytes());
    if (!samples.empty()) std::memcpy(codes_.data(), samples.data(), samples.size_bytes());
  }
  writeAt(codes_, headerSize(encoding_) + dataBytes_);
  dataBytes_ += codes_.size();
  writeHeader();
}

void WavWriter::sync() {
  if (fdatasync(fd_) != 0) throw WavError(path_ + ": " + std::strerror(errno));
}

void WavWriter::rename(const std::string& path) {
  if (std::rename(path_.c_str(), path.c_str()) != 0) {
    throw WavError(path + ": could not be renamed from " + path_ + ": " + std::strerror(errno));
  }
  path_ = path;
}

void WavWriter::writeHeader() { writeAt(headerOf(channels_, encoding_, dataBytes_).bytes(), 0); }

void WavWriter::writeAt(std::span<const std::uint8_t> bytes, std::size_t offset) {
  if (offset + bytes.size() > std::numeric_limits<std::uint32_t>::max()) throw WavError(path_ + ": a WAV file can't grow beyond 4 GB");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw WavError(path_ + ": " + std::strerror(errno));
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace branchline
