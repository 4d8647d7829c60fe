// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/g711.hpp"
#include "common/wav_writer.hpp"
#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

std::string refusalOf(const std::string& bytes) {
  const Folder folder;
  const std::string path = folder / "a.wav";
  writeBytes(path, bytes);
  try {
    const WavReader reader(path);
    return "";
  } catch (const WavError& error) {
    const std::string message = error.what();
    CHECK(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
  }
}

const std::string kAudio(320, '\1');

}  // namespace

TEST_CASE("A-law decodes and encodes as G.711 tables 1a and 1b say") {
  CHECK(alawToLinear(0xD5) == 8);  // The smallest positive value: half a quantising step.
  CHECK(alawToLinear(0x55) == -8);
  CHECK(alawToLinear(0xAA) == 32256);  // The largest: virtual decision value 4096, output 4032.
  CHECK(alawToLinear(0x2A) == -32256);
  for (int code = 0; code < 256; code++) CHECK(linearToAlaw(alawToLinear(static_cast<std::uint8_t>(code))) == code);
  CHECK(linearToAlaw(32767) == 0xAA);
  CHECK(linearToAlaw(-32768) == 0x2A);
}

TEST_CASE("µ-law decodes as G.711 tables 2a and 2b say") {
  CHECK(ulawToLinear(0xFF) == 0);
  CHECK(ulawToLinear(0x80) == 32124);  // 8031 of 14 bits, times four.
  CHECK(ulawToLinear(0x00) == -32124);
}

TEST_CASE("a WAV of 16-bit linear, A-law or µ-law is read as linear samples") {
  const Folder folder;
  const std::string linear = writeWav(folder / "linear.wav", counted(-2, 5));
  CHECK(readWavFile(linear) == std::vector<std::int16_t>{-2, -1, 0, 1, 2});
  writeBytes(folder / "alaw.wav", wavBytes("\xD5\x2A", {.format = 6, .bits = 8}));
  CHECK(readWavFile(folder / "alaw.wav") == std::vector<std::int16_t>{8, -32256});
  writeBytes(folder / "ulaw.wav", wavBytes("\xFF\x80", {.format = 7, .bits = 8}));
  CHECK(readWavFile(folder / "ulaw.wav") == std::vector<std::int16_t>{0, 32124});
}

TEST_CASE("chunks that are not audio are passed over, at odd lengths too") {
  const Folder folder;
  std::string bytes = wavBytes(std::string("\x05\x00", 2));
  std::string list = "LIST";
  append(list, 3, 4);
  list += std::string("abc\0", 4);
  bytes.insert(36, list);
  writeBytes(folder / "a.wav", bytes);
  CHECK(readWavFile(folder / "a.wav") == std::vector<std::int16_t>{5});
}

TEST_CASE("what is no playable WAV is refused with its reason") {
  CHECK(refusalOf("") == "is not a WAV file: it is shorter than a RIFF header");
  CHECK(refusalOf("ID3 and then some more bytes of music") == "is not a WAV file: it has no RIFF/WAVE header");
  CHECK(refusalOf(wavBytes(kAudio, {.channels = 2})) == "has 2 channels; only mono can be played");
  CHECK(refusalOf(wavBytes(kAudio, {.rate = 44100})) == "is sampled at 44100 Hz; only 8000 Hz can be played");
  CHECK(refusalOf(wavBytes(kAudio, {.bits = 8})) == "has 8 bits a sample where 16 are wanted");
  CHECK(refusalOf(wavBytes(kAudio, {.format = 85})) == "has WAV format 85; playable are 1 (16-bit linear), 6 (A-law) and 7 (µ-law)");
  const std::string whole = wavBytes(kAudio);
  CHECK(refusalOf(whole.substr(0, whole.size() - 100)) == "is cut short: its header promises 320 bytes of audio, the file has 220");
  CHECK(refusalOf(whole.substr(0, 36)) == "has no audio: the data chunk is missing");
  CHECK(refusalOf(whole.substr(0, 30)) == "is cut short in its format chunk");
  CHECK(refusalOf(whole.substr(0, 12) + whole.substr(36)) == "has no format chunk before its audio");
}

TEST_CASE("a file that is not there says so") {
  CHECK_THROWS_WITH_AS(WavReader("/nowhere/a.wav"), "/nowhere/a.wav: No such file or directory", WavError);
}

TEST_CASE("what the writer wrote reads back, in both encodings and with two channels") {
  const Folder folder;
  const std::vector<std::int16_t> samples = sine(440, 10000, 8000);
  {
    WavWriter writer(folder / "linear.wav", 1, WavEncoding::linear16);
    writer.write(samples);
  }
  CHECK(readWavFile(folder / "linear.wav") == samples);
  {
    WavWriter writer(folder / "alaw.wav", 1, WavEncoding::alaw);
    writer.write(samples);
  }
  const auto alaw = readWavFile(folder / "alaw.wav");
  REQUIRE(alaw.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); i++) CHECK(alaw[i] == alawToLinear(linearToAlaw(samples[i])));
  {
    WavWriter writer(folder / "stereo.wav", 2, WavEncoding::linear16);
    writer.write(samples);
  }
  CHECK(std::filesystem::file_size(folder / "stereo.wav") == 44 + 2 * samples.size());
}

TEST_CASE("a file whose writer died opens and has all that was written") {
  const Folder folder;
  {
    WavWriter writer(folder / "a.wav", 1, WavEncoding::linear16);
    for (int i = 0; i < 25; i++) writer.write(counted(i * 1000, 1000));
    // Read while it is open: nothing is left to be done at the end.
    CHECK(readWavFile(folder / "a.wav").size() == 25'000);
  }
  CHECK(readWavFile(folder / "a.wav") == counted(0, 25'000));
}

TEST_CASE("a full disk and a missing folder are errors with the system's words") {
  CHECK_THROWS_WITH_AS(WavWriter("/dev/full", 1, WavEncoding::linear16), "/dev/full: No space left on device", WavError);
  CHECK_THROWS_WITH_AS(WavWriter("/nowhere/a.wav", 1, WavEncoding::alaw), "/nowhere/a.wav: No such file or directory", WavError);
}
