// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/far_side.hpp"

namespace branchline {

void dropFarEndUser(FarEndSet* set, HeardWriter& heard) noexcept {
  if (set != nullptr && --set->users == 0) heard.release(set);
}

void FarSide::beginCall(FarEndSet* set, const FarEnd& farEnd) noexcept {
  ++set->users;
  set_ = set;
  farEnd_ = &farEnd;
  answered_ = false;
}

void FarSide::runScript(bool answered) noexcept { script_.start(*farEnd_, answered); }

void FarSide::answerCall() noexcept {
  answered_ = true;
  world_.heard.answered(channel_, *farEnd_, world_.clock.nowNs());
}

void FarSide::hear(const Frame& frame) noexcept {
  script_.hear(frame);
  if (answered_) world_.heard.heard(channel_, {frame.samples.data(), static_cast<std::size_t>(kFrameSamples)});
}

void FarSide::endCall() noexcept {
  script_.stop();
  if (answered_) world_.heard.ended(channel_, world_.clock.nowNs());
  answered_ = false;
  FarEndSet* const set = set_;
  set_ = nullptr;
  farEnd_ = nullptr;
  dropFarEndUser(set, world_.heard);
}

}  // namespace branchline
