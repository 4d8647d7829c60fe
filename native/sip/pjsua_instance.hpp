// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsua.h>

#include "sip/message_hooks.hpp"
#include "sip/options.hpp"

namespace branchline {

/// pjsua, started and stopped. It is one a process: a second start while the first runs throws. Everything on one thread, the control thread.
class PjsuaInstance {
 public:
  /// Starts pjsua with its transports and codecs. Throws std::runtime_error that says what to change.
  PjsuaInstance(const SipOptions& options, const pjsua_callback& callbacks, MessageListener& listener);
  /// Says goodbye to what is left (BYE, CANCEL, un-REGISTER) and stops. A second and more.
  ~PjsuaInstance();
  PjsuaInstance(const PjsuaInstance&) = delete;
  PjsuaInstance& operator=(const PjsuaInstance&) = delete;

  [[nodiscard]] SipPorts ports() const noexcept { return ports_; }
  /// TLS trunks need a TLS transport; without a listener in the options, one is made that no certificate answers for.
  void needTls(const SipOptions& options);
  /// The account for calls of no trunk.
  [[nodiscard]] pjsua_acc_id strangers() const noexcept { return strangers_; }

 private:
  void create(const SipOptions& options, const pjsua_callback& callbacks);
  void openTransports(const SipOptions& options);
  void openUdpAndTcp(const SipOptions& options);
  int openTls(const SipOptions& options, const SipTlsOptions& tls);
  void chooseCodecs(const SipOptions& options);
  void addStrangers(const SipOptions& options);

  SipPorts ports_;
  bool tlsOpen_ = false;
  pjsua_acc_id strangers_ = PJSUA_INVALID_ID;
};

/// What every account has in common: media ports, session timers, reliable provisional responses where the peer wants them.
void fillAccount(pjsua_acc_config& config, const SipOptions& options, SrtpUse srtp, bool secureSignalling);

}  // namespace branchline
