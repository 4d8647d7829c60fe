// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/libpri_values.hpp"

#include <algorithm>
#include <limits>

namespace branchline::isdn {
namespace {

template <std::size_t Size>
void copyText(char (&target)[Size], const std::string& source) {
  const std::size_t size = std::min(source.size(), Size - 1);
  std::memcpy(target, source.data(), size);
  target[size] = '\0';
}

std::uint8_t within(int value, int limit) { return static_cast<std::uint8_t>(value >= 0 && value < limit ? value : 0); }

template <typename Integer>
Integer clamped(long value) {
  return static_cast<Integer>(std::clamp<long>(value, std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()));
}

Amount amountOf(const pri_aoc_amount& amount, const char (&currency)[kMaxCurrency + 1]) {
  return {.cost = clamped<std::int32_t>(amount.cost), .multiplier = within(amount.multiplier, 7), .currency = textOf(currency, kMaxCurrency)};
}

pri_aoc_amount costOf(const Amount& amount) { return {.cost = amount.cost, .multiplier = amount.multiplier}; }

/// What AOC-D and AOC-E have in common.
template <typename Source>
Charge chargeIn(const Source& source) {
  Charge charge;
  charge.kind = static_cast<Charge::Kind>(within(source.charge, 4));
  charge.billing = within(source.billing_id, 9);
  if (charge.kind == Charge::Kind::currency) charge.amount = amountOf(source.recorded.money.amount, source.recorded.money.currency);
  if (charge.kind == Charge::Kind::units) {
    std::int64_t units = 0;
    const auto& list = source.recorded.unit;
    for (int i = 0; i < std::min<int>(list.num_items, std::size(list.item)); i++) units += std::max(list.item[i].number, 0L);
    charge.units = clamped<std::uint32_t>(units);
  }
  return charge;
}

template <typename Target>
Target chargeTo(const Charge& charge) {
  Target target{};
  target.charge = static_cast<int>(charge.kind);
  target.billing_id = charge.billing;
  if (charge.kind == Charge::Kind::currency) {
    target.recorded.money.amount = costOf(charge.amount);
    copyText(target.recorded.money.currency, charge.amount.currency);
  } else if (charge.kind == Charge::Kind::units) {
    target.recorded.unit.num_items = 1;
    target.recorded.unit.item[0] = {.number = static_cast<long>(charge.units), .type = -1};
  }
  return target;
}

}  // namespace

// --- Parties -------------------------------------------------------------------------------------------------------------------------------

Number numberOf(const pri_party_number& party) {
  Number number;
  if (party.valid == 0) return number;
  number.digits = textOf(party.str, kMaxDigits);
  number.type = static_cast<std::uint8_t>(party.plan >> 4 & 0x07);
  number.plan = static_cast<std::uint8_t>(party.plan & 0x0F);
  number.presentation = static_cast<std::uint8_t>(party.presentation >> 5 & 0x03);
  number.screening = static_cast<std::uint8_t>(party.presentation & 0x03);
  return number;
}

std::string nameOf(const pri_party_name& party) { return party.valid == 0 ? std::string() : textOf(party.str, kMaxName); }

std::string subaddressOf(const pri_party_subaddress& party) {
  if (party.valid == 0 || party.length < 0) return {};
  const std::size_t length = std::min({static_cast<std::size_t>(party.length), sizeof party.data, kMaxSubaddress});
  return {reinterpret_cast<const char*>(party.data), length};
}

int planOf(const Number& number) { return number.type << 4 | number.plan; }

pri_party_number partyNumber(const Number& number) {
  pri_party_number party{};
  party.valid = number.digits.empty() ? 0 : 1;
  party.presentation = number.presentation << 5 | number.screening;
  party.plan = planOf(number);
  copyText(party.str, number.digits);
  return party;
}

pri_party_name partyName(const std::string& name, int presentation) {
  pri_party_name party{};
  party.valid = name.empty() ? 0 : 1;
  party.presentation = presentation;
  party.char_set = PRI_CHAR_SET_ISO8859_1;
  copyText(party.str, name);
  return party;
}

pri_party_subaddress partySubaddress(const std::string& subaddress) {
  pri_party_subaddress party{};
  party.valid = subaddress.empty() ? 0 : 1;
  party.type = 0;  // NSAP: the first octet is the format identifier (X.213), 0x50 for IA5 digits.
  party.length = static_cast<int>(std::min(subaddress.size(), sizeof party.data - 1));
  std::memcpy(party.data, subaddress.data(), static_cast<std::size_t>(party.length));
  return party;
}

// --- Advice of charge ------------------------------------------------------------------------------------------------------------------------

Tariff tariffOf(const pri_aoc_s_element& element) {
  Tariff tariff;
  tariff.item = within(element.chargeable, 7);
  tariff.rate = static_cast<Tariff::Rate>(within(element.rate_type, 7));
  switch (tariff.rate) {
    case Tariff::Rate::duration:
      tariff.amount = amountOf(element.rate.duration.amount, element.rate.duration.currency);
      tariff.timeUnit = clamped<std::uint32_t>(element.rate.duration.time.length);
      tariff.timeScale = within(element.rate.duration.time.scale, 7);
      tariff.stepwise = element.rate.duration.charging_type == 1;
      break;
    case Tariff::Rate::flat: tariff.amount = amountOf(element.rate.flat.amount, element.rate.flat.currency); break;
    case Tariff::Rate::volume:
      tariff.amount = amountOf(element.rate.volume.amount, element.rate.volume.currency);
      tariff.volumeUnit = within(element.rate.volume.unit, 3);
      break;
    case Tariff::Rate::specialCode: tariff.special = within(element.rate.special, 256); break;
    case Tariff::Rate::notAvailable:
    case Tariff::Rate::free:
    case Tariff::Rate::freeFromBeginning: break;
  }
  return tariff;
}

pri_aoc_s_element elementOf(const Tariff& tariff) {
  pri_aoc_s_element element{};
  element.chargeable = tariff.item;
  element.rate_type = static_cast<int>(tariff.rate);
  switch (tariff.rate) {
    case Tariff::Rate::duration:
      element.rate.duration.amount = costOf(tariff.amount);
      copyText(element.rate.duration.currency, tariff.amount.currency);
      element.rate.duration.time = {.length = static_cast<long>(tariff.timeUnit), .scale = tariff.timeScale};
      element.rate.duration.charging_type = tariff.stepwise ? 1 : 0;
      break;
    case Tariff::Rate::flat:
      element.rate.flat.amount = costOf(tariff.amount);
      copyText(element.rate.flat.currency, tariff.amount.currency);
      break;
    case Tariff::Rate::volume:
      element.rate.volume.amount = costOf(tariff.amount);
      copyText(element.rate.volume.currency, tariff.amount.currency);
      element.rate.volume.unit = tariff.volumeUnit;
      break;
    case Tariff::Rate::specialCode: element.rate.special = tariff.special; break;
    case Tariff::Rate::notAvailable:
    case Tariff::Rate::free:
    case Tariff::Rate::freeFromBeginning: break;
  }
  return element;
}

Charge chargeOf(const pri_subcmd_aoc_d& source) {
  Charge charge = chargeIn(source);
  charge.total = source.billing_accumulation == 1;
  return charge;
}

Charge chargeOf(const pri_subcmd_aoc_e& source) {
  Charge charge = chargeIn(source);
  charge.final = true;
  return charge;
}

pri_subcmd_aoc_d chargeSoFar(const Charge& charge) {
  auto target = chargeTo<pri_subcmd_aoc_d>(charge);
  target.billing_accumulation = charge.total ? 1 : 0;
  target.billing_id = charge.billing <= 3 ? charge.billing : 0;
  return target;
}

pri_subcmd_aoc_e chargeInAll(const Charge& charge) { return chargeTo<pri_subcmd_aoc_e>(charge); }

}  // namespace branchline::isdn
