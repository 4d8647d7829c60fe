// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "audio/engine.hpp"
#include "common/event.hpp"
#include "sip/control_thread.hpp"
#include "sip/name_table.hpp"
#include "sip/options.hpp"

namespace branchline {

/// What the parts of the SIP stack share.
struct SipContext {
  Engine& engine;
  EventSink& sink;
  ControlThread& control;
  const SipOptions& options;
  NameTable& names;

  [[nodiscard]] std::int64_t nowNs() const noexcept { return engine.clock().nowNs(); }
  void post(const char* type, Handle subject, const char* subjectName, EndFields fields) const {
    sink.post(Event{type, subject, subjectName, nowNs(), std::move(fields)});
  }
};

}  // namespace branchline
