// SPDX-License-Identifier: GPL-2.0-or-later
// What the add-on asks of a span's calls, into libpri.
#include <algorithm>
#include <cstring>
#include <memory>

#include "isdnd/span.hpp"

namespace branchline::isdn {
namespace {

template <std::size_t Size>
void copyText(char (&target)[Size], const std::string& source) {
  const std::size_t size = std::min(source.size(), Size - 1);
  std::memcpy(target, source.data(), size);
  target[size] = '\0';
}

int planOf(const Number& number) { return number.type << 4 | number.plan; }

pri_party_number partyNumber(const Number& number) {
  pri_party_number party{};
  party.valid = number.digits.empty() ? 0 : 1;
  party.presentation = number.presentation << 5 | number.screening;
  party.plan = planOf(number);
  copyText(party.str, number.digits);
  return party;
}

pri_party_subaddress partySubaddress(const std::string& subaddress) {
  pri_party_subaddress party{};
  party.valid = subaddress.empty() ? 0 : 1;
  party.type = 0;  // NSAP: the first octet is the format identifier (X.213), 0x50 for IA5 digits.
  party.length = static_cast<int>(std::min(subaddress.size(), sizeof party.data - 1));
  std::memcpy(party.data, subaddress.data(), static_cast<std::size_t>(party.length));
  return party;
}

pri_party_name partyName(const std::string& name, int presentation) {
  pri_party_name party{};
  party.valid = name.empty() ? 0 : 1;
  party.presentation = presentation;
  party.char_set = PRI_CHAR_SET_ISO8859_1;
  copyText(party.str, name);
  return party;
}

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
  const SetupRecord record = recordOf(setup, call.channel, configuration_.switchType == SwitchType::ni2);
  if (pri_setup(controller_, call.handle, record.get()) != 0) {
    pri_destroycall(controller_, call.handle);
    return fail(PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
  }
  call.end.sent = true;
  outbox_.send(Seized{.span = configuration_.span, .call = call.id, .channel = static_cast<std::uint8_t>(call.channel)});
}

void Span::on(const SetupAck& message) {
  const Call* const call = find(message.call);
  if (call != nullptr && !call->ending) pri_setup_ack(controller_, call->handle, call->channel, 0, message.inband ? 1 : 0);
}

void Span::on(const Information& message) {
  const Call* const call = find(message.call);
  if (call == nullptr || call->ending) return;
  for (const char digit : message.digits) pri_information(controller_, call->handle, digit);
}

void Span::on(const Proceeding& message) {
  const Call* const call = find(message.call);
  if (call != nullptr && !call->ending) pri_proceeding(controller_, call->handle, call->channel, message.inband ? 1 : 0);
}

void Span::on(const Alerting& message) {
  const Call* const call = find(message.call);
  if (call != nullptr && !call->ending) pri_acknowledge(controller_, call->handle, call->channel, message.inband ? 1 : 0);
}

// PROGRESS says that there is something to hear: without that libpri has nothing to put into it.
void Span::on(const Progress& message) {
  const Call* const call = find(message.call);
  if (call != nullptr && !call->ending && message.inband) pri_progress(controller_, call->handle, call->channel, 1);
}

void Span::on(const Connect& message) {
  Call* const call = find(message.call);
  if (call == nullptr || call->ending || !call->incoming || call->connecting) return;
  if (!message.connected.digits.empty()) {
    pri_party_connected_line connected{};
    connected.id.number = partyNumber(message.connected);
    connected.id.name = partyName(message.name, connected.id.number.presentation);
    pri_connected_line_update(controller_, call->handle, &connected);
  }
  call->connecting = true;
  pri_answer(controller_, call->handle, call->channel, 0);
  if (configuration_.node == Node::network) outbox_.send(Connected{.span = configuration_.span, .call = call->id});
}

void Span::on(const Clear& message) {
  Call* const call = find(message.call);
  if (call == nullptr || call->ending) return;
  const Said said{message.cause, message.location.value_or(configuration_.location)};
  note(*call, said.cause, said.location, EndedBy::us);
  clear(*call, said);
}

void Span::on(const RestartChannel& message) {
  if (message.channel == 0)
    channels_.beginRestart(~channels_.busy());
  else if (message.channel < 32)
    channels_.beginRestart(1U << message.channel);
  restartNext();
}

void Span::on(const QuerySpan&) {
  outbox_.send(SpanStatus{.span = configuration_.span,
                          .up = up_,
                          .calls = static_cast<std::uint16_t>(calls_.size()),
                          .busyChannels = channels_.busy(),
                          .restartingChannels = channels_.restarting()});
}

}  // namespace branchline::isdn
