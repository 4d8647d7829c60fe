// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace branchline {

// The SIP side of src/telephony/causes/README.md: a test reads that table and holds this file to it.

/// The final SIP status that refuses a call for a Q.850 cause (RFC 3398 §7.2.4.1; we are the called user, so 21 is 603 as that clause allows).
/// A cause without an entry: as the unspecified cause of its class.
[[nodiscard]] int sipStatusOfCause(int q850) noexcept;

/// The Q.850 cause of a final SIP status without a Reason header (RFC 3398 §8.2.6.1; 433 by RFC 5079, 607 by RFC 8197, 608 by RFC 8688). Without
/// an entry: by its class.
[[nodiscard]] int causeOfSipStatus(int sipStatus) noexcept;

/// The cause of the Q.850 value in a Reason header's value (RFC 3326), which may list several protocols; nullopt where there is none in 1…127.
[[nodiscard]] std::optional<int> causeOfReason(std::string_view headerValue);

/// `Q.850;cause=16`.
[[nodiscard]] std::string reasonOfCause(int q850);

}  // namespace branchline
