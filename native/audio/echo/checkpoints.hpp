// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

namespace branchline::echo {

/// Two earlier states, to return to when what was learnt since turns out to be wrong. Their sizes never change, so that assignment allocates nothing.
template <typename State>
class Checkpoints {
 public:
  explicit Checkpoints(const State& state) : recent_(state), older_(state) {}

  void keep(const State& state) noexcept {
    std::swap(recent_, older_);
    recent_ = state;
  }
  void restart(const State& state) noexcept { recent_ = older_ = state; }
  /// The state of the keep() before the last, and nothing newer from now on.
  void rollBack(State& state) noexcept { state = recent_ = older_; }

 private:
  State recent_;
  State older_;
};

}  // namespace branchline::echo
