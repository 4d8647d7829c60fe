// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

namespace branchline {

class Instance;

/// What the add-on keeps for one environment (the process's main one, or a worker): its open instances, so that they stop before it goes.
class Environment {
 public:
  ~Environment();
  void add(const std::shared_ptr<Instance>& instance);

 private:
  std::vector<std::weak_ptr<Instance>> instances_;
};

}  // namespace branchline
