// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/line_port.hpp"

namespace branchline {

void LinePort::listen(Listen what) noexcept {
  const std::uint32_t next = (wanted_.load(std::memory_order_relaxed) | 3U) + 1U + static_cast<std::uint32_t>(what);
  wanted_.store(next, std::memory_order_release);
}

bool LinePort::nextFinding(Finding& finding) noexcept {
  while (findings_.pop(finding)) {
    if (finding.listening == wanted_.load(std::memory_order_relaxed)) return true;
  }
  return false;
}

void LinePort::beginFrame() noexcept {
  io_.read(channel_, received_);
  hear();
  const CallTone wanted = wantedTone_.load(std::memory_order_relaxed);
  if (wanted != tone_) {
    tone_ = wanted;
    player_.start(country_.tone(tone_), true);
  }
  if (tone_ == CallTone::none) return;
  Frame frame;
  player_.generate({frame.samples.data(), static_cast<std::size_t>(kFrameSamples)});
  io_.write(channel_, frame);
}

void LinePort::hear() noexcept {
  const std::uint32_t wanted = wanted_.load(std::memory_order_acquire);
  if (wanted != listening_) {
    listening_ = wanted;
    tones_.reset();
    digits_.reset();
  }
  switch (static_cast<Listen>(listening_ & 3U)) {
    case Listen::off: break;
    case Listen::tones: {
      const CallTone tone = tones_.process(received_);
      if (tone != CallTone::none) findings_.push({listening_, tone, 0});
      break;
    }
    case Listen::digits:
      for (const DtmfEvent& event : digits_.process(received_)) {
        if (event.type == DtmfEvent::Type::begin) findings_.push({listening_, CallTone::none, event.digit});
      }
      break;
  }
}

void LinePort::push(const Frame& in) noexcept {
  if (tone_ == CallTone::none) io_.write(channel_, in);
}

}  // namespace branchline
