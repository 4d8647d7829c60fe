// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sip/options.hpp"

namespace branchline {

/// Reads the files as TLS will: PJSIP does so only when the first peer connects. Throws std::runtime_error that says which file to change.
void checkTlsFiles(const SipTlsOptions& options);

}  // namespace branchline
