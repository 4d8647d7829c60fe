// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <memory>

namespace branchline {

struct Card;
class Instance;

/// The virtual… calls of addon.d.ts: the far side of the virtual card, and what is wrong with it.
void bindVirtualCard(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card);

}  // namespace branchline
