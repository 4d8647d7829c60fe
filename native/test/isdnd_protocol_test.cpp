// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <random>
#include <stdexcept>

#include "isdnd/protocol.hpp"

using namespace branchline::isdn;

namespace {

/// One message of every type, no field at its default.
std::vector<Message> allMessages() {
  const Number number{.digits = "01632960789", .type = 2, .plan = 1, .presentation = 1, .screening = 3};
  const ProgressIndicator progress{.description = 8, .location = Location::publicRemote};
  const Amount amount{.cost = -12, .multiplier = 1, .currency = "GBP"};
  return {
      ConfigureSpan{.span = 3,
                    .switchType = SwitchType::ni2,
                    .node = Node::network,
                    .access = Access::basicPointToMultipoint,
                    .selection = Selection::roundRobin,
                    .overlap = true,
                    .restartChannels = false,
                    .channels = 0xFFFEFFFE,
                    .t309Seconds = 90,
                    .location = Location::publicLocal,
                    .timers = {.t200 = 1000, .t203 = 10'000, .t301 = 200'000, .t310 = 120'000},
                    .toneSeconds = 20,
                    .hold = true,
                    .transfer = true,
                    .nfas = {0x00FFFFFE, 0xFE}},
      RemoveSpan{.span = 2, .cause = 27},
      QuerySpan{.span = 4},
      Step{.sequence = 77, .nowNs = -5},
      Clear{.span = 1, .call = 5, .cause = 127, .location = Location::beyondInterworking, .inband = true},
      RestartChannel{.span = 1, .channel = 31, .forget = true},
      Setup{.span = 1,
            .call = 6,
            .channel = 17,
            .exclusive = true,
            .complete = false,
            .bearer = Bearer::digital64k,
            .called = number,
            .calledSubaddress = std::string("\0\x80x", 3),
            .calling = number,
            .callingName = "Alice Example",
            .callingSubaddress = "17",
            .redirecting = number,
            .redirectReason = 15,
            .progress = {.description = 3, .location = Location::transit}},
      Information{.span = 1, .call = 0x80000001, .digits = "0123456789*#", .complete = true},
      SetupAck{.span = 1, .call = 1, .channel = 2, .inband = true, .progress = progress},
      Proceeding{.span = 1, .call = 2, .channel = 3, .inband = true, .progress = progress},
      Alerting{.span = 1, .call = 3, .channel = 4, .inband = true, .progress = progress},
      Progress{.span = 1, .call = 4, .channel = 5, .inband = true, .progress = progress},
      Connect{.span = 1, .call = 5, .channel = 6, .connected = number, .name = "Bob", .progress = progress},
      Seized{.span = 1, .call = 5, .channel = 9},
      Connected{.span = 1, .call = 5},
      Disconnect{.span = 1, .call = 5, .cause = 17, .location = Location::transit, .inband = true},
      Released{.span = 1, .call = 5, .cause = 17, .location = Location::publicRemote, .by = EndedBy::peer, .sent = true, .responded = true},
      LayerTwo{.span = 1, .up = true},
      ChannelRestarted{.span = 1, .channel = 7, .byPeer = true},
      SpanStatus{.span = 1, .up = true, .calls = 30, .busyChannels = 6, .restartingChannels = 8, .withdrawnChannels = 16},
      StepDone{.sequence = 9, .frames = 12, .nextDueNs = 4'000'000'000'000},
      Log{.span = 1, .level = LogLevel::error, .text = "layer 2 says no"},
      Hold{.span = 1, .call = 6},
      Retrieve{.span = 1, .call = 6, .channel = 4},
      HoldAnswer{.span = 1, .call = 6, .granted = true, .channel = 4, .cause = 29},
      RetrieveAnswer{.span = 1, .call = 6, .granted = true, .channel = 255, .cause = 34},
      Transfer{.span = 1, .call = 6, .other = 7},
      TransferAnswer{.span = 1, .call = 6, .granted = true},
      PartyChanged{.span = 1, .call = 6, .number = number, .name = "Carol"},
      Diverted{.span = 1, .call = 6, .to = number, .reason = 15},
      Notify{.span = 1, .call = 6, .indicator = 0x79},
      Tariff{.span = 1,
             .call = 6,
             .item = 2,
             .rate = Tariff::Rate::duration,
             .amount = amount,
             .timeUnit = 60,
             .timeScale = 2,
             .stepwise = true,
             .volumeUnit = 2,
             .special = 9},
      Charge{.span = 1, .call = 6, .final = true, .total = true, .kind = Charge::Kind::units, .amount = amount, .units = 70'000, .billing = 8},
      Service{.span = 1, .channel = 23, .inService = false, .acknowledged = true},
  };
}

using Packet = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("every message survives the socket with every field") {
  const auto messages = allMessages();
  REQUIRE(messages.size() == std::variant_size_v<Message>);
  for (std::size_t i = 0; i < messages.size(); i++) {
    CAPTURE(i);
    CHECK(messages[i].index() == i);
    const Packet packet = encode(messages[i]);
    CHECK(packet.size() <= kMaxMessageBytes);
    const auto read = decode(packet);
    REQUIRE(read);
    CHECK(read->index() == i);
    CHECK(encode(*read) == packet);
  }
  const auto setup = std::get<Setup>(*decode(encode(messages[6])));
  CHECK(setup.called == Number{.digits = "01632960789", .type = 2, .plan = 1, .presentation = 1, .screening = 3});
  CHECK(setup.calledSubaddress == std::string("\0\x80x", 3));
  CHECK(std::get<Step>(*decode(encode(messages[3]))).nowNs == -5);
  CHECK(std::get<Clear>(*decode(encode(messages[4]))).location == Location::beyondInterworking);
  CHECK(std::get<Clear>(*decode(encode(Clear{.span = 1, .call = 5}))).location == std::nullopt);
  CHECK(std::get<StepDone>(*decode(encode(messages[20]))).nextDueNs == 4'000'000'000'000);
}

TEST_CASE("a packet that is cut short, has more behind it, or is of another version is refused") {
  for (const Message& message : allMessages()) {
    CAPTURE(message.index());
    Packet packet = encode(message);
    for (std::size_t size = 0; size < packet.size(); size++) CHECK_FALSE(decode({packet.data(), size}));
    packet.push_back(0);
    CHECK_FALSE(decode(packet));
    packet.pop_back();
    packet[1]++;
    CHECK_FALSE(decode(packet));
    packet[1]--;
    packet[0]++;
    CHECK_FALSE(decode(packet));
  }
}

TEST_CASE("a value beyond its field is refused on both sides") {
  CHECK_THROWS_AS((void)encode(Setup{.called = {.digits = std::string(64, '1')}}), std::length_error);
  CHECK_THROWS_AS((void)encode(Clear{.cause = 128}), std::out_of_range);
  CHECK_THROWS_AS((void)encode(Alerting{.progress = {.description = 128}}), std::out_of_range);
  CHECK_THROWS_AS((void)encode(Setup{.called = {.digits = "1", .type = 8}}), std::out_of_range);
  struct Case {
    Message message;
    std::size_t octet;
    std::uint8_t value;
  };
  const Case cases[] = {
      {Clear{}, 8, 128},                              // cause
      {Clear{}, 9, 16},                               // location
      {Alerting{}, 10, 128},                          // progress description
      {Alerting{}, 9, 2},                             // inband
      {ConfigureSpan{}, 4, 3},                        // switch type
      {ConfigureSpan{}, 6, 3},                        // access
      {Information{.digits = "12"}, 8, 3},            // length beyond the packet
      {Information{.digits = "12"}, 9, 0xFF},         // length beyond the limit
      {LayerTwo{}, 2, std::variant_size_v<Message>},  // type
  };
  for (const Case& wrong : cases) {
    Packet packet = encode(wrong.message);
    REQUIRE(decode(packet));
    CAPTURE(wrong.message.index());
    CAPTURE(wrong.octet);
    packet.at(wrong.octet) = wrong.value;
    CHECK_FALSE(decode(packet));
  }
}

TEST_CASE("no packet at all harms the decoder, and what it accepts it writes again octet for octet") {
  std::mt19937 random(20261123);
  const auto messages = allMessages();
  int accepted = 0;
  for (int i = 0; i < 200'000; i++) {
    Packet packet = encode(messages[random() % messages.size()]);
    if (i % 4 == 0) {
      packet.resize(random() % 64);
      for (auto& octet : packet) octet = static_cast<std::uint8_t>(random());
      if (packet.size() > 2 && i % 8 == 0)
        packet[0] = 0xB1, packet[1] = kProtocolVersion, packet[2] = static_cast<std::uint8_t>(random() % std::variant_size_v<Message>);
    } else {
      for (unsigned changes = 1 + random() % 4; changes > 0; changes--) packet[random() % packet.size()] = static_cast<std::uint8_t>(random());
    }
    if (const auto message = decode(packet)) {
      accepted++;
      CHECK(encode(*message) == packet);
    }
  }
  CHECK(accepted > 1000);
}
