// SPDX-License-Identifier: GPL-3.0-or-later
// The conformance suite over DAHDI's kernel code, inside a guest (test/dahdi). Usage: dahdi_conformance loop|vcard. The far side is the peer channel
// of each.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "audio/detect/dtmf_receiver.hpp"
#include "channel/dahdi/dahdi_io.hpp"
#include "common/clock.hpp"
#include "trial.hpp"

namespace branchline::test {
namespace {

/// Channels by number: ours, and those that ours are wired to.
struct Wiring {
  int fxo = 0;
  int fxs = 0;
  int bearer = 0;
  int span = 0;
  int exchange = 0;   // FXS port at our FXO line.
  int telephone = 0;  // FXO port at our FXS port.
  int farBearer = 0;
  FarAbilities abilities;
};

/// test/dahdi/guest/loop.conf: spans of DAHDI's own, which know no polarity, no battery and no alarms to be set.
constexpr Wiring kLoop = {.fxo = 73,
                          .fxs = 70,
                          .bearer = 32,
                          .span = 2,
                          .exchange = 69,
                          .telephone = 74,
                          .farBearer = 1,
                          .abilities = {.recall = true, .flash = true, .bursts = true, .bearers = true, .dChannels = true}};
/// test/dahdi/guest/vcard.conf.
constexpr Wiring kVcard = {.fxo = 5,
                           .fxs = 2,
                           .bearer = 46,
                           .span = 6,
                           .exchange = 1,
                           .telephone = 6,
                           .farBearer = 15,
                           .abilities = {.reversal = true,
                                         .cut = true,
                                         .recall = true,
                                         .flash = true,
                                         .bursts = true,
                                         .bearers = true,
                                         .alarms = true,
                                         .pull = true,
                                         .echo = true,
                                         .dChannels = true}};

/// Only these channels of what the driver has; all spans.
DahdiLayout only(DahdiLayout layout, std::initializer_list<int> channels) {
  std::erase_if(layout.channels, [&](const ChannelInfo& one) { return std::find(channels.begin(), channels.end(), one.number) == channels.end(); });
  return layout;
}

void command(const std::string& text) { std::ofstream("/proc/vcard") << text << std::endl; }

class DahdiFixture final : public CardFixture {
 public:
  explicit DahdiFixture(const Wiring& wiring)
      : wiring_(wiring),
        ours_(driver_, only(findDahdi(driver_, {}), {wiring.fxo, wiring.fxs, wiring.bearer}), clock_),
        theirs_(driver_, only(findDahdi(driver_, {}), {wiring.exchange, wiring.telephone, wiring.farBearer}), clock_),
        dueNs_(clock_.nowNs()) {
    constexpr std::array kUkCadence = {400, 200, 400, 2000};
    for (const int channel : {wiring_.exchange, wiring_.telephone, wiring_.farBearer}) theirs_.open(channel);
    theirs_.setRingCadence(wiring_.exchange, kUkCadence);
    theirs_.setFlashTime(wiring_.exchange, 600);
    theirs_.setPolarity(wiring_.exchange, false);
    theirs_.setFlashTime(wiring_.telephone, 300);
  }

  ChannelIo& io() override { return ours_; }
  FarAbilities abilities() const override { return wiring_.abilities; }
  int fxo() const override { return wiring_.fxo; }
  int fxs() const override { return wiring_.fxs; }
  int bearer() const override { return wiring_.bearer; }
  int span() const override { return wiring_.span; }

  void frame(const std::function<void()>& onFrame) override {
    dueNs_ += kFrameNs;
    const timespec due{static_cast<time_t>(dueNs_ / 1'000'000'000), static_cast<long>(dueNs_ % 1'000'000'000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) != 0) {
    }
    ours_.frame();
    theirs_.frame();
    onFrame();
    exchangeFrame();
    bearerFrame();
    ChannelEvent event;
    while (theirs_.nextEvent(event)) onFarEvent(event);
    if (pulsesInFrames_ > 0 && --pulsesInFrames_ == 0) theirs_.dial(wiring_.telephone, pulses_, DialMethod::pulse);
  }

  void ring() override {
    ringing_ = true;
    theirs_.setHook(wiring_.exchange, Hook::ring);
  }
  void clear() override {
    theirs_.setHook(wiring_.exchange, looped_ ? Hook::onHook : Hook::stopRing);
    ringing_ = false;
    talks_ = false;
  }
  void expectCall(std::string_view number) override {
    expected_ = number;
    digits_.clear();
  }
  bool understood(std::string_view number) override { return digits_ == number; }
  void cut(bool on) override { command(std::string("cut 1 ") + (on ? "1" : "0")); }
  void setEcho(int shift, int delayMs) override { command("echo 1 " + std::to_string(shift) + " " + std::to_string(delayMs)); }
  int flashesAtExchange() override { return flashes_; }
  bool seized() override { return looped_; }

  void lift() override { theirs_.setHook(wiring_.telephone, Hook::offHook); }
  void putDown() override { theirs_.setHook(wiring_.telephone, Hook::onHook); }
  void flash() override { theirs_.setHook(wiring_.telephone, Hook::flash); }
  void pulse(std::string_view digits) override {
    lift();
    pulses_ = digits;
    pulsesInFrames_ = 50;
  }
  int burstsAtTelephone() override { return bursts_; }
  int dropsAtTelephone() override { return drops_; }
  int reversalsAtTelephone() override { return reversals_; }

  void talkOnBearer() override { bearerTalks_ = true; }
  std::vector<std::int16_t> heardOnBearer() override { return heard_; }
  void loopBearer() override { bearerLoops_ = theirs_.setTransparent(wiring_.farBearer, true) == Status::ok; }
  void setAlarms(std::uint8_t alarms) override {
    const int bits = (alarms & kAlarmRed) != 0 ? 8 : (alarms & kAlarmBlue) != 0 ? 16 : 0;
    command("alarm " + std::to_string(wiring_.span) + " " + std::to_string(bits));
  }
  void pull() override { command("pull"); }
  void putBack() override {
    command("insert");
    if (std::system("./configure.sh") != 0) std::puts("# the card could not be configured again");
  }

 private:
  void onFarEvent(const ChannelEvent& event) {
    if (event.channel == wiring_.exchange) onExchangeEvent(event);
    if (event.channel != wiring_.telephone) return;
    bursts_ += event.type == ChannelEventType::ringBegin ? 1 : 0;
    drops_ += event.type == ChannelEventType::onHook ? 1 : 0;
    reversals_ += event.type == ChannelEventType::polarity ? 1 : 0;
  }
  void onExchangeEvent(const ChannelEvent& event) {
    if (event.type == ChannelEventType::offHook) {
      looped_ = true;
      if (ringing_) theirs_.setHook(wiring_.exchange, Hook::stopRing);
      talks_ = ringing_;
      ringing_ = false;
    }
    if (event.type == ChannelEventType::onHook || event.type == ChannelEventType::removed) {
      looped_ = talks_ = false;
      theirs_.setPolarity(wiring_.exchange, false);
    }
    if (event.type == ChannelEventType::flash) flashes_++;
    if (event.type == ChannelEventType::pulseDigit) collect(static_cast<char>(event.value));
  }
  void collect(char digit) {
    digits_ += digit;
    if (digits_ != expected_) return;
    talks_ = true;
    if (wiring_.abilities.reversal) theirs_.setPolarity(wiring_.exchange, true);
  }
  void exchangeFrame() {
    Frame frame;
    theirs_.read(wiring_.exchange, frame);
    if (looped_ && !talks_) {
      for (const DtmfEvent& event : receiver_.process(frame)) {
        if (event.type == DtmfEvent::Type::begin) collect(event.digit);
      }
    }
    if (talks_) theirs_.write(wiring_.exchange, tone(phase_));
  }
  void bearerFrame() {
    if (!bearerTalks_ && !bearerLoops_) return;
    Frame frame;
    theirs_.read(wiring_.farBearer, frame);
    if (bearerLoops_) return theirs_.write(wiring_.farBearer, frame);
    heard_.insert(heard_.end(), frame.samples.begin(), frame.samples.begin() + kFrameSamples);
    theirs_.write(wiring_.farBearer, tone(bearerPhase_));
  }
  static Frame tone(int& phase) {
    Frame frame;
    for (int i = 0; i < kFrameSamples; ++i)
      frame.samples[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(8000 * std::sin(2 * M_PI * 1004 * phase++ / 8000));
    return frame;
  }

  const Wiring& wiring_;
  MonotonicClock clock_;
  SystemDahdiDriver driver_;
  DahdiIo ours_;
  DahdiIo theirs_;
  std::int64_t dueNs_;
  bool ringing_ = false;
  bool looped_ = false;
  bool talks_ = false;
  int phase_ = 0;
  std::string expected_;
  std::string digits_;
  DtmfReceiver receiver_;
  int flashes_ = 0;
  std::string pulses_;
  int pulsesInFrames_ = 0;
  int bursts_ = 0;
  int drops_ = 0;
  int reversals_ = 0;
  bool bearerTalks_ = false;
  bool bearerLoops_ = false;
  int bearerPhase_ = 0;
  std::vector<std::int16_t> heard_;
};

/// Runs every case; whether all hold.
bool runAll(const char* card, const Wiring& wiring) {
  bool all = true;
  for (const ConformanceCase& one : conformanceCases()) {
    if (!one.possible(wiring.abilities)) {
      std::printf("skip %s: %s: the far side can't\n", card, one.name);
      continue;
    }
    DahdiFixture fixture(wiring);
    Trial trial(fixture);
    one.run(trial);
    std::printf("%s %s: %s\n", trial.failures().empty() ? "ok" : "not ok", card, one.name);
    for (const std::string& failure : trial.failures()) std::printf("#   it does not hold that %s\n", failure.c_str());
    std::fflush(stdout);
    all = all && trial.failures().empty();
  }
  return all;
}

}  // namespace
}  // namespace branchline::test

int main(int count, char** words) {
  const std::string card = count == 2 ? words[1] : "";
  if (card == "loop") return branchline::test::runAll("loop", branchline::test::kLoop) ? 0 : 1;
  if (card == "vcard") return branchline::test::runAll("vcard", branchline::test::kVcard) ? 0 : 1;
  std::fputs("usage: dahdi_conformance loop|vcard\n", stderr);
  return 2;
}
