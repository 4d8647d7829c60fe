// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/caller_display.hpp"

#include <algorithm>

namespace branchline {
namespace {

constexpr int kKeyMs = 70;  // EN 300 659-1: tones and pauses of 65 ms or more.

const CallerIdFormat& formatOf(CallerDisplay kind) noexcept {
  if (kind == CallerDisplay::v23AfterReversal) return kSin227Format;
  if (kind == CallerDisplay::bell202BetweenRings) return kBellcoreFormat;
  return kEtsiFormat;
}

}  // namespace

CallerDisplayReceiver::CallerDisplayReceiver(CallerDisplay kind) noexcept {
  switch (kind) {
    case CallerDisplay::none: break;
    case CallerDisplay::v23AfterReversal:
    case CallerDisplay::v23BetweenRings:
    case CallerDisplay::bell202BetweenRings: receiver_.emplace<CallerIdReceiver>(formatOf(kind).tones); break;
    case CallerDisplay::dtmfBeforeRinging: receiver_.emplace<DtmfCallerIdReceiver>(); break;
  }
}

void CallerDisplayReceiver::reset() noexcept {
  if (auto* const modem = std::get_if<CallerIdReceiver>(&receiver_)) modem->reset();
  if (auto* const keys = std::get_if<DtmfCallerIdReceiver>(&receiver_)) keys->reset();
}

const CallerIdReport* CallerDisplayReceiver::process(const Frame& frame) noexcept {
  if (auto* const modem = std::get_if<CallerIdReceiver>(&receiver_)) return modem->process(frame);
  if (auto* const keys = std::get_if<DtmfCallerIdReceiver>(&receiver_)) return keys->process(frame);
  return nullptr;
}

void CallerDisplaySender::begin(CallerDisplay kind, const CallerIdMessage& message) noexcept {
  stop();
  if (kind == CallerDisplay::none) return;
  if (kind != CallerDisplay::dtmfBeforeRinging) {
    modem_.begin(message, formatOf(kind));
    by_ = By::modem;
    return;
  }
  const auto keys = dtmfCallerIdKeys(message, 'A');
  if (keys_.load(keys.view(), kKeyMs, kKeyMs) != Status::ok) return;
  keys_.begin();
  by_ = By::keys;
}

void CallerDisplaySender::stop() noexcept {
  by_ = By::nothing;
  keys_.unload();
}

void CallerDisplaySender::generate(std::span<std::int16_t> out) noexcept {
  switch (by_) {
    case By::nothing: std::fill(out.begin(), out.end(), std::int16_t{0}); break;
    case By::modem: modem_.generate(out); break;
    case By::keys: keys_.generate(out); break;
  }
}

}  // namespace branchline
