// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <variant>

#include "audio/tone.hpp"
#include "channel/channel_io.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/line_impairments.hpp"

namespace branchline {

/// What control threads ask of the virtual card's audio thread: flat, so that it is copied through a ring without allocating.
namespace card_command {

/// Those who can be called from now on; handed over.
struct SetTable {
  FarEndSet* set = nullptr;
};
struct Pull {};
struct Restore {};
struct SetSpan {
  int span = 0;
  SpanStatus status;
};

// To one port.
struct Open {};
struct SetHook {
  Hook operation = Hook::onHook;
};
struct Dial {
  DialMethod method = DialMethod::dtmf;
};
struct SetPolarity {
  bool reversed = false;
};
struct SetRingCadence {
  std::array<int, 16> onOffMs{};
  std::size_t count = 0;
};
struct SetOnHookTransfer {
  int milliseconds = 0;
};
struct SetMessageWaiting {
  bool waiting = false;
};
struct SetFlashTime {
  int milliseconds = 0;
};
struct SetGains {
  double receiveDb = 0;
  double transmitDb = 0;
};
struct Impair {
  LineImpairments impairments;
};
/// `set` is handed over.
struct Place {
  FarEndSet* set = nullptr;
  DialMethod method = DialMethod::dtmf;
  std::array<char, DigitSender::kMostDigits> digits{};
  std::size_t digitCount = 0;
};
struct FarHangsUp {};

using ForPort = std::variant<Open, SetHook, Dial, SetPolarity, SetRingCadence, SetOnHookTransfer, SetMessageWaiting, SetFlashTime, SetGains, Impair,
                             Place, FarHangsUp>;
struct Port {
  int channel = 0;
  ForPort what;
};

// To one B-channel.
struct Loop {
  bool looped = false;
};
struct SetTransparent {
  bool transparent = false;
};
using ForBearer = std::variant<Impair, Loop, SetTransparent>;
struct Bearer {
  int channel = 0;
  ForBearer what;
};

}  // namespace card_command

using CardCommand =
    std::variant<card_command::Port, card_command::Bearer, card_command::SetTable, card_command::SetSpan, card_command::Pull, card_command::Restore>;

}  // namespace branchline
