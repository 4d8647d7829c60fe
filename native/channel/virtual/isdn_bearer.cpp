// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/isdn_bearer.hpp"

#include <algorithm>

#include "common/g711.hpp"

namespace branchline {
namespace {

constexpr int kNextDigitMs = 4000;  // Of overlap sending: then the number is taken as it is.
constexpr int kUnallocated = 1;
constexpr int kNormalClearing = 16;
constexpr int kUserBusy = 17;
constexpr int kSwitchCongestion = 42;

int causeOf(const FarEndStep& refusal) {
  if (refusal.q850 != 0) return refusal.q850;
  switch (refusal.refusal) {
    case CallTone::busy: return kUserBusy;
    case CallTone::congestion: return kSwitchCongestion;
    default: return kUnallocated;
  }
}

}  // namespace

void IsdnBearer::enter(State state) noexcept {
  state_ = state;
  idle_.store(state == State::idle, std::memory_order_release);
}

void IsdnBearer::called(std::uint32_t call, std::string_view digits, bool complete) noexcept {
  reset();
  call_ = call;
  digitCount_ = 0;
  enter(State::collecting);
  addDigits(digits, complete);
}

void IsdnBearer::dialled(std::uint32_t call, std::string_view digits, bool complete) noexcept {
  if (state_ == State::collecting && call == call_) addDigits(digits, complete);
}

void IsdnBearer::addDigits(std::string_view digits, bool complete) noexcept {
  const std::size_t count = std::min(digits.size(), digits_.size() - digitCount_);
  std::copy_n(digits.begin(), count, digits_.begin() + static_cast<std::ptrdiff_t>(digitCount_));
  digitCount_ += count;
  complete_ = complete;
  sinceDigitMs_ = 0;
}

void IsdnBearer::connected(std::uint32_t call, FarEndSet* set) noexcept {
  reset();
  call_ = call;
  begin(set, set->front(), true);
}

void IsdnBearer::begin(FarEndSet* set, const FarEnd& farEnd, bool answered) noexcept {
  ++set->users;
  set_ = set;
  farEnd_ = &farEnd;
  answered_ = answered;
  toldProgress_ = false;
  if (answered) world_.heard.answered(channel_, farEnd, world_.clock.nowNs());
  script_.start(farEnd, answered);
  enter(State::calling);
}

void IsdnBearer::cleared(std::uint32_t call) noexcept {
  if (call == call_) reset();
}

void IsdnBearer::hangUp() noexcept {
  if (state_ == State::collecting || state_ == State::calling) refuse(kNormalClearing, true);
}

void IsdnBearer::reset() noexcept {
  end();
  enter(State::idle);
}

void IsdnBearer::end() noexcept {
  script_.stop();
  if (set_ != nullptr && answered_) world_.heard.ended(channel_, world_.clock.nowNs());
  answered_ = false;
  farEnd_ = nullptr;
  dropFarEndUser(set_, world_.heard);
  set_ = nullptr;
}

void IsdnBearer::refuse(int cause, bool byUser) noexcept {
  end();
  enter(State::cleared);
  news_.push({.type = BearerNews::Type::clear, .channel = channel_, .call = call_, .cause = cause, .byUser = byUser});
}

void IsdnBearer::frame() noexcept {
  received_.samples.fill(0);
  const Frame sent = written_;
  impairedOut_.process(written_);
  serve();
  if (looped_) received_ = written_;
  echo_.process(sent, received_);
  impairedIn_.process(received_);
  written_.samples.fill(0);
}

void IsdnBearer::serve() noexcept {
  if (state_ == State::collecting) collect();
  if (state_ == State::calling) run();
}

void IsdnBearer::impair(const LineImpairments& impairments) noexcept {
  impairedIn_.set(impairments.received);
  impairedOut_.set(impairments.sent);
  echo_.set(impairments.echo);
}

// A-law decodes and encodes again to the same octet, all 256 of them: beyond the card's edge there is audio only.
void IsdnBearer::read(Frame& out) const noexcept {
  out = received_;
  if (transparent_) std::transform(received_.samples.begin(), received_.samples.end(), out.samples.begin(), linearToAlaw);
}

void IsdnBearer::write(const Frame& in) noexcept {
  written_ = in;
  if (!transparent_) return;
  std::transform(in.samples.begin(), in.samples.end(), written_.samples.begin(),
                 [](std::int16_t octet) { return alawToLinear(static_cast<std::uint8_t>(octet)); });
}

void IsdnBearer::collect() noexcept {
  sinceDigitMs_ += kFrameMilliseconds;
  const std::string_view digits(digits_.data(), digitCount_);
  // A number that another one begins with is complete once nothing more is sent.
  const bool known = world_.table != nullptr && world_.table->find(digits) != nullptr && !world_.table->goesOn(digits);
  if (complete_ || known || sinceDigitMs_ >= kNextDigitMs) route();
}

void IsdnBearer::route() noexcept {
  const FarEnd* const farEnd = world_.table == nullptr ? nullptr : world_.table->find({digits_.data(), digitCount_});
  if (farEnd == nullptr) return refuse(kUnallocated, false);
  if (!complete_) tell(BearerNews::Type::proceeding);
  begin(world_.table, *farEnd, false);
}

void IsdnBearer::run() noexcept {
  if (answered_) world_.heard.heard(channel_, {written_.samples.data(), static_cast<std::size_t>(kFrameSamples)});
  script_.hear(written_);
  const ScriptRunner::Done done = script_.frame({received_.samples.data(), static_cast<std::size_t>(kFrameSamples)});
  if (done.refused != nullptr) {
    const int cause = causeOf(*done.refused);
    return refuse(cause, cause == kUserBusy || done.refused->q850 != 0);
  }
  if (done.rang) tell(BearerNews::Type::alerting);
  if (done.spoke && !answered_ && !done.answered && !toldProgress_) {
    toldProgress_ = true;
    tell(BearerNews::Type::progress);
  }
  if (done.answered) {
    answered_ = true;
    world_.heard.answered(channel_, *farEnd_, world_.clock.nowNs());
    tell(BearerNews::Type::connect);
  }
  if (done.hungUp) refuse(done.cause != 0 ? done.cause : kNormalClearing, true);
}

}  // namespace branchline
