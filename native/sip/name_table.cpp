// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/name_table.hpp"

#include <algorithm>

#include "sip/text.hpp"

namespace branchline {

std::string NameTable::keyOf(std::string_view name) {
  std::string key(name);
  std::transform(key.begin(), key.end(), key.begin(), lowered);
  return key;
}

void NameTable::setTrunk(const std::string& domain, Target target) {
  const std::lock_guard lock(mutex_);
  trunks_[keyOf(domain)] = std::move(target);
}

void NameTable::removeTrunk(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  trunks_.erase(keyOf(domain));
}

void NameTable::learn(std::string_view name, Target target) {
  std::string key = keyOf(name);
  const std::lock_guard lock(mutex_);
  if (trunks_.contains(key)) return;
  const auto [entry, added] = learned_.insert_or_assign(key, std::move(target));
  if (!added) return;
  age_.push_back(std::move(key));
  if (age_.size() > kMaxLearned) {
    learned_.erase(age_.front());
    age_.pop_front();
  }
}

std::optional<NameTable::Target> NameTable::find(std::string_view name) const {
  const std::string key = keyOf(name);
  const std::lock_guard lock(mutex_);
  if (const auto trunk = trunks_.find(key); trunk != trunks_.end()) return trunk->second;
  if (const auto learned = learned_.find(key); learned != learned_.end()) return learned->second;
  return std::nullopt;
}

}  // namespace branchline
