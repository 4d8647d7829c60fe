// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/caller_id_sender.hpp"

#include <algorithm>
#include <cmath>

#include "audio/caller_id/alert_tone.hpp"
#include "audio/frame.hpp"

namespace branchline {
namespace {

constexpr int kSamplesPerMs = kSampleRate / 1000;
constexpr int kBitsPerByte = 10;

}  // namespace

void CallerIdSender::begin(const CallerIdMessage& display, const CallerIdFormat& format) noexcept {
  std::array<std::uint8_t, kMostMessageBytes> message{};
  const std::size_t size = encodeCallerDisplay(display, message);
  const FskModulator modem({.markHz = static_cast<double>(format.tones.markHz),
                            .spaceHz = static_cast<double>(format.tones.spaceHz),
                            .markDbm0 = kCallerIdDbm0,
                            .spaceDbm0 = kCallerIdDbm0});
  begin({message.data(), size}, format, modem);
}

void CallerIdSender::begin(std::span<const std::uint8_t> message, const CallerIdFormat& format, const FskModulator& modem) noexcept {
  format_ = format;
  modem_ = modem;
  size_ = std::min(message.size(), message_.size());
  std::copy_n(message.begin(), size_, message_.begin());
  bit_ = 0;
  low_ = Oscillator(kAlertLowHz, kAlertToneDbm0);
  high_ = Oscillator(kAlertHighHz, kAlertToneDbm0);
  left_ = format.alertMs * kSamplesPerMs;
  part_ = left_ > 0 ? Part::alert : Part::data;
}

bool CallerIdSender::generate(std::span<std::int16_t> out) noexcept {
  for (std::int16_t& to : out) to = static_cast<std::int16_t>(std::lrint(std::clamp(sample(), -32768.0, 32767.0)));
  return part_ == Part::done;
}

double CallerIdSender::sample() noexcept {
  switch (part_) {
    case Part::alert:
      if (--left_ == 0) {
        left_ = format_.alertGapMs * kSamplesPerMs;
        part_ = left_ > 0 ? Part::gap : Part::data;
      }
      return low_.next() + high_.next();
    case Part::gap:
      if (--left_ == 0) part_ = Part::data;
      return 0;
    case Part::data: return modem_.next([this] { return nextBit(); });
    case Part::done: break;
  }
  return 0;
}

bool CallerIdSender::nextBit() noexcept {
  int at = bit_++;
  if (at < format_.seizureBits) return at % 2 == 1;
  at -= format_.seizureBits;
  if (at < format_.markBits) return true;
  at -= format_.markBits;
  const int bytes = static_cast<int>(size_) * kBitsPerByte;
  if (at >= bytes + format_.endMarkBits) part_ = Part::done;
  if (at >= bytes) return true;
  const int inByte = at % kBitsPerByte;
  if (inByte == 0) return false;
  if (inByte == kBitsPerByte - 1) return true;
  return ((message_[static_cast<std::size_t>(at / kBitsPerByte)] >> (inByte - 1)) & 1U) != 0;
}

}  // namespace branchline
