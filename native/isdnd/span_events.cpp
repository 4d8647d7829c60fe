// SPDX-License-Identifier: GPL-2.0-or-later
// What libpri tells of a span's calls, to the add-on.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "isdnd/libpri_values.hpp"
#include "isdnd/span.hpp"

namespace branchline::isdn {
namespace {

constexpr int kInbandMask = PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN;

Bearer bearerOf(int capability) {
  switch (capability) {
    case PRI_TRANS_CAP_DIGITAL:
    case PRI_TRANS_CAP_RESTRICTED_DIGITAL: return Bearer::digital64k;
    case PRI_TRANS_CAP_3_1K_AUDIO: return Bearer::audio3k1;
    default: return Bearer::speech;
  }
}

/// The redirecting number arrives in a sub-command (facility) or in the element of its own.
const pri_party_redirecting* redirectingOf(const pri_subcommands* commands) {
  for (int i = 0; commands != nullptr && i < commands->counter_subcmd; i++) {
    if (commands->subcmd[i].cmd == PRI_SUBCMD_REDIRECTING) return &commands->subcmd[i].u.redirecting;
  }
  return nullptr;
}

const pri_party_id* connectedOf(const pri_subcommands* commands) {
  for (int i = 0; commands != nullptr && i < commands->counter_subcmd; i++) {
    if (commands->subcmd[i].cmd == PRI_SUBCMD_CONNECTED_LINE) return &commands->subcmd[i].u.connected_line.id;
  }
  return nullptr;
}

Setup setupOf(const pri_event_ring& ring) {
  Setup setup;
  setup.exclusive = ring.flexible == 0;
  setup.complete = ring.complete != 0;
  setup.bearer = bearerOf(ring.ctype);
  setup.called.digits = textOf(ring.callednum, kMaxDigits);
  setup.called.type = static_cast<std::uint8_t>(ring.calledplan >> 4 & 0x07);
  setup.called.plan = static_cast<std::uint8_t>(ring.calledplan & 0x0F);
  setup.calledSubaddress = subaddressOf(ring.called_subaddress);
  setup.calling = numberOf(ring.calling.number);
  setup.callingName = nameOf(ring.calling.name);
  setup.callingSubaddress = subaddressOf(ring.calling.subaddress);
  if (const pri_party_redirecting* const redirecting = redirectingOf(ring.subcmds)) {
    setup.redirecting = numberOf(redirecting->from.number);
    setup.redirectReason = static_cast<std::uint8_t>(redirecting->reason & 0x0F);
  }
  return setup;
}

}  // namespace

void Span::dispatch(pri_event* event) {
  if (event == nullptr) return;
  switch (event->e) {
    // For a SERVICE without a channel libpri says these too, though layer 2 is as it was.
    case PRI_EVENT_DCHAN_UP:
    case PRI_EVENT_DCHAN_DOWN:
      if (!maintenance_) onLayerTwo(event->e == PRI_EVENT_DCHAN_UP);
      break;
    case PRI_EVENT_RING: onRing(event->ring); break;
    case PRI_EVENT_INFO_RECEIVED: onDigits(event->ring.call, textOf(event->ring.callednum, kMaxDigits), event->ring.complete != 0); break;
    case PRI_EVENT_KEYPAD_DIGIT: onDigits(event->digit.call, textOf(event->digit.digits, kMaxDigits), false); break;
    case PRI_EVENT_SETUP_ACK:
      tellServices(event->setup_ack.subcmds, event->setup_ack.call);
      onProgress<SetupAck>(event->setup_ack.call, event->setup_ack.channel, event->setup_ack.progressmask);
      break;
    case PRI_EVENT_PROCEEDING:
      tellServices(event->proceeding.subcmds, event->proceeding.call);
      onProgress<Proceeding>(event->proceeding.call, event->proceeding.channel, event->proceeding.progressmask);
      break;
    case PRI_EVENT_PROGRESS:
      tellServices(event->proceeding.subcmds, event->proceeding.call);
      onProgress<Progress>(event->proceeding.call, event->proceeding.channel, event->proceeding.progressmask);
      break;
    case PRI_EVENT_RINGING:
      tellServices(event->ringing.subcmds, event->ringing.call);
      onProgress<Alerting>(event->ringing.call, event->ringing.channel, event->ringing.progressmask);
      break;
    case PRI_EVENT_ANSWER:
      tellServices(event->answer.subcmds, event->answer.call);
      onAnswer(event->answer);
      break;
    case PRI_EVENT_CONNECT_ACK:
      tellServices(event->connect_ack.subcmds, event->connect_ack.call);
      onConnectAck(event->connect_ack.call);
      break;
    case PRI_EVENT_FACILITY: tellServices(event->facility.subcmds, event->facility.call); break;
    case PRI_EVENT_NOTIFY: onNotify(event->notify.call, event->notify.info); break;
    case PRI_EVENT_HANGUP_REQ:
    case PRI_EVENT_HANGUP:
    case PRI_EVENT_HANGUP_ACK:
      tellServices(event->hangup.subcmds, event->hangup.call);
      onHangup(event->e, event->hangup.call, event->hangup.cause);
      break;
    case PRI_EVENT_HOLD: onHold(event->hold.call); break;
    case PRI_EVENT_HOLD_ACK: onHoldAnswer(event->hold_ack.call, true, 0); break;
    case PRI_EVENT_HOLD_REJ: onHoldAnswer(event->hold_rej.call, false, event->hold_rej.cause); break;
    case PRI_EVENT_RETRIEVE: onRetrieve(event->retrieve.call, event->retrieve.channel, event->retrieve.flexible != 0); break;
    case PRI_EVENT_RETRIEVE_ACK: onRetrieveAnswer(event->retrieve_ack.call, true, event->retrieve_ack.channel, 0); break;
    case PRI_EVENT_RETRIEVE_REJ: onRetrieveAnswer(event->retrieve_rej.call, false, 0, event->retrieve_rej.cause); break;
    case PRI_EVENT_SERVICE: onService(event->service.channel, event->service.changestatus, false); break;
    case PRI_EVENT_SERVICE_ACK: onService(event->service_ack.channel, event->service_ack.changestatus, true); break;
    case PRI_EVENT_RESTART: onRestart(event->restart.channel); break;
    case PRI_EVENT_RESTART_ACK: onRestartAck(event->restartack.channel); break;
    case PRI_EVENT_CONFIG_ERR: log(LogLevel::error, textOf(event->err.err, kMaxLogText)); break;
    default: break;
  }
}

void Span::onLayerTwo(bool up) {
  if (up == up_) return;
  up_ = up;
  restarting_ = 0;
  outbox_.send(LayerTwo{.span = configuration_.span, .up = up});
  if (!up || !configuration_.restartChannels || configuration_.access == Access::basicPointToMultipoint) return;
  channels_.beginRestartOfIdle();
  restartNext();
}

// --- A call comes in -----------------------------------------------------------------------------------------------------------------------

// The channel that a SETUP asks for, taken; else another where the far end leaves the choice; 0: none. Glare (Q.931 §5.7): the network's call has
// priority, so the user side gives up the channel of a call of its own that the network has not answered; the network then finds it another or
// refuses it with cause 44.
int Span::channelForIncoming(int asked, bool flexible) {
  const int channel = decoded(asked);
  if (channel == kAnyChannel) return channels_.takeAny();
  if (channel == 0) return 0;  // Call waiting: we have no use for a call without a channel.
  if (takeFromUnanswered(channel)) return channel;
  return flexible ? channels_.takeAny() : 0;
}

// Takes a channel, if need be from a call of ours that the network, which decides, has not answered yet. False: it is in use.
bool Span::takeFromUnanswered(int channel) {
  if (channels_.take(channel)) return true;
  if (configuration_.node == Node::network) return false;
  const auto holder = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.channel == channel && isUnanswered(call); });
  if (holder == calls_.end()) return false;
  holder->channel = 0;  // The channel stays taken, by whom we took it for.
  return true;
}

bool Span::isUnanswered(const Call& call) noexcept { return !call.incoming && !call.responded; }

void Span::onRing(const pri_event_ring& ring) {
  Setup setup = setupOf(ring);
  q931_call* const handle = ring.call;
  const int channel = channelForIncoming(ring.channel, ring.flexible != 0);
  if (channel == 0) {  // The first answer to a SETUP may be RELEASE COMPLETE with these (Q.931 §5.3.2 a).
    pri_hangup(controller_, handle, setup.exclusive ? PRI_CAUSE_REQUESTED_CHAN_UNAVAIL : PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION);
    return;
  }
  channels_.endRestart(channel);  // The far end takes it for idle, and so do we.
  Call& call = calls_.emplace_back();
  call.id = nextIncoming_;
  nextIncoming_ = (nextIncoming_ + 1) | kIncomingCallBit;
  call.handle = handle;
  call.incoming = true;
  call.channel = channel;
  call.end.sent = true;
  setup.progress = sight_.indicator();
  setup.span = configuration_.span;
  setup.call = call.id;
  setup.channel = static_cast<std::uint8_t>(channel);
  if (!configuration_.overlap) setup.complete = true;
  // At once, so that the far end's T303 stops whatever the add-on does.
  if (setup.complete)
    pri_proceeding(controller_, handle, encoded(channel), 0);
  else
    pri_setup_ack(controller_, handle, encoded(channel), 0, configuration_.node == Node::network && setup.called.digits.empty() ? 1 : 0);
  outbox_.send(setup);
}

void Span::onDigits(q931_call* handle, const std::string& digits, bool complete) {
  const Call* const call = find(handle);
  if (call == nullptr || call->ending) return;
  outbox_.send(Information{.span = configuration_.span, .call = call->id, .digits = digits, .complete = complete});
}

void Span::onConnectAck(q931_call* handle) {
  const Call* const call = find(handle);
  if (call == nullptr || call->ending || !call->connecting || configuration_.node == Node::network) return;
  outbox_.send(Connected{.span = configuration_.span, .call = call->id});
}

// --- A call goes out -----------------------------------------------------------------------------------------------------------------------

template <typename Told>
void Span::onProgress(q931_call* handle, int channel, int progressMask) {
  Call* const call = find(handle);
  if (call == nullptr || call->ending || !settleChannel(*call, channel)) return;
  constexpr bool dialling = std::is_same_v<Told, SetupAck>;
  const bool isProgress = std::is_same_v<Told, Progress>;
  if (dialling || !isProgress) call->dialling = dialling;
  if (dialling)
    awaitAnswer(*call, configuration_.timers.t304, PRI_CAUSE_RECOVERY_ON_TIMER_EXPIRE);
  else if (std::is_same_v<Told, Proceeding>)
    awaitAnswer(*call, configuration_.timers.t310, PRI_CAUSE_RECOVERY_ON_TIMER_EXPIRE);
  else if (std::is_same_v<Told, Alerting>)
    awaitAnswer(*call, configuration_.timers.t301, PRI_CAUSE_NO_ANSWER);
  else if (call->lateCause != PRI_CAUSE_NO_ANSWER)
    awaitAnswer(*call, 0, 0);
  outbox_.send(Told{.span = configuration_.span,
                    .call = call->id,
                    .channel = static_cast<std::uint8_t>(call->channel),
                    .inband = (progressMask & kInbandMask) != 0,
                    .progress = sight_.indicator()});
}

void Span::onAnswer(const pri_event_answer& answer) {
  Call* const call = find(answer.call);
  Connect connect{.span = configuration_.span};
  if (const pri_party_id* const connected = connectedOf(answer.subcmds)) {
    connect.connected = numberOf(connected->number);
    connect.name = nameOf(connected->name);
  }
  if (call == nullptr || call->ending || !settleChannel(*call, answer.channel)) return;
  pri_connect_ack(controller_, call->handle, 0);
  awaitAnswer(*call, 0, 0);
  connect.progress = sight_.indicator();
  connect.call = call->id;
  connect.channel = static_cast<std::uint8_t>(call->channel);
  outbox_.send(connect);
}

// The far end's first answer names the channel that it will be. False: that channel is in use, and the call is cleared for it.
bool Span::settleChannel(Call& call, int asked) {
  call.responded = true;
  const int channel = decoded(asked);
  if (channel == call.channel || ((channel == 0 || channel == kAnyChannel) && call.channel != 0)) return true;
  if (takeFromUnanswered(channel)) {
    channels_.release(call.channel);
    call.channel = channel;
    return true;
  }
  note(call, PRI_CAUSE_REQUESTED_CHAN_UNAVAIL, Location::user, EndedBy::line);
  clear(call, {PRI_CAUSE_CHANNEL_UNACCEPTABLE, configuration_.location});
  return false;
}

// --- A call ends ---------------------------------------------------------------------------------------------------------------------------

// For some causes (6, 7, 26) libpri leaves DISCONNECT out, and later frees the call without telling: it is asked to clear normally, and the true
// cause is put into the message.
void Span::clear(Call& call, Said said) {
  call.said = said;
  hangUp(call, PRI_CAUSE_NORMAL_CLEARING);
}

// libpri frees a call inside pri_hangup where nothing more is to come for it, and tells it by no event.
void Span::hangUp(Call& call, int cause) {
  pri_hangup(controller_, call.handle, cause);
  if (!isKnownToLibpri(call.handle)) drop(call);
}

bool Span::isKnownToLibpri(q931_call* handle) const noexcept {
  int mode = 0;
  return pri_get_crv(controller_, handle, &mode) >= 0;
}

void Span::onHangup(int type, q931_call* handle, int cause) {
  Call* const call = find(handle);
  if (call == nullptr) {  // Refused before it was one, or of no interest any more; an acknowledged one is freed already.
    if (type != PRI_EVENT_HANGUP_ACK) pri_hangup(controller_, handle, cause);
    return;
  }
  const bool wasEnding = call->ending;
  const bool said = sight_.type != 0;  // By a message; else by a timer.
  if (said) call->responded = true;
  note(*call, cause, sightLocation_, said ? EndedBy::peer : EndedBy::line);
  switch (type) {
    case PRI_EVENT_HANGUP_REQ: {
      const bool tone = !wasEnding && sight_.inband && configuration_.toneSeconds != 0;
      if (!wasEnding) {
        outbox_.send(
            Disconnect{.span = configuration_.span, .call = call->id, .cause = call->end.cause, .location = call->end.location, .inband = tone});
      }
      if (tone)
        listenToTone(*call);
      else
        hangUp(*call, cause);
      break;
    }
    case PRI_EVENT_HANGUP:
      pri_hangup(controller_, handle, cause);
      drop(*call);
      break;
    default: drop(*call); break;
  }
}

void Span::listenToTone(Call& call) {
  call.toneUntilNs = clock_.nowNs() + std::int64_t{configuration_.toneSeconds} * 1'000'000'000;
  call.endUntilNs += call.toneUntilNs - clock_.nowNs();
}

// --- RESTART -------------------------------------------------------------------------------------------------------------------------------

// The far end forgot what it had on the channel (all: no channel named); libpri acknowledges by itself.
void Span::onRestart(int asked) {
  const int channel = asked == -1 ? kAnyChannel : decoded(asked);
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    if (channel != kAnyChannel && call.channel != channel) continue;
    if (isUnanswered(call) && !call.ending) {  // The RESTART crossed our SETUP: the far end will find the call another channel or refuse it.
      channels_.endRestart(call.channel);      // Ours would end the call at the far end, which has its SETUP by then.
      channels_.release(std::exchange(call.channel, 0));
      continue;
    }
    if (call.ending) continue;
    // Cleared by message: a far end whose RESTART crossed our choice of the channel still has the call.
    note(call, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE, Location::user, EndedBy::peer);
    channels_.release(std::exchange(call.channel, 0));
    clear(call, {PRI_CAUSE_NORMAL_TEMPORARY_FAILURE, configuration_.location});
  }
  for (int one = 1; one < kChannels; one++) {
    if (!channels_.isOurs(one) || (channel != kAnyChannel && channel != one)) continue;
    outbox_.send(ChannelRestarted{.span = configuration_.span, .channel = static_cast<std::uint8_t>(one), .byPeer = true});
  }
}

void Span::onRestartAck(int asked) {
  const int channel = decoded(asked);
  if (restarting_ == 0 || (channel != restarting_ && channel != kAnyChannel)) return;
  outbox_.send(ChannelRestarted{.span = configuration_.span, .channel = static_cast<std::uint8_t>(restarting_), .byPeer = false});
  endRestart();
}

void Span::endRestart() {
  channels_.endRestart(restarting_);
  restarting_ = 0;
  restartNext();
}

}  // namespace branchline::isdn
