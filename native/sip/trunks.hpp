// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjsua.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "audio/engine.hpp"
#include "sip/context.hpp"
#include "sip/pjsua_instance.hpp"

namespace branchline {

/// One way out: a pjsua account, its registration, its OPTIONS.
struct Trunk {
  Handle handle = kNoHandle;
  SipTrunkOptions options;
  std::atomic<pjsua_acc_id> account{PJSUA_INVALID_ID};
  std::atomic<bool> removed{false};

  // Control thread only.
  struct Health {
    bool up = false;
    int sipStatus = 0;
    std::string detail;
  };
  std::optional<Health> registration;
  std::optional<Health> keepAlive;
  std::optional<bool> toldUp;
  std::uint64_t probe = 0;  // The OPTIONS whose answer is waited for.
  bool probing = false;

  /// `host:port` as requests to it name it.
  [[nodiscard]] std::string target() const;
  /// `sip:…` of the peer itself: OPTIONS' request URI, and the route of everything else.
  [[nodiscard]] std::string uri() const;
};

/// The table of trunks. `add`, `remove`, `find` on any thread; the rest on the thread each comment names.
class Trunks {
 public:
  static constexpr std::size_t kMaxTrunks = PJSUA_MAX_ACC - 1;  // One account is for calls of no trunk.

  /// `inUse`: whether a leg still runs over the trunk.
  Trunks(SipContext context, std::function<bool(Handle)> inUse) : context_(context), inUse_(std::move(inUse)) {}

  Engine::Created add(SipTrunkOptions options, PjsuaInstance& instance);
  Status remove(Handle handle);
  [[nodiscard]] std::shared_ptr<Trunk> find(Handle handle) const;
  [[nodiscard]] std::shared_ptr<Trunk> ofAccount(pjsua_acc_id account) const;
  /// The trunk an incoming request belongs to: the peer's address, best with port and transport too. SIP worker.
  [[nodiscard]] std::shared_ptr<Trunk> ofSource(const pjsip_rx_data& request) const;

  /// pjsua's on_reg_state2. SIP worker.
  void registrationChanged(pjsua_acc_id account, const pjsua_reg_info& info);
  /// No more OPTIONS: the end is near. Control thread.
  void stop() noexcept { stopped_ = true; }

 private:
  using TrunkPointer = std::shared_ptr<Trunk>;

  void open(const TrunkPointer& trunk, PjsuaInstance& instance);
  void scheduleProbe(const TrunkPointer& trunk, std::chrono::milliseconds delay);
  void sendProbe(const TrunkPointer& trunk);
  void probeAnswered(Handle handle, std::uint64_t probe, Trunk::Health health);
  void tellHealth(Trunk& trunk);
  void close(const TrunkPointer& trunk);
  static void onProbeEvent(void* token, pjsip_event* event);
  struct ProbeToken;

  SipContext context_;
  std::function<bool(Handle)> inUse_;
  bool stopped_ = false;
  mutable std::mutex mutex_;
  std::array<TrunkPointer, kMaxTrunks> slots_;
  std::array<std::uint32_t, kMaxTrunks> generations_{};
};

}  // namespace branchline
