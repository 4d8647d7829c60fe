// SPDX-License-Identifier: GPL-2.0-or-later
#include "common/wav_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>

#include "common/g711.hpp"

namespace branchline {

static_assert(std::endian::native == std::endian::little, "WAV samples are read as they lie");

namespace {

constexpr unsigned kFormatLinear = 1;
constexpr unsigned kFormatAlaw = 6;
constexpr unsigned kFormatUlaw = 7;
constexpr unsigned kFormatExtensible = 0xFFFE;

unsigned u16(std::span<const std::uint8_t> bytes, std::size_t at) { return bytes[at] | static_cast<unsigned>(bytes[at + 1]) << 8; }
std::uint32_t u32(std::span<const std::uint8_t> bytes, std::size_t at) { return u16(bytes, at) | std::uint32_t{u16(bytes, at + 2)} << 16; }
bool isTag(std::span<const std::uint8_t> bytes, std::size_t at, const char* tag) { return std::memcmp(bytes.data() + at, tag, 4) == 0; }

std::size_t sizeOf(int fd) {
  struct stat info{};
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 0;
}

}  // namespace

WavReader::WavReader(std::string path) : path_(std::move(path)), fd_(open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ < 0) fail(std::strerror(errno));
  try {
    parse();
  } catch (...) {
    close(fd_);
    throw;
  }
}

WavReader::~WavReader() { close(fd_); }

void WavReader::fail(const std::string& reason) const { throw WavError(path_ + ": " + reason); }

void WavReader::readExactly(std::span<std::uint8_t> out, std::size_t offset, const char* what) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(std::strerror(errno));
    if (got == 0) fail(std::string("is cut short in its ") + what);
    done += static_cast<std::size_t>(got);
  }
}

void WavReader::parse() {
  const std::size_t fileSize = sizeOf(fd_);
  std::array<std::uint8_t, 12> riff{};
  if (fileSize < riff.size()) fail("is not a WAV file: it is shorter than a RIFF header");
  readExactly(riff, 0, "header");
  if (!isTag(riff, 0, "RIFF") || !isTag(riff, 8, "WAVE")) fail("is not a WAV file: it has no RIFF/WAVE header");

  bool formatSeen = false;
  std::size_t offset = riff.size();
  while (offset + 8 <= fileSize) {
    std::array<std::uint8_t, 8> head{};
    readExactly(head, offset, "header");
    const std::size_t length = u32(head, 4);
    offset += head.size();
    if (isTag(head, 0, "fmt ")) {
      std::array<std::uint8_t, 40> chunk{};
      if (length < 16) fail("has a format chunk that is too short");
      readExactly(std::span(chunk).first(std::min(length, chunk.size())), offset, "format chunk");
      parseFormat(std::span(chunk).first(std::min(length, chunk.size())));
      formatSeen = true;
    } else if (isTag(head, 0, "data")) {
      if (!formatSeen) fail("has no format chunk before its audio");
      if (length > fileSize - offset) {
        fail("is cut short: its header promises " + std::to_string(length) + " bytes of audio, the file has " + std::to_string(fileSize - offset));
      }
      dataOffset_ = offset;
      samples_ = encoding_ == WavEncoding::linear16 ? length / 2 : length;
      return;
    }
    offset += length + (length & 1);  // Chunks are padded to even lengths.
  }
  fail(formatSeen ? "has no audio: the data chunk is missing" : "has no format chunk");
}

void WavReader::parseFormat(std::span<const std::uint8_t> chunk) {
  unsigned format = u16(chunk, 0);
  if (format == kFormatExtensible && chunk.size() >= 26) format = u16(chunk, 24);
  const unsigned channels = u16(chunk, 2);
  const std::uint32_t rate = u32(chunk, 4);
  const unsigned bits = u16(chunk, 14);
  if (format == kFormatLinear) {
    encoding_ = WavEncoding::linear16;
  } else if (format == kFormatAlaw) {
    encoding_ = WavEncoding::alaw;
  } else if (format == kFormatUlaw) {
    encoding_ = WavEncoding::ulaw;
  } else {
    fail("has WAV format " + std::to_string(format) + "; playable are 1 (16-bit linear), 6 (A-law) and 7 (µ-law)");
  }
  const unsigned wantedBits = format == kFormatLinear ? 16 : 8;
  if (bits != wantedBits) fail("has " + std::to_string(bits) + " bits a sample where " + std::to_string(wantedBits) + " are wanted");
  if (channels != 1) fail("has " + std::to_string(channels) + " channels; only mono can be played");
  if (rate != 8000) fail("is sampled at " + std::to_string(rate) + " Hz; only 8000 Hz can be played");
}

std::size_t WavReader::read(std::span<std::int16_t> out) {
  const std::size_t count = std::min(out.size(), samples_ - position_);
  if (count == 0) return 0;
  if (encoding_ == WavEncoding::linear16) {
    readExactly({reinterpret_cast<std::uint8_t*>(out.data()), count * 2}, dataOffset_ + position_ * 2, "audio");
  } else {
    codes_.resize(count);
    readExactly(codes_, dataOffset_ + position_, "audio");
    std::transform(codes_.begin(), codes_.end(), out.begin(), encoding_ == WavEncoding::alaw ? alawToLinear : ulawToLinear);
  }
  position_ += count;
  return count;
}

std::vector<std::int16_t> readWavFile(const std::string& path) {
  WavReader reader(path);
  std::vector<std::int16_t> samples(reader.samples());
  reader.read(samples);
  return samples;
}

}  // namespace branchline
