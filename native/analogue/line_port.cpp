// SPDX-License-Identifier: GPL-3.0-or-later
#include "analogue/line_port.hpp"

namespace branchline {
namespace {

constexpr int kVoiceMs = 250;  // Sound that is no tone for so long is a voice, no click.

}  // namespace

void LinePort::listen(Listen what) noexcept {
  const std::uint32_t next = (wanted_.load(std::memory_order_relaxed) | 3U) + 1U + static_cast<std::uint32_t>(what);
  wanted_.store(next, std::memory_order_release);
}

void LinePort::show(const CallerIdMessage& message, int afterMs) noexcept {
  shows_.push({message, afterMs});
  showing_.store(true, std::memory_order_release);
}

bool LinePort::nextFinding(Finding& finding) noexcept {
  while (findings_.pop(finding)) {
    if (finding.listening == wanted_.load(std::memory_order_relaxed)) return true;
  }
  return false;
}

void LinePort::beginFrame() noexcept {
  io_.read(channel_, received_);
  echo_.clean(received_);
  hear();
  const CallTone wanted = wantedTone_.load(std::memory_order_relaxed);
  if (wanted != tone_) {
    tone_ = wanted;
    player_.start(country_.tone(tone_), true);
  }
  if (tone_ == CallTone::none) {
    sendDisplay();
    return;
  }
  Frame frame;
  player_.generate({frame.samples.data(), static_cast<std::size_t>(kFrameSamples)});
  write(frame);
}

void LinePort::sendDisplay() noexcept {
  const bool wanted = showing_.load(std::memory_order_acquire);
  while (shows_.pop(show_)) showPending_ = true;
  if (!wanted) {
    showPending_ = false;
    return;
  }
  if (showPending_) {
    show_.afterMs -= kFrameMilliseconds;
    if (show_.afterMs > 0) return;
    showPending_ = false;
    sender_.begin(country_.callerDisplay, show_.message);
  }
  if (sender_.sending()) {
    Frame frame;
    sender_.generate({frame.samples.data(), static_cast<std::size_t>(kFrameSamples)});
    write(frame);
    if (sender_.sending()) return;
  }
  showing_.store(false, std::memory_order_relaxed);
  findings_.push({.type = Finding::Type::shown, .listening = listening_});
}

void LinePort::hear() noexcept {
  const std::uint32_t wanted = wanted_.load(std::memory_order_acquire);
  if (wanted != listening_) {
    listening_ = wanted;
    tones_.reset();
    heardTone_ = CallTone::none;
    heardVoice_ = false;
    silentMs_.store(0, std::memory_order_relaxed);
    digits_.reset();
    display_.reset();
  }
  switch (static_cast<Listen>(listening_ & 3U)) {
    case Listen::off: break;
    case Listen::tones: hearTones(); break;
    case Listen::digits:
      for (const DtmfEvent& event : digits_.process(received_)) {
        if (event.type == DtmfEvent::Type::begin) findings_.push({.type = Finding::Type::digit, .listening = listening_, .digit = event.digit});
      }
      break;
    case Listen::callerDisplay:
      if (const CallerIdReport* report = display_.process(received_)) displays_.push(*report);
      break;
  }
}

void LinePort::hearTones() noexcept {
  const CallTone tone = tones_.process(received_);
  const CallTone before = heardTone_;
  heardTone_ = tones_.present();
  if (before != CallTone::none && heardTone_ != before) findings_.push({.type = Finding::Type::toneEnded, .listening = listening_, .tone = before});
  if (tone != CallTone::none) findings_.push({.type = Finding::Type::tone, .listening = listening_, .tone = tone});
  const bool voice = tones_.otherSoundMs() >= kVoiceMs;
  if (voice && !heardVoice_) findings_.push({.type = Finding::Type::voice, .listening = listening_});
  heardVoice_ = voice;
  silentMs_.store(tones_.isSilent() ? silentMs() + kFrameMilliseconds : 0, std::memory_order_relaxed);
}

void LinePort::write(const Frame& frame) noexcept {
  io_.write(channel_, frame);
  echo_.sent(frame);
}

void LinePort::push(const Frame& in) noexcept {
  if (tone_ == CallTone::none) write(in);
}

}  // namespace branchline
