// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/message_collector.hpp"

namespace branchline {
namespace {

constexpr float kDoubtful = 0.5F;     // Certainty under which a bit may be turned.
constexpr int kMostDoubtful = 20;     // One of so many bits may be doubtful: beyond it an eight-bit checksum no longer tells right from wrong.
constexpr int kMostStuffedBits = 60;  // Rest between two bytes of a message; EN 300 659-1 lets a sender stuff 10.
constexpr float kCertain = 1e9F;

}  // namespace

bool MessageCollector::add(const AsyncByte& byte, CallerIdReport& report) noexcept {
  bool told = false;
  if (collecting() && (byte.afterMark || byte.idleBits > kMostStuffedBits)) told = signalLost(report);
  if (!collecting()) {
    if (!byte.afterMark || !isCallerIdType(byte.value)) return told;
    doubtfulBits_ = 0;
    doubts_.fill({Doubt{kCertain, 0}, Doubt{kCertain, 0}});
  }
  store(byte);
  if (size_ < 2 || size_ < bytes_[1] + 3U) return told;
  finish(report);
  return true;
}

void MessageCollector::store(const AsyncByte& byte) noexcept {
  for (float certainty : byte.certainty) doubtfulBits_ += certainty < kDoubtful ? 1 : 0;
  for (std::size_t bit = 0; bit < 8 && size_ >= 2; ++bit) {  // A wrong length can't be mended.
    Doubt& doubt = doubts_[bit][(byte.value >> bit) & 1U];
    if (byte.certainty[bit] < doubt.certainty) doubt = {byte.certainty[bit], size_};
  }
  bytes_[size_++] = byte.value;
}

bool MessageCollector::signalLost(CallerIdReport& report) noexcept {
  if (!collecting()) return false;
  size_ = 0;
  report = {};
  report.fault = CallerIdFault::truncated;
  return true;
}

void MessageCollector::finish(CallerIdReport& report) noexcept {
  report = {};
  report.doubtfulBits = doubtfulBits_;
  const std::span<const std::uint8_t> message(bytes_.data(), size_);
  const bool uncertain = doubtfulBits_ * kMostDoubtful > static_cast<int>(size_) * 8;
  report.fault = parseCallerDisplay(message, report.display);
  if (report.fault == CallerIdFault::none && uncertain) report.fault = CallerIdFault::uncertain;
  if (report.fault == CallerIdFault::checksum && !uncertain && mend()) {
    report.mended = true;
    report.fault = parseCallerDisplay(message, report.display);
  }
  size_ = 0;
}

// A sum that is wrong by a power of two is one wrong bit in that place: the least certain one there, if it is doubtful at all.
bool MessageCollector::mend() noexcept {
  std::uint8_t sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum = static_cast<std::uint8_t>(sum + bytes_[i]);
  for (std::size_t bit = 0; bit < 8; ++bit) {
    const std::uint8_t weight = static_cast<std::uint8_t>(1U << bit);
    const Doubt* doubt = nullptr;
    if (sum == weight) doubt = &doubts_[bit][1];  // A 1 too many.
    if (sum == static_cast<std::uint8_t>(-weight) && (doubt == nullptr || doubts_[bit][0].certainty < doubt->certainty)) doubt = &doubts_[bit][0];
    if (doubt == nullptr || doubt->certainty > kDoubtful) continue;
    bytes_[doubt->byte] = static_cast<std::uint8_t>(bytes_[doubt->byte] ^ weight);
    return true;
  }
  return false;
}

}  // namespace branchline
