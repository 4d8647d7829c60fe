// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/dialog_identity.hpp"

#include <pjlib.h>

namespace branchline {
namespace {

thread_local const std::string* nextTag = nullptr;

}  // namespace

ChosenFromTag::ChosenFromTag(std::string tag) : tag_(std::move(tag)) { nextTag = &tag_; }
ChosenFromTag::~ChosenFromTag() { nextTag = nullptr; }
bool ChosenFromTag::used() const noexcept { return nextTag == nullptr; }

/// Answers the waiting tag, once; false when there is none.
static bool takeTag(pj_pool_t* pool, pj_str_t* text) {
  if (nextTag == nullptr) return false;
  const pj_str_t tag{const_cast<char*>(nextTag->data()), static_cast<pj_ssize_t>(nextTag->size())};
  pj_strdup_with_null(pool, text, &tag);
  nextTag = nullptr;
  return true;
}

}  // namespace branchline

extern "C" {
void __real_pj_create_unique_string(pj_pool_t* pool, pj_str_t* text);
void __wrap_pj_create_unique_string(pj_pool_t* pool, pj_str_t* text);

// Everyone's calls of pj_create_unique_string arrive here: -Wl,--wrap=pj_create_unique_string.
void __wrap_pj_create_unique_string(pj_pool_t* pool, pj_str_t* text) {
  if (!branchline::takeTag(pool, text)) __real_pj_create_unique_string(pool, text);
}
}
