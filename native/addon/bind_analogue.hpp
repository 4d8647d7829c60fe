// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "addon/card.hpp"
#include "addon/instance.hpp"

namespace branchline {

/// The analogue lines' methods of the engine's object.
void bindAnalogue(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card);

}  // namespace branchline
