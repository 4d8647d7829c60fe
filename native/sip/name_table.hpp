// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace branchline {

/// The only names PJSIP can resolve: it never asks DNS (a dead server must not hold a SIP thread, DESIGN.md §3). Two kinds: trunks' names, whose
/// addresses the adapter resolved; and host names that peers put in Contact or Record-Route, which mean "where that message came from". Any thread.
class NameTable {
 public:
  struct Target {
    std::string address;  // IP literal.
    int port = 0;         // 0: the one asked for, or the default of the transport.
  };

  void setTrunk(const std::string& domain, Target target);
  void removeTrunk(const std::string& domain);
  /// `name` as a peer at `target` gave it. A trunk's name is not changed by it. Names are bounded: the oldest is forgotten.
  void learn(std::string_view name, Target target);
  [[nodiscard]] std::optional<Target> find(std::string_view name) const;

 private:
  static constexpr std::size_t kMaxLearned = 2048;  // Two a call.
  static std::string keyOf(std::string_view name);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Target> trunks_;
  std::unordered_map<std::string, Target> learned_;
  std::deque<std::string> age_;
};

}  // namespace branchline
