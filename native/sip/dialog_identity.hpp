// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace branchline {

/// Gives the dialog that this thread creates next a From tag chosen ahead (DESIGN.md §6.1: the identity is journalled before the INVITE leaves).
/// PJSIP has a setting for the Call-ID but none for the tag: it takes both from pj_create_unique_string, the tag first, at once in the caller's
/// thread (pjsip_dlg_create_uac2). The link wraps that function (`--wrap`), and the wrapper answers the tag to the first call while one of these
/// lives.
class ChosenFromTag {
 public:
  explicit ChosenFromTag(std::string tag);
  ~ChosenFromTag();
  ChosenFromTag(const ChosenFromTag&) = delete;
  ChosenFromTag& operator=(const ChosenFromTag&) = delete;
  /// True once a dialog took it.
  [[nodiscard]] bool used() const noexcept;

 private:
  std::string tag_;
};

}  // namespace branchline
