// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

#include "isdnd/libpri.hpp"
#include "isdnd/protocol.hpp"

/// The protocol's values as libpri has them, and back. What comes from libpri came from the far end: nothing of it is taken to be in range.
namespace branchline::isdn {

inline constexpr int kChannelMask = 0xFF;  // Of libpri's encoded channel; 0xFF in it: any.
inline constexpr int kAnyChannel = 0xFF;

template <std::size_t Size>
[[nodiscard]] std::string textOf(const char (&source)[Size], std::size_t limit) {
  const std::size_t size = strnlen(source, Size);
  return std::string(source, size < limit ? size : limit);
}

[[nodiscard]] Number numberOf(const pri_party_number& party);
[[nodiscard]] std::string nameOf(const pri_party_name& party);
[[nodiscard]] std::string subaddressOf(const pri_party_subaddress& party);
[[nodiscard]] pri_party_number partyNumber(const Number& number);
[[nodiscard]] pri_party_name partyName(const std::string& name, int presentation);
[[nodiscard]] pri_party_subaddress partySubaddress(const std::string& subaddress);
/// Type and plan in one, as libpri takes those of a called number.
[[nodiscard]] int planOf(const Number& number);

[[nodiscard]] Tariff tariffOf(const pri_aoc_s_element& element);
[[nodiscard]] Charge chargeOf(const pri_subcmd_aoc_d& charge);
[[nodiscard]] Charge chargeOf(const pri_subcmd_aoc_e& charge);
[[nodiscard]] pri_aoc_s_element elementOf(const Tariff& tariff);
[[nodiscard]] pri_subcmd_aoc_d chargeSoFar(const Charge& charge);
[[nodiscard]] pri_subcmd_aoc_e chargeInAll(const Charge& charge);

}  // namespace branchline::isdn
