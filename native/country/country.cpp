// SPDX-License-Identifier: GPL-2.0-or-later
#include "country/country.hpp"

#include <algorithm>
#include <numeric>

namespace branchline {
namespace {

/// Where no country tells its own: the receiver-off-hook tone of Telcordia GR-506-CORE, loud since nobody has the receiver at the ear.
constexpr CountryTone kHowler{CallTone::howler, "1400+2060+2450+2600/100,0/100", -6};

/// What says nearly the same, for a tone that a country does not have.
CallTone nearestTo(CallTone kind) noexcept {
  switch (kind) {
    case CallTone::specialDial: return CallTone::dial;
    case CallTone::unobtainable: return CallTone::congestion;
    case CallTone::congestion: return CallTone::busy;
    case CallTone::none:
    case CallTone::dial:
    case CallTone::ringing:
    case CallTone::busy:
    case CallTone::callWaiting:
    case CallTone::howler: break;
  }
  return CallTone::none;
}

char capital(char letter) noexcept { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; }

}  // namespace

std::span<const ToneSegment> Country::tone(CallTone kind) const noexcept {
  if (kind == CallTone::none) return {};
  const auto found = std::find_if(tones.begin(), tones.end(), [&](const CountryTone& tone) { return tone.kind == kind; });
  if (found != tones.end()) return found->cadence.steps();
  return kind == CallTone::howler ? kHowler.cadence.steps() : tone(nearestTo(kind));
}

std::span<const int> Country::ringing() const noexcept {
  const auto end = std::find(ringingMs.begin(), ringingMs.end(), 0);
  return {ringingMs.data(), static_cast<std::size_t>(end - ringingMs.begin())};
}

bool Country::ringingOn(std::int64_t ms) const noexcept {
  const std::span<const int> steps = ringing();
  std::int64_t left = ms % std::accumulate(steps.begin(), steps.end(), std::int64_t{0});
  bool on = true;
  for (const int step : steps) {
    if (left < step) return on;
    left -= step;
    on = !on;
  }
  return false;
}

const Country* findCountry(std::string_view code) noexcept {
  if (code.size() != 2) return nullptr;
  const char wanted[2] = {capital(code[0]), capital(code[1])};
  const auto all = countries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Country& country) { return country.code == std::string_view(wanted, 2); });
  return found == all.end() ? nullptr : &*found;
}

const Country& defaultCountry() noexcept { return *findCountry("GB"); }

}  // namespace branchline
