// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace branchline {

/// Whether `digits` are all of a number of this pattern: X any digit, N 2…9, Z 1…9, anything else itself.
[[nodiscard]] bool matchesNumber(std::string_view pattern, std::string_view digits) noexcept;

/// Whether a telephone's number needs no more digits: it is complete by a pattern of the country or of the line. Others end with # or with a pause.
[[nodiscard]] bool isCompleteNumber(std::string_view digits, std::span<const std::string_view> country, std::span<const std::string> line) noexcept;

}  // namespace branchline
