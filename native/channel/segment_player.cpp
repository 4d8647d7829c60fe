// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/segment_player.hpp"

#include <algorithm>
#include <cmath>

namespace branchline {

void SegmentPlayer::start(std::span<const ToneSegment> segments, bool loop) noexcept {
  segments_ = segments;
  loop_ = loop;
  enter(0);
}

void SegmentPlayer::enter(std::size_t segment) noexcept {
  at_ = segment;
  if (!playing()) return;
  const ToneSegment& entered = segments_[at_];
  left_ = static_cast<std::size_t>(std::max(entered.milliseconds, 1)) * (kSampleRate / 1000);
  tones_ = 0;
  for (double hz : entered.frequencies) {
    if (hz > 0) oscillators_[tones_++] = Oscillator(hz, entered.levelDbm0);
  }
}

void SegmentPlayer::generate(std::span<std::int16_t> out) noexcept {
  for (std::int16_t& sample : out) {
    sample = 0;
    if (!playing()) continue;
    double sum = 0;
    for (std::size_t tone = 0; tone < tones_; ++tone) sum += oscillators_[tone].next();
    sample = static_cast<std::int16_t>(std::lrint(std::clamp(sum, -32768.0, 32767.0)));
    if (--left_ > 0) continue;
    if (loop_ && segments_.size() == 1)
      left_ = static_cast<std::size_t>(segments_[0].milliseconds) * (kSampleRate / 1000);  // Goes on without a click.
    else
      enter(loop_ ? (at_ + 1) % segments_.size() : at_ + 1);
  }
}

}  // namespace branchline
