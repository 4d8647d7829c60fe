// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsip.h>
#include <pjsip_ua.h>

#include <string>
#include <string_view>

#include "common/handle.hpp"

namespace branchline {

/// What the hooks ask of the stack. Calls come on PJSIP's worker and on the control thread.
class MessageListener {
 public:
  virtual ~MessageListener() = default;
  /// An INVITE is about to be handed to its transport.
  virtual void inviteLeaving() = 0;
  /// False: a new call is refused with 503 and Retry-After.
  [[nodiscard]] virtual bool mayTakeCall() = 0;
  virtual void cancelArrived(Handle leg, std::string_view reason) = 0;
  virtual void infoDigit(Handle leg, char digit, int durationMs) = 0;
  virtual bool referArrived(Handle leg, std::string referTo) = 0;
  /// A host name that a peer at `address`:`port` wants its next requests sent to.
  virtual void nameHeard(std::string_view name, std::string_view address, int port) = 0;
  /// An address for `name`, which is no literal; false: unknown.
  [[nodiscard]] virtual bool addressOf(std::string_view name, std::string& address, int& port) = 0;
};

/// Puts our modules and our resolver into PJSIP. After pjsua_init, before transports open. `listener` must outlive pjsua.
pj_status_t installMessageHooks(pjsip_endpoint* endpoint, MessageListener& listener);

/// Which leg a dialog is, for requests inside it.
void rememberLeg(pjsip_dialog* dialog, Handle leg) noexcept;

}  // namespace branchline
