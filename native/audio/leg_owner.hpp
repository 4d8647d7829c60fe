// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "common/handle.hpp"

namespace branchline {

/// Why a leg is to be cleared: a Q.850 cause and, for SIP lines, the final status to send where the call was not answered (0: by the cause).
struct ClearRequest {
  int q850 = 16;
  int sipStatus = 0;
};

/// How digits leave: what the line negotiated (RFC 4733, else INFO, else in-band), or forced.
enum class DigitMethod : std::uint8_t { automatic, rfc4733, info, inBand };

/// The line stack that made a leg (SIP, analogue, later ISDN). The add-on routes a leg's commands to its owner. Called on the JavaScript thread:
/// an implementation only queues the command for its own thread and returns at once.
class LegOwner {
 public:
  virtual ~LegOwner() = default;
  /// Incoming leg: tell the caller that it rings. `earlyMedia` opens audio before answer (SIP 183).
  virtual Status ring(Handle leg, bool earlyMedia) = 0;
  virtual Status answer(Handle leg) = 0;
  virtual Status clear(Handle leg, ClearRequest request) = 0;
  /// Owner-specific digits (RFC 4733, INFO). Answers Status::unavailable where the line has only in-band: the add-on then generates them itself.
  virtual Status sendDigits(Handle leg, std::string_view digits, int onMs, int offMs, DigitMethod method) = 0;
};

}  // namespace branchline
