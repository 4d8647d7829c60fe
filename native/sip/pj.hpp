// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsua.h>

#include <string>
#include <string_view>

// Between PJLIB's strings and ours.

namespace branchline {

/// A view for a call that copies what it is given; `text` must live as long as the call runs.
inline pj_str_t pjText(std::string_view text) noexcept { return {const_cast<char*>(text.data()), static_cast<pj_ssize_t>(text.size())}; }

inline std::string_view viewOf(const pj_str_t& text) noexcept {
  return text.slen > 0 ? std::string_view(text.ptr, static_cast<std::size_t>(text.slen)) : std::string_view();
}
inline std::string textOf(const pj_str_t& text) { return std::string(viewOf(text)); }

/// What PJSIP says about a status.
std::string describe(pj_status_t status);

/// A pool of pjsua's, released at the end of the scope.
class TemporaryPool {
 public:
  explicit TemporaryPool(const char* name) : pool_(pjsua_pool_create(name, 1024, 1024)) {}
  ~TemporaryPool() { pj_pool_release(pool_); }
  TemporaryPool(const TemporaryPool&) = delete;
  TemporaryPool& operator=(const TemporaryPool&) = delete;
  operator pj_pool_t*() const noexcept { return pool_; }  // NOLINT(google-explicit-constructor): it stands for the pool.

 private:
  pj_pool_t* pool_;
};

/// A header `name: value`, copied into `pool`.
pjsip_hdr* makeHeader(pj_pool_t* pool, std::string_view name, std::string_view value);

/// The value of a header PJSIP has no type for; "" where it is absent.
std::string headerValue(const pjsip_msg& message, std::string_view name);

/// A URI as it stands in a header, without display name and angle brackets.
std::string uriText(const pjsip_uri* uri);

}  // namespace branchline
