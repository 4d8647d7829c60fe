// SPDX-License-Identifier: GPL-3.0-or-later
//
// Peers that send nonsense: nothing of it may hurt the stack or the calls beside it.
#include <cstdlib>
#include <map>
#include <random>

#include "sip_world.hpp"

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

bool fullDepth() {
  const char* const depth = std::getenv("BRANCHLINE_TEST_DEPTH");
  return depth != nullptr && std::string(depth) == "full";
}

/// Messages and packets with something wrong, the same ones for the same seed.
class Mangler {
 public:
  explicit Mangler(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string mangled(std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); changes--) change(text);
    return text;
  }
  std::string bytes(std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; i++) result += static_cast<char>(random_());
    return result;
  }

 private:
  void change(std::string& text) {
    constexpr const char* kTokens[] = {"\r\n",
                                       "\r\n\r\n",
                                       ":",
                                       ";",
                                       ",",
                                       "<",
                                       ">",
                                       "\"",
                                       "%00",
                                       "%",
                                       "4294967296",
                                       "-1",
                                       "sip:",
                                       "tel:",
                                       "sips:[::1]",
                                       "@",
                                       "=",
                                       " ",
                                       "\\",
                                       "*",
                                       "z9hG4bK",
                                       "SIP/2.0",
                                       "Content-Length: 99999\r\n",
                                       "Route: <sip:127.0.0.1;lr>\r\n",
                                       "Require: 100rel\r\n",
                                       "Session-Expires: 0\r\n",
                                       "Record-Route: <tel:1>\r\n",
                                       "Contact: *\r\n",
                                       "Replaces: ;to-tag=;from-tag=\r\n",
                                       "P-Asserted-Identity: \"\r\n",
                                       "Via: SIP/2.0/UDP ;branch=\r\n",
                                       "m=audio 99999999 RTP/AVP 8\r\n",
                                       "a=rtpmap:8 PCMA/0\r\n",
                                       "a=ptime:0\r\n",
                                       "a=ptime:65535\r\n",
                                       "c=IN IP6 ::\r\n",
                                       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"};
    const std::size_t at = below(text.size());
    switch (below(8)) {
      case 0: text[at] = static_cast<char>(random_()); break;
      case 1: text.erase(at, 1 + below(20)); break;
      case 2: text.insert(at, kTokens[below(std::size(kTokens))]); break;
      case 3: text.insert(at, text.substr(below(text.size()), below(200))); break;
      case 4: {  // At the beginning of a line.
        const std::size_t line = text.find("\r\n", at);
        if (line != std::string::npos) text.insert(line + 2, kTokens[below(std::size(kTokens))]);
        break;
      }
      case 5: {  // A whole line less.
        const std::size_t line = text.find("\r\n", at);
        const std::size_t end = line == std::string::npos ? line : text.find("\r\n", line + 2);
        if (end != std::string::npos) text.erase(line, end - line);
        break;
      }
      case 6: text.insert(at, std::string(below(4000), static_cast<char>('0' + below(75)))); break;
      case 7: text.resize(at); break;
    }
  }
  std::mt19937 random_;
};

/// Takes what the stack sends, and acknowledges refusals, so that its transactions go.
void acknowledge(const RawPeer& peer) {
  while (const auto message = peer.hear("SIP/2.0 ", 0ms)) {
    if (headerOf(*message, "CSeq").find("INVITE") == std::string::npos || message->starts_with("SIP/2.0 1")) continue;
    const std::string sequence = headerOf(*message, "CSeq");
    peer.say("ACK sip:x@127.0.0.1 SIP/2.0\r\nVia: " + headerOf(*message, "Via") + "\r\nMax-Forwards: 70\r\nFrom: " + headerOf(*message, "From") +
             "\r\nTo: " + headerOf(*message, "To") + "\r\nCall-ID: " + headerOf(*message, "Call-ID") +
             "\r\nCSeq: " + sequence.substr(0, sequence.find(' ')) + " ACK\r\nContent-Length: 0\r\n\r\n");
  }
}

/// A call in, answered, that ends well: the stack still serves.
void serves(SipWorld& world) {
  const RawPeer peer(world.port());
  const std::size_t ended = world.events.of("legEnded").size();
  const std::string tag = world.talk(peer, "still-serves");
  CHECK(peer.rtp().receive(2s));
  peer.say(peer.request("BYE", "still-serves", 2, tag));
  CHECK(peer.hear("SIP/2.0 200"));
  world.await("legEnded", ended + 1);
}

/// Each leg that began has ended once.
void allEndedOnce(SipWorld& world) {
  std::map<Handle, int> ends;
  for (const Event& event : world.events.of("legEnded")) ends[event.subject]++;
  for (const Event& event : world.events.of("legIncoming")) {
    INFO(text(event, "callId"));
    CHECK(ends[event.subject] == 1);
  }
}

}  // namespace

TEST_CASE("requests with anything wrong in them harm nobody, and the stack still serves") {
  hurry();
  SipWorld world(200);
  const RawPeer peer(world.port());
  Mangler mangler(20261123);
  const int messages = fullDepth() ? 60'000 : 6'000;
  constexpr const char* kMethods[] = {"INVITE", "INVITE", "INVITE", "OPTIONS", "BYE",   "CANCEL",   "ACK",
                                      "UPDATE", "INFO",   "REFER",  "NOTIFY",  "PRACK", "REGISTER", "NONSENSE"};
  std::size_t cleared = 0;
  for (int n = 0; n < messages; n++) {
    const std::string call = "fuzz-" + std::to_string(n);
    const char* const method = kMethods[mangler.below(std::size(kMethods))];
    std::string message = peer.request(method, call, 1, mangler.below(4) == 0 ? "tag" : "", peer.sdp());
    if (mangler.below(20) != 0) message = mangler.mangled(message);
    peer.say(mangler.below(200) == 0 ? mangler.bytes(mangler.below(9000)) : message);
    if (n % 20 != 0) continue;
    acknowledge(peer);
    const auto incoming = world.events.of("legIncoming");
    for (; cleared < incoming.size(); cleared++) {
      const Handle leg = incoming[cleared].subject;
      if (mangler.below(2) == 0) world.stack.answer(leg);
      world.stack.clear(leg, {.q850 = 17});
    }
    std::this_thread::sleep_for(4ms);
    world.engine.drainEvents();
  }
  within(20s, [&] {  // Some of it may still wait in the socket.
    for (const Event& event : world.events.of("legIncoming")) world.stack.clear(event.subject, {.q850 = 17});
    acknowledge(peer);
    world.engine.drainEvents();
    std::this_thread::sleep_for(100ms);
    return world.engine.counters().legs == 0;
  });
  MESSAGE(world.events.of("legIncoming").size() << " of " << messages << " messages were calls");
  CHECK(world.events.of("legIncoming").size() > 100);
  serves(world);
  within(10s, [&] {
    world.engine.drainEvents();
    return world.engine.counters().legs == 0;
  });
  allEndedOnce(world);
}

TEST_CASE("answers with anything wrong in them end the call they belong to, once, and no other") {
  hurry();
  SipWorld world(200);
  const RawPeer peer(world.port());
  const Handle trunk = world.trunk(peer.port());
  Mangler mangler(42);
  const std::size_t calls = fullDepth() ? 2'000 : 200;
  constexpr const char* kStatuses[] = {"100 Trying",
                                       "180 Ringing",
                                       "183 Session Progress",
                                       "200 OK",
                                       "302 Moved",
                                       "401 Unauthorized",
                                       "407 Proxy Authentication Required",
                                       "422 Session Interval Too Small",
                                       "486 Busy Here",
                                       "500 Error",
                                       "603 Decline",
                                       "999 What"};
  std::vector<Handle> legs;
  for (std::size_t n = 0; n < calls; n++) {
    const Engine::Created call = world.dial(trunk, "answered-" + std::to_string(n));
    if (call.status == Status::ok) legs.push_back(call.handle);
    for (int replies = 0; replies < 4; replies++) {
      const auto request = peer.hear("", 20ms);
      if (!request || request->starts_with("SIP/2.0")) continue;
      peer.say(mangler.mangled(peer.response(kStatuses[mangler.below(std::size(kStatuses))], *request, peer.sdp())));
    }
  }
  for (const Handle leg : legs) world.stack.clear(leg, {.q850 = 16});
  world.await("legEnded", legs.size(), 40s);
  std::map<Handle, int> ends;
  for (const Event& event : world.events.of("legEnded")) ends[event.subject]++;
  for (const Handle leg : legs) CHECK(ends[leg] == 1);
  serves(world);
}

TEST_CASE("in a call, junk at the RTP and RTCP ports and a storm of re-INVITEs do no harm: it still talks, and ends once") {
  hurry();
  SipWorld world;
  const RawPeer peer(world.port());
  peer.say(peer.request("INVITE", "storm", 1, "", peer.sdp()));
  const Handle leg = world.await("legIncoming");
  world.stack.answer(leg);
  const auto ok = peer.hear("SIP/2.0 200");
  REQUIRE(ok);
  const std::string tag = RawPeer::toTagOf(*ok);
  peer.say(peer.request("ACK", "storm", 1, tag));
  const std::size_t media = ok->find("m=audio ");
  REQUIRE(media != std::string::npos);
  const int rtpPort = std::stoi(ok->substr(media + 8));
  Mangler mangler(7);

  const int packets = fullDepth() ? 100'000 : 10'000;
  std::string good("\x80\x08\x00\x00\x00\x00\x00\x00\x0b\x1c\x0b\x1c", 12);
  good.append(160, '\xd5');
  std::string event("\x80\x65\x00\x00\x00\x00\x00\x00\x0b\x1c\x0b\x1c\x01\x8a\x01\x40", 16);
  std::string report(
      "\x81\xc9\x00\x07\x0b\x1c\x0b\x1c\x0b\x1c\x0b\x1c\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 32);
  for (int n = 0; n < packets; n++) {
    std::string packet = n % 3 == 0 ? good : n % 3 == 1 ? event : report;
    packet[3] = static_cast<char>(n);
    packet[2] = static_cast<char>(n >> 8);
    for (std::size_t changes = mangler.below(6); changes > 0; changes--) packet[mangler.below(packet.size())] = static_cast<char>(mangler.below(256));
    if (mangler.below(4) == 0) packet.resize(mangler.below(packet.size() + 1));
    if (mangler.below(50) == 0) packet += mangler.bytes(mangler.below(3000));
    peer.rtp().send(rtpPort + static_cast<int>(mangler.below(4) == 0), packet);
    if (n % 50 == 0) std::this_thread::sleep_for(5ms);
    world.engine.drainEvents();
  }

  // Hold, unhold, another format, no SDP at all, nonsense; the next one before the last was answered.
  int sequence = 2;
  const int storm = fullDepth() ? 2'000 : 300;
  for (int n = 0; n < storm; n++) {
    std::string offer = peer.sdp(n % 2 == 0 ? "sendonly" : "sendrecv");
    if (n % 5 == 3) offer = mangler.mangled(offer);
    if (n % 7 == 6) offer.clear();
    if (n % 11 == 9) offer = "v=0\r\n";
    peer.say(peer.request("INVITE", "storm", ++sequence, tag, offer));
    if (n % 3 != 0) continue;
    const auto answered = peer.hear("SIP/2.0 ", 100ms);
    if (answered) acknowledge(peer);
    peer.say(peer.request("ACK", "storm", sequence, tag));
  }
  std::this_thread::sleep_for(500ms);
  acknowledge(peer);
  CHECK(within(10s, [&] {  // The kernel drops some of a storm.
    peer.say(peer.request("BYE", "nobody", 1, "unknown"));
    return peer.hear("SIP/2.0 481", 200ms).has_value();
  }));
  world.stack.clear(leg, {.q850 = 16});
  world.await("legEnded");
  serves(world);
  CHECK(world.events.of("legEnded").size() == 2);
}
