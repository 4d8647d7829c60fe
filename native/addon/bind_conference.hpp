// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

namespace branchline {

class Instance;
/// The methods of conferences.
void bindConference(Napi::Object& target, Instance& instance);

}  // namespace branchline
