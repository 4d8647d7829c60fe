// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <mutex>
#include <set>

namespace branchline {

/// Who has a card's B-channels: a call or a test, whichever came first. Any thread.
class BearerClaims {
 public:
  /// A call is about to use it. False: a test has it.
  bool takeForCall(int channel) {
    const std::lock_guard lock(mutex_);
    if (tested_.contains(channel)) return false;
    called_.insert(channel);
    return true;
  }
  void endOfCall(int channel) {
    const std::lock_guard lock(mutex_);
    called_.erase(channel);
  }
  /// False: a call has it, or another test.
  bool takeForTest(int channel) {
    const std::lock_guard lock(mutex_);
    return !called_.contains(channel) && tested_.insert(channel).second;
  }
  void endOfTest(int channel) {
    const std::lock_guard lock(mutex_);
    tested_.erase(channel);
  }

 private:
  std::mutex mutex_;
  std::set<int> called_;
  std::set<int> tested_;
};

}  // namespace branchline
