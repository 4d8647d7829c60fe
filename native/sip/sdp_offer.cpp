// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/sdp_offer.hpp"

#include <algorithm>
#include <string>

#include "sip/pj.hpp"

namespace branchline {
namespace {

constexpr std::string_view kUsual = "101";

pj_str_t copyOf(pj_pool_t* pool, std::string_view text) {
  const pj_str_t view = pjText(text);
  pj_str_t copy;
  pj_strdup_with_null(pool, &copy, &view);
  return copy;
}

/// The payload type that `attribute` maps to telephone-event/8000; "" where it is another.
std::string_view telephoneEventType(const pjmedia_sdp_attr& attribute) {
  if (viewOf(attribute.name) != "rtpmap") return {};
  const std::string_view value = viewOf(attribute.value);
  const std::size_t space = value.find(' ');
  return space != std::string_view::npos && value.substr(space + 1) == "telephone-event/8000" ? value.substr(0, space) : std::string_view{};
}

void renumber(pj_pool_t* pool, pjmedia_sdp_media& media, const std::string& from) {
  for (unsigned i = 0; i < media.desc.fmt_count; ++i) {
    if (viewOf(media.desc.fmt[i]) == from) media.desc.fmt[i] = copyOf(pool, kUsual);
  }
  for (unsigned i = 0; i < media.attr_count; ++i) {
    pjmedia_sdp_attr& attribute = *media.attr[i];
    const std::string_view name = viewOf(attribute.name);
    const std::string_view value = viewOf(attribute.value);
    if ((name != "rtpmap" && name != "fmtp") || !value.starts_with(from + " ")) continue;
    attribute.value = copyOf(pool, std::string(kUsual) + std::string(value.substr(from.size())));
  }
}

}  // namespace

void numberTelephoneEvents(pj_pool_t* pool, pjmedia_sdp_session& offer) {
  for (unsigned m = 0; m < offer.media_count; ++m) {
    pjmedia_sdp_media& media = *offer.media[m];
    const bool taken =
        std::any_of(media.desc.fmt, media.desc.fmt + media.desc.fmt_count, [](const pj_str_t& format) { return viewOf(format) == kUsual; });
    if (taken) continue;
    std::string found;
    for (unsigned i = 0; i < media.attr_count && found.empty(); ++i) found = telephoneEventType(*media.attr[i]);
    if (!found.empty()) renumber(pool, media, found);
  }
}

}  // namespace branchline
