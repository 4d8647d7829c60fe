// SPDX-License-Identifier: GPL-2.0-or-later
// The network's side of ISDN spans, played with libpri on a DAHDI card: `dahdi_network SPAN…`, a SPAN being NAME:KIND:D:FIRST, KIND e1, bri (point
// to point) or bus (a basic rate, point to multipoint), D the channel of its D channel, FIRST that of its timeslot 1. It decides nothing; whoever
// started it writes commands to its standard input, and reads what happens on its standard output, a line each. ID names a call: given with `call`,
// told with `incoming`. A card that is pulled is the end of it: its channels are no more, and there is no getting them back.
//
//   call ID SPAN SLOT CALLED CALLING   a SETUP for that B-channel
//   alert ID, answer ID, clear ID CAUSE
//   tone, play, quiet, record, stop    far_commands.hpp; from `answer` or `answered` on
//
//   ready | up SPAN | down SPAN | removed
//   incoming ID SPAN SLOT CALLED CALLING | ringing ID | answered ID | ended ID CAUSE
#include <dahdi/user.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <map>
#include <stdexcept>

#include "far_commands.hpp"
#include "isdnd/libpri.hpp"

namespace branchline::test {
namespace {

constexpr int kSlotMask = 0xFF;  // Of libpri's encoded channel.
constexpr int kNoSlot = 0;
/// How long an answered call outlives its D channel here; libpri's own 6 s would end it before the service's end has seen the loss.
constexpr int kT309Ms = 90'000;

struct Span;

struct Call {
  std::string id;
  Span* span = nullptr;
  q931_call* handle = nullptr;
  int slot = kNoSlot;
  std::unique_ptr<FarChannel> audio;
};

struct Span {
  std::string name;
  int descriptor = -1;
  int firstChannel = 0;
  pri* controller = nullptr;
};

/// For ever: libpri does not take a controller back, and a leak checker is to see that it is known.
auto& spans = *new std::vector<std::unique_ptr<Span>>;
std::map<std::string, Call> calls;
int incomingCount = 0;

/// libpri counts two octets of FCS, as DAHDI does.
int readFrame(pri* controller, void* buffer, int size) {
  const auto* span = static_cast<Span*>(pri_get_userdata(controller));
  return std::max<int>(0, static_cast<int>(::read(span->descriptor, buffer, static_cast<std::size_t>(size))));
}

int writeFrame(pri* controller, void* buffer, int size) {
  const auto* span = static_cast<Span*>(pri_get_userdata(controller));
  // A frame that the driver cannot take is lost, as on a bad line: layer 2 sends it again.
  if (::write(span->descriptor, buffer, static_cast<std::size_t>(size)) < 0) return size;
  return size;
}

int openDChannel(int number) {
  const int descriptor = ::open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  dahdi_bufferinfo buffers{};
  buffers.txbufpolicy = buffers.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.numbufs = 32;
  buffers.bufsize = 1024;
  if (descriptor < 0 || ::ioctl(descriptor, DAHDI_SPECIFY, &number) < 0 || ::ioctl(descriptor, DAHDI_SET_BUFINFO, &buffers) < 0) {
    throw std::runtime_error("D channel " + std::to_string(number) + ": " + std::generic_category().message(errno));
  }
  return descriptor;
}

void addSpan(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() != 4) throw std::runtime_error("not NAME:KIND:D:FIRST: " + text);
  auto span = std::make_unique<Span>();
  span->name = parts[0];
  span->descriptor = openDChannel(std::stoi(parts[2]));
  span->firstChannel = std::stoi(parts[3]);
  const bool basicRate = parts[1] != "e1";
  const int pointToPoint = parts[1] == "bri" ? 1 : 0;
  span->controller = basicRate
                         ? pri_new_bri_cb(span->descriptor, pointToPoint, PRI_NETWORK, PRI_SWITCH_EUROISDN_E1, readFrame, writeFrame, span.get())
                         : pri_new_cb(span->descriptor, PRI_NETWORK, PRI_SWITCH_EUROISDN_E1, readFrame, writeFrame, span.get());
  pri_set_timer(span->controller, PRI_TIMER_T309, kT309Ms);
  spans.push_back(std::move(span));
}

Call* callOf(const q931_call* handle) {
  const auto found = std::ranges::find_if(calls, [&](const auto& entry) { return entry.second.handle == handle; });
  return found == calls.end() ? nullptr : &found->second;
}

void openAudio(Call& call) {
  if (call.audio == nullptr && call.slot != kNoSlot) call.audio = std::make_unique<FarChannel>(call.span->firstChannel + call.slot - 1);
}

void onIncoming(Span& span, const pri_event_ring& ring) {
  const std::string id = "in" + std::to_string(++incomingCount);
  const int slot = ring.channel & kSlotMask;
  Call& call = calls[id];
  call.id = id;
  call.span = &span;
  call.handle = ring.call;
  call.slot = slot;
  pri_proceeding(span.controller, ring.call, slot, 0);
  tell("incoming %s %s %d %s %s", id.c_str(), span.name.c_str(), slot, ring.callednum[0] == 0 ? "-" : ring.callednum,
       ring.callingnum[0] == 0 ? "-" : ring.callingnum);
}

void onEnded(Span& span, const pri_event_hangup& hangup, bool answerIt) {
  Call* call = callOf(hangup.call);
  if (answerIt) pri_hangup(span.controller, hangup.call, hangup.cause);
  if (call == nullptr) return;
  const std::string id = call->id;
  calls.erase(id);
  tell("ended %s %d", id.c_str(), hangup.cause);
}

void onEvent(Span& span, const pri_event& event) {
  switch (event.e) {
    case PRI_EVENT_DCHAN_UP: tell("up %s", span.name.c_str()); break;
    case PRI_EVENT_DCHAN_DOWN: tell("down %s", span.name.c_str()); break;
    case PRI_EVENT_RING: onIncoming(span, event.ring); break;
    case PRI_EVENT_RINGING:
      if (const Call* call = callOf(event.ringing.call)) tell("ringing %s", call->id.c_str());
      break;
    case PRI_EVENT_ANSWER:
      if (Call* call = callOf(event.answer.call)) {
        pri_connect_ack(span.controller, call->handle, call->slot);
        openAudio(*call);
        tell("answered %s", call->id.c_str());
      }
      break;
    // libpri waits for us to hang up as well, but after the last, when the call is gone already.
    case PRI_EVENT_HANGUP_REQ:
    case PRI_EVENT_HANGUP: onEnded(span, event.hangup, true); break;
    case PRI_EVENT_HANGUP_ACK: onEnded(span, event.hangup, false); break;
    default: break;
  }
}

bool placeCall(const std::vector<std::string>& words) {
  const auto span = std::ranges::find_if(spans, [&](const auto& each) { return each->name == words[2]; });
  if (span == spans.end()) return false;
  Call& call = calls[words[1]];
  call.id = words[1];
  call.span = span->get();
  call.handle = pri_new_call((*span)->controller);
  call.slot = std::stoi(words[3]);
  std::string called = words[4];
  std::string calling = words[5];
  pri_sr* request = pri_sr_new();
  pri_sr_set_channel(request, call.slot, 1, 0);
  pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
  pri_sr_set_called(request, called.data(), PRI_UNKNOWN, 1);
  pri_sr_set_caller(request, calling.data(), nullptr, PRI_NATIONAL_ISDN, PRES_ALLOWED_USER_NUMBER_PASSED_SCREEN);
  const bool sent = pri_setup((*span)->controller, call.handle, request) == 0;
  pri_sr_free(request);
  return sent;
}

bool run(const std::vector<std::string>& words) {
  const auto& verb = words.front();
  if (verb == "call" && words.size() == 6) return placeCall(words);
  const auto found = words.size() < 2 ? calls.end() : calls.find(words[1]);
  if (found == calls.end()) return false;
  Call& call = found->second;
  pri* controller = call.span->controller;
  if (verb == "alert") return pri_acknowledge(controller, call.handle, call.slot, 1) == 0;
  if (verb == "answer") {
    openAudio(call);
    return pri_answer(controller, call.handle, call.slot, 0) == 0;
  }
  if (verb == "clear" && words.size() == 3) return pri_hangup(controller, call.handle, std::stoi(words[2])) == 0;
  return call.audio != nullptr && runAudioCommand(*call.audio, words);
}

int millisecondsToNextTimer() {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  long soonest = 1000;
  for (const auto& span : spans) {
    const timeval* next = pri_schedule_next(span->controller);
    if (next == nullptr) continue;
    soonest = std::min(soonest, (next->tv_sec - now.tv_sec) * 1000 + (next->tv_usec - now.tv_usec) / 1000 + 1);
  }
  return static_cast<int>(std::max(soonest, 0L));
}

/// Events of the driver (an abort, an alarm) keep a D channel readable until they are asked for. False: the card is no more.
bool drainDriverEvents(int descriptor) {
  int event = 0;
  while (::ioctl(descriptor, DAHDI_GETEVENT, &event) == 0) {
    if (event == DAHDI_EVENT_NONE) return true;
    if (event == DAHDI_EVENT_REMOVED) return false;
  }
  return errno != ENODEV;
}

void serveSpan(Span& span, short revents) {
  while (const pri_event* event = pri_schedule_run(span.controller)) onEvent(span, pri_event(*event));
  if ((revents & POLLIN) == 0) return;
  if (const pri_event* event = pri_check_event(span.controller)) onEvent(span, pri_event(*event));
}

/// False: the card is no more.
bool turn(CommandReader& commands) {
  std::vector<pollfd> waited{{STDIN_FILENO, POLLIN, 0}};
  for (const auto& span : spans) waited.push_back({span->descriptor, POLLIN | POLLPRI, 0});
  std::vector<std::string> talking;
  for (const auto& [id, call] : calls) {
    if (call.audio == nullptr) continue;
    talking.push_back(id);
    waited.push_back({call.audio->descriptor(), POLLIN | POLLOUT, 0});
  }
  ::poll(waited.data(), waited.size(), millisecondsToNextTimer());
  std::size_t at = 1;
  for (const auto& span : spans) {
    const short revents = waited[at++].revents;
    if ((revents & (POLLPRI | POLLERR | POLLHUP)) != 0 && !drainDriverEvents(span->descriptor)) return false;
    serveSpan(*span, revents);
  }
  for (const auto& id : talking) {
    const short revents = waited[at++].revents;
    if (const auto call = calls.find(id); call != calls.end()) call->second.audio->pump(revents);
  }
  for (auto words = commands.next(); !words.empty(); words = commands.next()) {
    if (!run(words)) tell("refused %s", words.front().c_str());
  }
  return true;
}

}  // namespace
}  // namespace branchline::test

int main(int count, char** arguments) {
  using namespace branchline::test;
  try {
    for (int n = 1; n < count; ++n) addSpan(arguments[n]);
    takePrecedence();
    CommandReader commands;
    tell("ready");
    while (!commands.ended()) {
      if (turn(commands)) continue;
      tell("removed");
      break;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dahdi_network: %s\n", error.what());
    return 1;
  }
  return 0;
}
