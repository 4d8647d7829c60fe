// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/card_port.hpp"

#include <algorithm>
#include <cmath>

namespace branchline {
namespace {

constexpr int kDialOnMs = 70;  // The driver's default is near to it.
constexpr int kDialOffMs = 70;

[[nodiscard]] double ratioOf(double db) noexcept { return std::pow(10, db / 20); }

void amplify(Frame& frame, double gain) noexcept {
  if (gain == 1) return;
  for (std::int16_t& sample : std::span(frame.samples.data(), kFrameSamples))
    sample = static_cast<std::int16_t>(std::lrint(std::clamp(gain * sample, -32768.0, 32767.0)));
}

}  // namespace

CardPort::CardPort(int channel, ChannelKind kind, VirtualWorld& world, std::unique_ptr<FarSide> far, std::uint64_t seed)
    : channel_(channel),
      kind_(kind),
      world_(world),
      far_(std::move(far)),
      impairedIn_(2 * seed),
      impairedOut_(2 * seed + 1) {}

Status CardPort::load(std::string_view digits, DialMethod method) noexcept {
  return method == DialMethod::dtmf ? dialler_.load(digits, kDialOnMs, kDialOffMs) : Status::unavailable;
}

void CardPort::startDialling(DialMethod) noexcept {
  dialler_.begin();
  dialling_ = true;
}

void CardPort::stopDialling() noexcept {
  if (dialling_) dialler_.unload();
  dialling_ = false;
}

void CardPort::setPolarity(bool reversed) noexcept {
  polarity_ = reversed;
  far_->portPolarity(reversed);
}

void CardPort::setGains(double receiveDb, double transmitDb) noexcept {
  receiveGain_ = ratioOf(receiveDb);
  transmitGain_ = ratioOf(transmitDb);
}

void CardPort::impair(const LineImpairments& impairments) noexcept {
  impairedIn_.set(impairments.received);
  impairedOut_.set(impairments.sent);
  echo_.set(impairments.echo);
  far_->impair(impairments.signalling);
}

void CardPort::pull() noexcept {
  if (pulled_) return;
  pulled_ = true;
  stopDialling();
  gone();
  far_->portGone();
  emit(ChannelEventType::removed);
}

void CardPort::restore() noexcept {
  if (!pulled_) return;
  pulled_ = false;
  open();
  emit(ChannelEventType::restored);
}

void CardPort::frame() noexcept {
  if (dialling_ && dialler_.generate({written_.samples.data(), kFrameSamples})) {
    dialling_ = false;
    tellDialled();
  }
  if (!pulled_) work();
  if (pulled_ || !sends()) written_.samples.fill(0);
  amplify(written_, transmitGain_);
  const Frame sent = written_;
  impairedOut_.process(written_);
  far_->frame(written_, received_);
  echo_.process(sent, received_);
  impairedIn_.process(received_);
  amplify(received_, receiveGain_);
  written_.samples.fill(0);
  if (!pulled_) watch(far_->signal());
  state_.store(pulled_ ? ChannelState{.battery = false} : stateOf(far_->signal()), std::memory_order_release);
}

void CardPort::read(Frame& out) const noexcept {
  if (pulled_)
    out = Frame{};
  else
    out = received_;
}

}  // namespace branchline
