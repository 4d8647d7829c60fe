// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/caller_id/fsk_demodulator.hpp"

namespace branchline {

/// A byte as it was heard: a start bit, eight data bits, the lowest first, a stop bit.
struct AsyncByte {
  std::uint8_t value = 0;
  std::array<float, 8> certainty{};  // Of each bit of `value`, by place; near 0: might as well be the other.
  int idleBits = 0;                  // How long the line rested before it.
  bool afterMark = false;            // … and that this rest was mark for 20 bits or more: a message may begin here.
};

/// Finds the bytes in a stream of soft bits. No clock is recovered: of all ways to cut the stream into bytes and rest the likeliest is taken (a
/// Viterbi search over ten positions a bit). Bytes may begin anywhere, but each step away from the bits of the byte before makes a cut less likely,
/// so that a jump of the sender's clock, a wrong bit rate and stuffed marks cost little and noise gains little. Fixed size, never allocates; one
/// thread at a time.
class AsyncReceiver {
 public:
  AsyncReceiver() noexcept { reset(); }
  void reset() noexcept;
  /// Takes 20 ms of soft bits. Answers the bytes that have become sure, which lie about 50 bits back; valid until the next call.
  std::span<const AsyncByte> process(std::span<const SoftBit> bits) noexcept;

 private:
  static constexpr std::size_t kBit = FskDemodulator::kGridPerBit;
  static constexpr std::size_t kByte = 9 * kBit + kBit / 2;  // From here on the next one may begin: a stop bit is half a bit at least.
  static constexpr std::size_t kSure = 50 * kBit;            // No later bit changes how one was cut that lies so far back.
  static constexpr std::size_t kRing = 2048;                 // Grid steps, a power of two over kSure, kByte, a frame and kMarkBefore.
  static constexpr std::size_t kMarkBefore = 24 * kBit;

  using PhaseScores = std::array<float, kBit>;
  /// Where the likeliest cuts go on at a step.
  struct Step {
    SoftBit bit;
    float begun = 0;                           // The best cut that begins a byte here, without that byte …
    float ended = 0;                           // The best cut that ends a byte just before this step.
    std::int8_t begunAfter = 0;                // … after rest of this phase, or, as −1 − n, n steps after the last byte may have ended.
    std::array<std::int8_t, kBit> restFrom{};  // The best cut that rests, by phase, was at rest in this phase before; −1: a byte ended.
  };
  /// A state of the search, for the way back.
  struct Place {
    std::uint64_t step = 0;
    bool resting = false;
    std::size_t phase = 0;
  };

  [[nodiscard]] Step& at(std::uint64_t step) noexcept { return ring_[step % kRing]; }
  [[nodiscard]] const Step& at(std::uint64_t step) const noexcept { return ring_[step % kRing]; }
  [[nodiscard]] float byteScore(std::uint64_t begin, std::uint64_t end) const noexcept;
  void add(const SoftBit& bit) noexcept;
  void rest(Step& here) noexcept;
  void begin(Step& here) noexcept;
  void rebase() noexcept;
  [[nodiscard]] Place likeliest() const noexcept;
  [[nodiscard]] Place beforeByte(std::uint64_t begin) const noexcept;
  void commit() noexcept;
  void tell(std::uint64_t begin) noexcept;
  [[nodiscard]] bool markedBefore(std::uint64_t begin) const noexcept;

  std::array<Step, kRing> ring_{};
  PhaseScores rest_{};           // The best cuts that rest now, by phase: step modulo kBit of the last byte's bits.
  std::uint64_t step_ = 0;       // Of the next soft bit.
  std::uint64_t sureUntil_ = 0;  // Told as far as here.
  std::uint64_t restSince_ = 0;  // End of the last byte that was told.
  std::array<AsyncByte, 8> bytes_{};
  std::size_t byteCount_ = 0;
};

}  // namespace branchline
