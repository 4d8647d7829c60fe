// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "isdnd/protocol_call.hpp"
#include "isdnd/protocol_services.hpp"
#include "isdnd/protocol_span.hpp"
#include "isdnd/protocol_values.hpp"

/// What the add-on and isdnd say to each other: one message a packet of a SOCK_SEQPACKET socket pair, in order, both ways. D frames have a socket
/// of their own each (ConfigureSpan). Numbers name spans as the card does (1…); calls by ids that the side which begins them chooses.
namespace branchline::isdn {

/// Order is part of the protocol: the index is the type on the wire.
using Message = std::variant<ConfigureSpan, RemoveSpan, QuerySpan, Step, Clear, RestartChannel, Setup, Information, SetupAck, Proceeding, Alerting,
                             Progress, Connect, Seized, Connected, Disconnect, Released, LayerTwo, ChannelRestarted, SpanStatus, StepDone, Log, Hold,
                             Retrieve, HoldAnswer, RetrieveAnswer, Transfer, TransferAnswer, PartyChanged, Diverted, Notify, Tariff, Charge, Service>;

/// The packet of a message: magic, version, type, then the fields in order, little-endian. Throws std::length_error where a text is longer than
/// its limit and std::out_of_range where a number is beyond its field: a caller's mistake.
[[nodiscard]] std::vector<std::uint8_t> encode(const Message& message);

/// The message of a packet; nullopt for anything that encode() would not have made (short, long, another version, a value out of range).
[[nodiscard]] std::optional<Message> decode(std::span<const std::uint8_t> packet);

}  // namespace branchline::isdn
