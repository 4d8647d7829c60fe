// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/dahdi/dahdi_audio.hpp"

#include <algorithm>
#include <cerrno>

namespace branchline {
namespace {

constexpr int kMostReads = DahdiAudio::kBuffers + 1;

}  // namespace

void DahdiAudio::begin() noexcept {
  if (!restart_.exchange(false, std::memory_order_acquire)) return;
  octets_ = wantsOctets_.load(std::memory_order_relaxed);
  size_ = 0;
  primed_ = false;
  queued_ = 0;
  sent_ = false;
  flowing_ = false;
}

DahdiAudio::Taken DahdiAudio::take(DahdiDriver& driver, int descriptor) noexcept {
  begin();
  int frames = 0;
  for (int i = 0; i < kMostReads; ++i) {
    const ssize_t size = read(driver, descriptor);
    if (size < 0 && meansGone(errno)) return Taken::gone;
    if (size <= 0) break;  // EAGAIN; ELAST: an event waits, which the event thread takes; EINTR: next frame.
    append(static_cast<std::size_t>(size) / sampleBytes());
    ++frames;
  }
  // One clock fills and empties the card: as many frames left it as came.
  queued_ = std::max(0, queued_ - frames);
  flowing_ = sent_;
  sent_ = false;
  next();
  return Taken::ok;
}

ssize_t DahdiAudio::read(DahdiDriver& driver, int descriptor) noexcept {
  if (!octets_) return driver.read(descriptor, samples_.data() + size_, kFrame * sizeof(std::int16_t));
  std::array<std::uint8_t, kFrame> octets;
  const ssize_t size = driver.read(descriptor, octets.data(), octets.size());
  if (size > 0) std::copy_n(octets.begin(), size, samples_.begin() + static_cast<std::ptrdiff_t>(size_));
  return size;
}

ssize_t DahdiAudio::hand(DahdiDriver& driver, int descriptor, const Frame& frame) const noexcept {
  if (!octets_) return driver.write(descriptor, frame.samples.data(), kFrame * sizeof(std::int16_t));
  std::array<std::uint8_t, kFrame> octets;
  std::transform(frame.samples.begin(), frame.samples.begin() + kFrame, octets.begin(), [](int sample) { return static_cast<std::uint8_t>(sample); });
  return driver.write(descriptor, octets.data(), octets.size());
}

// There is always room for one more read behind `size_`.
void DahdiAudio::append(std::size_t samples) noexcept {
  size_ += samples;
  if (size_ + kFrame > kCapacity) {
    drop(kFrame);
    slip();
  }
}

void DahdiAudio::drop(std::size_t samples) noexcept {
  std::copy(samples_.begin() + static_cast<std::ptrdiff_t>(samples), samples_.begin() + static_cast<std::ptrdiff_t>(size_), samples_.begin());
  size_ -= samples;
}

void DahdiAudio::next() noexcept {
  waiting_ = static_cast<double>(size_) / kFrameSamples;
  if (size_ >= 2 * kFrame) primed_ = true;
  if (!primed_ || size_ < kFrame) {
    if (primed_) slip();
    primed_ = false;  // Until a second frame waits again: one gap, not one at every other frame.
    received_.samples.fill(0);
    return;
  }
  std::copy_n(samples_.begin(), kFrame, received_.samples.begin());
  drop(kFrame);
  if (size_ >= kFrame && late_.seen(static_cast<int>(size_ / kFrame), 1)) {
    drop(kFrame);
    slip();
  }
}

DahdiAudio::Taken DahdiAudio::send(DahdiDriver& driver, int descriptor, const Frame& frame) noexcept {
  static constexpr Frame kSilence{};
  sent_ = true;
  if (early_.seen(queued_, 2)) {
    slip();
    return Taken::ok;
  }
  if (queued_ == 0) {  // The reserve: silence before the first word, a gap between two.
    if (flowing_) slip();
    if (write(driver, descriptor, kSilence) == Taken::gone) return Taken::gone;
  }
  return write(driver, descriptor, frame);
}

DahdiAudio::Taken DahdiAudio::write(DahdiDriver& driver, int descriptor, const Frame& frame) noexcept {
  if (hand(driver, descriptor, frame) > 0) {
    ++queued_;
    return Taken::ok;
  }
  if (meansGone(errno)) return Taken::gone;
  if (errno == EAGAIN) queued_ = kBuffers;
  slip();
  return Taken::ok;
}

}  // namespace branchline
