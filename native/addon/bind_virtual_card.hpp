// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "channel/virtual/far_end.hpp"

namespace branchline {

struct Card;
class Instance;

/// The virtual… calls of addon.d.ts: the far side of the virtual card, and what is wrong with it.
void bindVirtualCard(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card);

/// A far end of CallInOptions or PhoneDialsOptions.
FarEnd callerOf(const std::string& number, const Napi::Object& options);

}  // namespace branchline
