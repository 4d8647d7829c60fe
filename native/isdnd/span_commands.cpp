// SPDX-License-Identifier: GPL-2.0-or-later
// What the add-on asks of a span's calls, into libpri.
#include <memory>
#include <string>

#include "isdnd/libpri_values.hpp"
#include "isdnd/span.hpp"

namespace branchline::isdn {
namespace {

constexpr std::uint8_t kAlertingMessage = 0x01;
constexpr std::uint8_t kProceedingMessage = 0x02;
constexpr std::uint8_t kProgressMessage = 0x03;
constexpr std::uint8_t kSetupMessage = 0x05;
constexpr std::uint8_t kConnectMessage = 0x07;
constexpr std::uint8_t kSetupAckMessage = 0x0D;

struct SetupRecordDeleter {
  void operator()(pri_sr* record) const noexcept { pri_sr_free(record); }
};
using SetupRecord = std::unique_ptr<pri_sr, SetupRecordDeleter>;

void setBearer(pri_sr* record, Bearer bearer, bool muLaw) {
  const int law = muLaw ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW;
  switch (bearer) {
    case Bearer::speech: pri_sr_set_bearer(record, PRI_TRANS_CAP_SPEECH, law); break;
    case Bearer::audio3k1: pri_sr_set_bearer(record, PRI_TRANS_CAP_3_1K_AUDIO, law); break;
    case Bearer::digital64k: pri_sr_set_bearer(record, PRI_TRANS_CAP_DIGITAL, -1); break;
  }
}

/// The record of a SETUP. libpri copies all of it.
SetupRecord recordOf(const Setup& setup, int channel, bool muLaw) {
  SetupRecord record(pri_sr_new());
  pri_sr_set_channel(record.get(), channel, setup.exclusive ? 1 : 0, 0);
  setBearer(record.get(), setup.bearer, muLaw);
  std::string called = setup.called.digits;
  pri_sr_set_called(record.get(), called.data(), planOf(setup.called), setup.complete ? 1 : 0);
  const pri_party_subaddress calledSubaddress = partySubaddress(setup.calledSubaddress);
  if (calledSubaddress.valid != 0) pri_sr_set_called_subaddress(record.get(), &calledSubaddress);
  pri_party_id caller{};
  caller.number = partyNumber(setup.calling);
  caller.name = partyName(setup.callingName, caller.number.presentation);
  caller.subaddress = partySubaddress(setup.callingSubaddress);
  pri_sr_set_caller_party(record.get(), &caller);
  if (!setup.redirecting.digits.empty()) {
    pri_party_redirecting redirecting{};
    redirecting.from.number = partyNumber(setup.redirecting);
    redirecting.count = 1;
    redirecting.reason = setup.redirectReason;
    redirecting.orig_reason = setup.redirectReason;
    pri_sr_set_redirecting_parties(record.get(), &redirecting);
  }
  return record;
}

}  // namespace

void Span::on(const Setup& setup) {
  if ((setup.call & kIncomingCallBit) != 0 || find(setup.call) != nullptr) {
    log(LogLevel::error, "a SETUP with the id of another call is passed over");
    return;
  }
  Call& call = calls_.emplace_back();
  call.id = setup.call;
  call.exclusive = setup.exclusive;
  const auto fail = [&](int cause) {
    note(call, cause, Location::user, EndedBy::line);
    drop(call);
  };
  // A basic access may rest with its layer 2 down: libpri brings it up for the call. A primary's is always wanted up.
  if (!up_ && configuration_.access == Access::primary) return fail(PRI_CAUSE_DESTINATION_OUT_OF_ORDER);
  if (setup.channel == 0)
    call.channel = channels_.takeAny();
  else if (channels_.take(setup.channel))
    call.channel = setup.channel;
  if (call.channel == 0) return fail(setup.channel == 0 ? PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION : PRI_CAUSE_REQUESTED_CHAN_UNAVAIL);

  call.handle = pri_new_call(controller_);
  if (call.handle == nullptr) return fail(PRI_CAUSE_SWITCH_CONGESTION);
  call.progress[progressIndex(kSetupMessage)] = setup.progress;
  const SetupRecord record = recordOf(setup, encoded(call.channel), configuration_.switchType == SwitchType::ni2);
  if (pri_setup(controller_, call.handle, record.get()) != 0) {
    pri_destroycall(controller_, call.handle);
    return fail(PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
  }
  call.end.sent = true;
  outbox_.send(Seized{.span = configuration_.span, .call = call.id, .channel = static_cast<std::uint8_t>(call.channel)});
}

// Something is to be said of progress: libpri is asked for its own indicator, and complete() corrects it.
template <typename Shown>
bool Span::indicate(Call& call, std::uint8_t messageType, const Shown& message) {
  call.progress[progressIndex(messageType)] = message.progress;
  return message.inband || message.progress.description != 0;
}

void Span::on(const SetupAck& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  const bool inband = indicate(*call, kSetupAckMessage, message);
  pri_setup_ack(controller_, call->handle, encoded(call->channel), 0, inband ? 1 : 0);
}

void Span::on(const Information& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  for (const char digit : message.digits) pri_information(controller_, call->handle, digit);
  if (call->dialling) awaitAnswer(*call, configuration_.timers.t304, PRI_CAUSE_RECOVERY_ON_TIMER_EXPIRE);
}

void Span::on(const Proceeding& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  const bool inband = indicate(*call, kProceedingMessage, message);
  pri_proceeding(controller_, call->handle, encoded(call->channel), inband ? 1 : 0);
}

void Span::on(const Alerting& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr) return;
  const bool inband = indicate(*call, kAlertingMessage, message);
  pri_acknowledge(controller_, call->handle, encoded(call->channel), inband ? 1 : 0);
}

// A progress indicator is mandatory in PROGRESS (Q.931 §3.1.8): without one there is none.
void Span::on(const Progress& message) {
  Call* const call = findAlive(message.call);
  if (call != nullptr && indicate(*call, kProgressMessage, message)) pri_progress(controller_, call->handle, encoded(call->channel), 1);
}

void Span::on(const Connect& message) {
  Call* const call = findAlive(message.call);
  if (call == nullptr || !call->incoming || call->connecting) return;
  if (!message.connected.digits.empty()) {
    pri_party_connected_line connected{};
    connected.id.number = partyNumber(message.connected);
    connected.id.name = partyName(message.name, connected.id.number.presentation);
    pri_connected_line_update(controller_, call->handle, &connected);
  }
  call->connecting = true;
  call->progress[progressIndex(kConnectMessage)] = message.progress;
  pri_answer(controller_, call->handle, encoded(call->channel), 0);
  if (configuration_.node == Node::network) outbox_.send(Connected{.span = configuration_.span, .call = call->id});
}

void Span::on(const Clear& message) {
  Call* const call = find(message.call);
  if (call == nullptr) return;
  if (call->toneUntilNs != 0) {  // The far end has cleared; its tone has been heard.
    call->toneUntilNs = 0;
    return hangUp(*call, call->end.cause);
  }
  if (call->ending) return;
  const Said said{message.cause, message.location.value_or(configuration_.location), message.inband};
  note(*call, said.cause, said.location, EndedBy::us);
  clear(*call, said);
}

void Span::on(const RestartChannel& message) {
  if (message.forget) forgetCallsOn(message.channel);
  if (message.channel == 0)
    channels_.beginRestartOfIdle();
  else
    channels_.beginRestart(message.channel);
  restartNext();
}

// 0: on any channel.
void Span::forgetCallsOn(int channel) {
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    if (channel != 0 && call.channel != channel) continue;
    note(call, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE, configuration_.location, EndedBy::us);
    pri_destroycall(controller_, call.handle);
    drop(call);
  }
}

void Span::on(const QuerySpan&) {
  const auto own = [](const ChannelSet& channels) { return static_cast<std::uint32_t>((channels & ChannelSet(0xFFFF'FFFFU)).to_ulong()); };
  outbox_.send(SpanStatus{.span = configuration_.span,
                          .up = up_,
                          .calls = static_cast<std::uint16_t>(calls_.size()),
                          .busyChannels = own(channels_.busy()),
                          .restartingChannels = own(channels_.restarting()),
                          .withdrawnChannels = own(channels_.withdrawn())});
}

}  // namespace branchline::isdn
