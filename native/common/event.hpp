// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/handle.hpp"

namespace branchline {

/// A value of an event's field, as JavaScript will see it.
using FieldValue = std::variant<std::int64_t, double, bool, std::string>;

/// One event on its way to JavaScript: `type` and the field names are those of `addon.d.ts`, which is the one list of events. Names are string
/// literals, so that they need no copy.
struct Event {
  const char* type = "";
  Handle subject = kNoHandle;       // The leg, player, recorder, bridge or trunk the event tells of.
  const char* subjectName = "leg";  // The field that carries `subject`: "leg", "player", "recorder", "bridge", "trunk".
  std::int64_t atNs = 0;            // Clock::nowNs() of what it tells.
  std::vector<std::pair<const char*, FieldValue>> fields;
};

/// Where threads that may allocate (SIP, line events, file threads; never the audio thread, which has a ring of its own inside the engine) leave
/// events for JavaScript. Order is kept per posting thread.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Any thread but the audio clock's. Never blocks for longer than a mutex held for a copy; never fails.
  virtual void post(Event event) = 0;
};

}  // namespace branchline
