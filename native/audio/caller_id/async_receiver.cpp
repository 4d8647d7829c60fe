// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/async_receiver.hpp"

#include <algorithm>
#include <cmath>

namespace branchline {
namespace {

constexpr std::uint64_t kStart = 4096;         // The first step: what lies before it in the ring is rest.
constexpr std::size_t kMarkShare = 80;         // Per cent of the steps before a message that must be pure mark.
constexpr std::size_t kMarkEdge = 3 * 10;      // Steps before the start bit whose window reaches into the byte.
constexpr std::size_t kMostStuffed = 10 * 10;  // Steps of mark between two bytes of a message (EN 300 659-1: ten bits).
constexpr std::uint64_t kRebaseEvery = 4096;

// What a cut loses, on the scale on which a clean bit is worth 2.
constexpr float kOffPhase[] = {0, 0.15F, 0.6F, 1.3F, 1.9F, 2.2F};  // By how many steps a byte begins off the bits of the one before.
constexpr float kRests = 0.4F;                                     // Rest after a byte: bytes mostly follow each other.
constexpr float kEndsMark = 1.4F;                                  // Mark that ends: it lasts for a hundred bits.
constexpr float kDrift = 0.1F;                                     // Phase of rest moves by a step, at most one a bit: clocks drift.
constexpr float kImpossible = -1e9F;

}  // namespace

void AsyncReceiver::reset() noexcept {
  ring_ = {};
  rest_ = {};
  step_ = kStart;
  sureUntil_ = kStart;
  restSince_ = kStart;
  for (Step& step : ring_) {
    step.ended = kImpossible;
    step.begun = kImpossible;
  }
}

std::span<const AsyncByte> AsyncReceiver::process(std::span<const SoftBit> bits) noexcept {
  byteCount_ = 0;
  for (const SoftBit& bit : bits) add(bit);
  commit();
  return {bytes_.data(), byteCount_};
}

// Rest scores nothing; a byte by how much likelier its spaces are than rest. Of its bits before `end`.
float AsyncReceiver::byteScore(std::uint64_t begin, std::uint64_t end) const noexcept {
  float score = at(begin).bit.space;
  for (std::uint64_t bit = begin + kBit; bit <= begin + 8 * kBit && bit < end; bit += kBit) score += std::max(0.0F, at(bit).bit.space);
  return score;
}

void AsyncReceiver::add(const SoftBit& bit) noexcept {
  Step& here = at(step_);
  here.bit = bit;
  const std::uint64_t began = step_ - kByte;
  here.ended = at(began).begun <= kImpossible ? kImpossible : at(began).begun + byteScore(began, step_);
  rest(here);
  begin(here);
  ++step_;
  if (step_ % kRebaseEvery == 0) rebase();
}

void AsyncReceiver::rest(Step& here) noexcept {
  const PhaseScores before = rest_;
  const bool drifts = step_ % kBit == 0;
  for (std::size_t phase = 0; phase < kBit; ++phase) {
    here.restFrom[phase] = static_cast<std::int8_t>(phase);
    for (std::size_t by : {std::size_t{1}, kBit - 1}) {
      const std::size_t other = (phase + by) % kBit;
      if (!drifts || before[other] - kDrift <= rest_[phase]) continue;
      rest_[phase] = before[other] - kDrift;
      here.restFrom[phase] = static_cast<std::int8_t>(other);
    }
  }
  const std::size_t phase = (step_ - kByte) % kBit;
  if (here.ended - kRests <= rest_[phase]) return;
  rest_[phase] = here.ended - kRests;
  here.restFrom[phase] = -1;
}

void AsyncReceiver::begin(Step& here) noexcept {
  here.begun = kImpossible;
  if (here.bit.space <= 0) return;
  const bool afterMark = at(step_ - kMarkEdge).bit.isMark && at(step_ - kMarkEdge - kMostStuffed).bit.isMark;
  const float endsMark = afterMark ? kEndsMark : 0;
  for (std::size_t phase = 0; phase < kBit; ++phase) {
    const std::size_t off = (step_ + kBit - phase) % kBit;
    const float score = rest_[phase] - kOffPhase[std::min(off, kBit - off)] - endsMark;
    if (score <= here.begun) continue;
    here.begun = score;
    here.begunAfter = static_cast<std::int8_t>(phase);
  }
  for (std::size_t since = 0; since <= kBit; ++since) {
    const std::size_t off = since > kBit / 2 ? since - kBit / 2 : kBit / 2 - since;
    const float score = at(step_ - since).ended - kOffPhase[off];
    if (score <= here.begun) continue;
    here.begun = score;
    here.begunAfter = static_cast<std::int8_t>(-1 - static_cast<int>(since));
  }
}

// Scores only matter against each other: keeps them where single precision is fine.
void AsyncReceiver::rebase() noexcept {
  const float base = *std::max_element(rest_.begin(), rest_.end());
  for (float& score : rest_) score -= base;
  for (std::uint64_t back = 1; back <= kByte + kBit; ++back) {
    Step& step = at(step_ - back);
    if (step.begun > kImpossible) step.begun -= base;
    if (step.ended > kImpossible) step.ended -= base;
  }
}

// The end of the likeliest cut so far. A byte that is under way counts with what is there of it.
AsyncReceiver::Place AsyncReceiver::likeliest() const noexcept {
  const auto best = std::max_element(rest_.begin(), rest_.end());
  Place place{step_ - 1, true, static_cast<std::size_t>(best - rest_.begin())};
  float bestScore = *best;
  for (std::uint64_t begin = step_ - kByte - kBit; begin < step_; ++begin) {
    if (at(begin).begun <= kImpossible) continue;
    const float score = at(begin).begun + byteScore(begin, step_);
    if (score <= bestScore) continue;
    bestScore = score;
    place = beforeByte(begin);
  }
  return place;
}

AsyncReceiver::Place AsyncReceiver::beforeByte(std::uint64_t begin) const noexcept {
  const int after = at(begin).begunAfter;
  if (after >= 0) return {begin, true, static_cast<std::size_t>(after)};
  return {begin - static_cast<std::uint64_t>(-1 - after), false, 0};
}

void AsyncReceiver::commit() noexcept {
  std::array<std::uint64_t, 16> begins{};
  std::size_t count = 0;
  for (Place place = likeliest(); place.step > sureUntil_;) {
    if (place.resting && at(place.step).restFrom[place.phase] >= 0) {
      place.phase = static_cast<std::size_t>(at(place.step).restFrom[place.phase]);
      --place.step;
      continue;
    }
    const std::uint64_t began = place.step - kByte;
    if (began >= sureUntil_ && place.step + kSure <= step_ && count < begins.size()) begins[count++] = began;
    place = beforeByte(began);
  }
  while (count > 0 && byteCount_ < bytes_.size()) tell(begins[--count]);
  // What lies behind the sure part and holds no byte is rest.
  if (step_ > kStart + kSure + kByte) sureUntil_ = std::max(sureUntil_, step_ - kSure - kByte);
}

void AsyncReceiver::tell(std::uint64_t begin) noexcept {
  AsyncByte& byte = bytes_[byteCount_++];
  byte = {};
  for (std::size_t bit = 0; bit < 8; ++bit) {
    const float space = at(begin + (bit + 1) * kBit).bit.space;
    if (space <= 0) byte.value = static_cast<std::uint8_t>(byte.value | (1U << bit));
    byte.certainty[bit] = std::fabs(space);
  }
  byte.idleBits = static_cast<int>((begin - std::min(begin, restSince_)) / kBit);
  byte.afterMark = byte.idleBits >= static_cast<int>((kMarkBefore - kMarkEdge) / kBit) && markedBefore(begin);
  restSince_ = begin + kByte;
  sureUntil_ = restSince_;
}

bool AsyncReceiver::markedBefore(std::uint64_t begin) const noexcept {
  std::size_t marks = 0;
  for (std::uint64_t step = begin - kMarkBefore; step < begin - kMarkEdge; ++step) marks += at(step).bit.isMark ? 1 : 0;
  return marks * 100 >= (kMarkBefore - kMarkEdge) * kMarkShare;
}

}  // namespace branchline
