// SPDX-License-Identifier: GPL-2.0-or-later
// Supplementary services: hold, transfer, parties that change, charges, channels out of service.
#include <iterator>
#include <utility>

#include "isdnd/libpri_values.hpp"
#include "isdnd/span.hpp"

namespace branchline::isdn {
namespace {

constexpr int kServiceStatusIn = 0;  // Q.931's national change status element: 0 in service, 2 out of it.
constexpr int kServiceStatusOut = 2;

}  // namespace

// --- What the add-on asks --------------------------------------------------------------------------------------------------------------------

void Span::on(const Hold& message) {
  const Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  if (call->held || pri_hold(controller_, call->handle) != 0) {
    outbox_.send(HoldAnswer{
        .span = configuration_.span, .call = call->id, .channel = static_cast<std::uint8_t>(call->channel), .cause = PRI_CAUSE_WRONG_CALL_STATE});
  }
}

void Span::on(const Retrieve& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  const auto refuse = [&](int cause) {
    outbox_.send(RetrieveAnswer{.span = configuration_.span, .call = call->id, .cause = static_cast<std::uint8_t>(cause)});
  };
  if (!call->held || call->retrieving) return refuse(PRI_CAUSE_WRONG_CALL_STATE);
  const int channel = takeForRetrieving(*call, message.channel);
  if (channel == 0) return refuse(message.channel == 0 ? PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION : PRI_CAUSE_REQUESTED_CHAN_UNAVAIL);
  if (pri_retrieve(controller_, call->handle, encoded(channel)) != 0) {
    channels_.release(channel);
    return refuse(PRI_CAUSE_WRONG_CALL_STATE);
  }
  call->channel = channel;
  call->retrieving = true;
}

// Whether it came about is seen by the far end clearing both calls: libpri does not tell the answer.
void Span::on(const Transfer& message) {
  const Call* const call = findAlive(message.call);
  const Call* const other = findAlive(message.other);
  if (call == nullptr) return;
  if (other == nullptr || other == call || pri_channel_bridge(call->handle, other->handle) != 0)
    outbox_.send(TransferAnswer{.span = configuration_.span, .call = message.call});
}

void Span::on(const TransferAnswer& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr || call->transferInvoke < 0) return;
  pri_transfer_rsp(controller_, call->handle, std::exchange(call->transferInvoke, -1), message.granted ? 1 : 0);
}

void Span::on(const PartyChanged& message) {
  const Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  pri_party_connected_line party{};
  party.id.number = partyNumber(message.number);
  party.id.name = partyName(message.name, party.id.number.presentation);
  pri_connected_line_update(controller_, call->handle, &party);
}

void Span::on(const Diverted& message) {
  const Call* const call = findAlive(message.call);
  if (call == nullptr || !call->incoming || call->connecting) return;
  pri_party_redirecting redirecting{};
  redirecting.to.number = partyNumber(message.to);
  redirecting.count = 1;
  redirecting.reason = message.reason;
  pri_redirecting_update(controller_, call->handle, &redirecting);
}

void Span::on(const Notify& message) {
  const Call* const call = findAlive(message.call);
  if (call != nullptr) pri_notify(controller_, call->handle, encoded(call->channel), message.indicator);
}

void Span::on(const Tariff& message) {
  const Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  pri_subcmd_aoc_s charge{};
  charge.num_items = 1;
  charge.item[0] = elementOf(message);
  pri_aoc_s_send(controller_, call->handle, &charge);
}

void Span::on(const Charge& message) {
  const Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  if (message.final) {
    const pri_subcmd_aoc_e charge = chargeInAll(message);
    pri_aoc_e_send(controller_, call->handle, &charge);
  } else {
    const pri_subcmd_aoc_d charge = chargeSoFar(message);
    pri_aoc_d_send(controller_, call->handle, &charge);
  }
}

void Span::on(const Service& message) {
  if (!channels_.isOurs(message.channel)) return;
  channels_.serve(message.channel, message.inService, false);
  if (configuration_.switchType == SwitchType::ni2)
    pri_maintenance_service(controller_, message.channel / 32, message.channel % 32, message.inService ? kServiceStatusIn : kServiceStatusOut);
  if (message.inService) restartNext();
}

// --- What the far end asks, and answers --------------------------------------------------------------------------------------------------------

void Span::onHold(q931_call* handle) {
  Call* const call = find(handle);
  if (call == nullptr || call->ending || call->channel == 0) {
    pri_hold_rej(controller_, handle, PRI_CAUSE_WRONG_CALL_STATE);
    return;
  }
  pri_hold_ack(controller_, handle);
  putOnHold(*call);
  outbox_.send(Hold{.span = configuration_.span, .call = call->id});
  restartNext();
}

void Span::putOnHold(Call& call) {
  call.held = true;
  call.heldChannel = std::exchange(call.channel, 0);
  channels_.vacate(call.heldChannel);
}

// `asked` 0: best the one that it had.
int Span::takeForRetrieving(const Call& call, int asked) {
  if (asked != 0) return channels_.take(asked) ? asked : 0;
  return channels_.take(call.heldChannel) ? call.heldChannel : channels_.takeAny();
}

void Span::onHoldAnswer(q931_call* handle, bool granted, int cause) {
  Call* const call = find(handle);
  if (call == nullptr || call->ending) return;
  if (granted) putOnHold(*call);
  outbox_.send(HoldAnswer{.span = configuration_.span,
                          .call = call->id,
                          .granted = granted,
                          .channel = static_cast<std::uint8_t>(call->channel),
                          .cause = static_cast<std::uint8_t>(cause & 0x7F)});
  restartNext();
}

void Span::onRetrieve(q931_call* handle, int asked, bool flexible) {
  Call* const call = find(handle);
  if (call == nullptr || call->ending || !call->held) {
    pri_retrieve_rej(controller_, handle, PRI_CAUSE_WRONG_CALL_STATE);
    return;
  }
  // Both sides ask at once: the network's request stands, and libpri tells the user side of it.
  if (call->retrieving) channels_.release(std::exchange(call->channel, 0));
  call->retrieving = false;
  const int channel = decoded(asked) == 0 ? takeForRetrieving(*call, 0) : channelForIncoming(asked, flexible);
  if (channel == 0) {
    pri_retrieve_rej(controller_, handle, flexible ? PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION : PRI_CAUSE_REQUESTED_CHAN_UNAVAIL);
    return;
  }
  call->channel = channel;
  call->held = false;
  channels_.forgetVacated(call->heldChannel);
  pri_retrieve_ack(controller_, handle, encoded(channel));
  outbox_.send(Retrieve{.span = configuration_.span, .call = call->id, .channel = static_cast<std::uint8_t>(channel)});
}

void Span::onRetrieveAnswer(q931_call* handle, bool granted, int asked, int cause) {
  Call* const call = find(handle);
  if (call == nullptr || call->ending || !call->retrieving) return;
  call->retrieving = false;
  if (!granted) {
    channels_.release(std::exchange(call->channel, 0));
    outbox_.send(RetrieveAnswer{.span = configuration_.span, .call = call->id, .cause = static_cast<std::uint8_t>(cause & 0x7F)});
    restartNext();
    return;
  }
  call->held = false;
  channels_.forgetVacated(call->heldChannel);
  if (!settleChannel(*call, asked)) return;
  outbox_.send(RetrieveAnswer{.span = configuration_.span, .call = call->id, .granted = true, .channel = static_cast<std::uint8_t>(call->channel)});
}

void Span::onNotify(q931_call* handle, int indicator) {
  const Call* const call = find(handle);
  if (call == nullptr || call->ending) return;
  outbox_.send(Notify{.span = configuration_.span, .call = call->id, .indicator = static_cast<std::uint8_t>(indicator & 0x7F)});
}

void Span::onService(int asked, int status, bool acknowledged) {
  const int channel = decoded(asked);
  if (!channels_.isOurs(channel)) return;
  const bool inService = status == kServiceStatusIn;
  if (!acknowledged) channels_.serve(channel, inService, true);
  outbox_.send(
      Service{.span = configuration_.span, .channel = static_cast<std::uint8_t>(channel), .inService = inService, .acknowledged = acknowledged});
}

// --- What came along with an event -------------------------------------------------------------------------------------------------------------

void Span::tellServices(const pri_subcommands* commands, q931_call* handle) {
  const Call* const call = find(handle);
  for (int i = 0; commands != nullptr && call != nullptr && i < commands->counter_subcmd; i++) {
    const pri_subcommand& command = commands->subcmd[i];
    switch (command.cmd) {
      case PRI_SUBCMD_CONNECTED_LINE:
        outbox_.send(PartyChanged{.span = configuration_.span,
                                  .call = call->id,
                                  .number = numberOf(command.u.connected_line.id.number),
                                  .name = nameOf(command.u.connected_line.id.name)});
        break;
      case PRI_SUBCMD_REDIRECTING:
        outbox_.send(Diverted{.span = configuration_.span,
                              .call = call->id,
                              .to = numberOf(command.u.redirecting.to.number),
                              .reason = static_cast<std::uint8_t>(command.u.redirecting.reason & 0x0F)});
        break;
      case PRI_SUBCMD_TRANSFER_CALL: tellTransfer(command.u.transfer); break;
      case PRI_SUBCMD_AOC_S:
        for (int item = 0; item < command.u.aoc_s.num_items && item < static_cast<int>(std::size(command.u.aoc_s.item)); item++)
          tellCharge(tariffOf(command.u.aoc_s.item[item]), call->id);
        break;
      case PRI_SUBCMD_AOC_D: tellCharge(chargeOf(command.u.aoc_d), call->id); break;
      case PRI_SUBCMD_AOC_E: tellCharge(chargeOf(command.u.aoc_e), call->id); break;
      default: break;
    }
  }
}

template <typename Told>
void Span::tellCharge(Told charge, std::uint32_t call) {
  charge.span = configuration_.span;
  charge.call = call;
  outbox_.send(charge);
}

void Span::tellTransfer(const pri_subcmd_transfer& transfer) {
  Call* const call = find(transfer.call_1);
  const Call* const other = find(transfer.call_2);
  if (call == nullptr || other == nullptr || call->ending || other->ending) {
    pri_transfer_rsp(controller_, transfer.call_1, transfer.invoke_id, 0);
    return;
  }
  call->transferInvoke = transfer.invoke_id;
  outbox_.send(Transfer{.span = configuration_.span, .call = call->id, .other = other->id});
}

}  // namespace branchline::isdn
