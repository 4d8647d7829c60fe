// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "audio/frame.hpp"
#include "channel/dahdi/dahdi_driver.hpp"

namespace branchline {

/// One channel's audio between the driver's buffers, which the card's clock fills and empties, and our frames, which the audio clock takes. Between
/// one and two frames wait in each direction, more where frames come and go unevenly; where the two clocks part, a frame is dropped or a silent one
/// put in, and counted.
///
/// Audio thread, but for `restart` and the counters.
class DahdiAudio {
 public:
  static constexpr int kBuffers = 4;  // The driver's, of one frame each, a direction.

  enum class Taken : std::uint8_t { ok, gone };

  /// Any thread: the driver's buffers are empty again (opened anew, or hung up, which flushes them). `octets`: from now on they hold a B-channel's
  /// octets, one a sample, and not linear audio.
  void restart(bool octets = false) noexcept {
    wantsOctets_.store(octets, std::memory_order_relaxed);
    restart_.store(true, std::memory_order_release);
  }
  /// Once a frame: reads all that came and makes the next frame ready.
  Taken take(DahdiDriver& driver, int descriptor) noexcept;
  [[nodiscard]] const Frame& received() const noexcept { return received_; }
  /// Once a frame at most, after take. A frame that finds an event waiting in the driver (ELAST) is lost.
  Taken send(DahdiDriver& driver, int descriptor, const Frame& frame) noexcept;
  /// What waited before the last frame was taken, in frames: 1.5 on average where the clocks agree.
  [[nodiscard]] double waiting() const noexcept { return waiting_; }
  [[nodiscard]] bool flows() const noexcept { return primed_; }
  /// Any thread: frames dropped and put in.
  [[nodiscard]] std::uint32_t slips() const noexcept { return slips_.load(std::memory_order_relaxed); }

 private:
  /// Tells when more has waited than need be, for a second: delay that jitter has left behind.
  class Excess {
   public:
    /// Once a frame. True once a second at most.
    bool seen(int waiting, int needed) noexcept {
      fewest_ = std::min(fewest_, waiting);
      if (++frames_ < kWindow) return false;
      const bool excess = fewest_ > needed;
      *this = {};
      return excess;
    }

   private:
    static constexpr int kWindow = 50;
    int frames_ = 0;
    int fewest_ = kWindow;
  };

  static constexpr std::size_t kFrame = kFrameSamples;
  static constexpr std::size_t kCapacity = kFrame * (kBuffers + 3);

  void begin() noexcept;
  /// What the driver has for one frame, behind `size_`; its answer.
  [[nodiscard]] ssize_t read(DahdiDriver& driver, int descriptor) noexcept;
  [[nodiscard]] ssize_t hand(DahdiDriver& driver, int descriptor, const Frame& frame) const noexcept;
  [[nodiscard]] std::size_t sampleBytes() const noexcept { return octets_ ? 1 : sizeof(std::int16_t); }
  void append(std::size_t samples) noexcept;
  void drop(std::size_t samples) noexcept;
  void next() noexcept;
  Taken write(DahdiDriver& driver, int descriptor, const Frame& frame) noexcept;
  void slip() noexcept { slips_.fetch_add(1, std::memory_order_relaxed); }

  std::atomic<bool> restart_{true};
  std::atomic<bool> wantsOctets_{false};
  bool octets_ = false;
  std::atomic<std::uint32_t> slips_{0};
  std::array<std::int16_t, kCapacity> samples_{};  // Received, oldest first; `size_` of them.
  std::size_t size_ = 0;
  bool primed_ = false;  // Frames flow: a second one has waited since the last gap.
  double waiting_ = 0;
  Frame received_;
  Excess late_;
  int queued_ = 0;        // Frames in the driver to be sent, as far as we can tell: it does not.
  bool sent_ = false;     // In the frame at hand.
  bool flowing_ = false;  // In the frame before.
  Excess early_;
};

}  // namespace branchline
