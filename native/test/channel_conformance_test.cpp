// SPDX-License-Identifier: GPL-3.0-or-later
// The conformance suite over the virtual card, in virtual time. Over DAHDI's kernel code: conformance/dahdi_conformance.cpp.
#include <unistd.h>

#include "analogue_world.hpp"
#include "conformance/trial.hpp"
#include "isdnd/isdnd_process.hpp"
#include "isdnd_program.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kFxo = 1;
constexpr int kFxs = 2;
constexpr int kBearer = 3;
constexpr std::uint8_t kE1 = 2;
constexpr std::uint8_t kTimeslot = 1;  // Of kBearer.
constexpr std::uint32_t kCall = 1;

/// Our side of the E1's D channel: an isdnd that calls a number over kBearer as soon as layer 2 is up.
class OwnSide {
 public:
  OwnSide(int dChannel, std::string number) : number_(std::move(number)) {
    REQUIRE(isdnd_.send(isdn::ConfigureSpan{.span = kE1, .channels = 0xFFFE'FFFE}, dChannel));
    ::close(dChannel);
  }
  void step(std::int64_t nowNs) {
    for (bool moving = true; moving;) {
      REQUIRE(isdnd_.send(isdn::Step{.sequence = 1, .nowNs = nowNs}));
      for (bool done = false; !done;) {
        isdn::Message message;
        REQUIRE(isdnd_.receive(message, 10'000) == IsdndProcess::Received::message);
        const auto* const step = std::get_if<isdn::StepDone>(&message);
        done = step != nullptr;
        if (step != nullptr) moving = step->frames > 0;
        if (const auto* const layer = std::get_if<isdn::LayerTwo>(&message); layer != nullptr && layer->up)
          REQUIRE(isdnd_.send(isdn::Setup{.span = kE1, .call = kCall, .channel = kTimeslot, .exclusive = true, .called = {.digits = number_}}));
      }
    }
  }
  void clear() { REQUIRE(isdnd_.send(isdn::Clear{.span = kE1, .call = kCall})); }

 private:
  IsdndProcess isdnd_{kIsdndProgram, true};
  const std::string number_;
};

class VirtualFixture final : public CardFixture {
 public:
  VirtualFixture() { farEnds({}); }

  ChannelIo& io() override { return card_; }
  FarAbilities abilities() const override {
    return {.reversal = true,
            .cut = true,
            .recall = true,
            .flash = true,
            .bursts = true,
            .bearers = true,
            .alarms = true,
            .pull = true,
            .dChannels = true};
  }
  int fxo() const override { return kFxo; }
  int fxs() const override { return kFxs; }
  int bearer() const override { return kBearer; }
  int span() const override { return kE1; }

  void frame(const std::function<void()>& onFrame) override {
    clock_.advanceTo(clock_.nowNs() + kFrameNs);
    card_.frame();
    watchTelephone();
    onFrame();
    card_.runDue(clock_.nowNs());
    if (ours_) ours_->step(clock_.nowNs());
  }

  void ring() override { card_.callIn(kFxo, {"", {tone()}, ""}); }
  void clear() override { card_.hangUp(kFxo); }
  void expectCall(std::string_view number) override { farEnds({{std::string(number), {answer(), tone()}, ""}}); }
  bool understood(std::string_view number) override {
    for (const Event& event : log_.of("farEndAnswered")) {
      if (text(event, "number") == number) return true;
    }
    return false;
  }
  void cut(bool on) override { card_.impair(kFxo, {.signalling = {.noBattery = on}}); }
  int flashesAtExchange() override { return static_cast<int>(card_.port(kFxo)->flashesHeard()); }
  bool seized() override { return !card_.port(kFxo)->isIdle(); }

  /// A telephone that rings is lifted by its script. Lifted, it flashes once the port has told it of an answer.
  void lift() override { card_.phoneDials(kFxs, "1", {std::to_string(kFxs), {{.action = FarEndStep::Action::flash, .milliseconds = 400}}, ""}); }
  void flash() override { card_.setPolarity(kFxs, true); }
  void putDown() override { card_.hangUp(kFxs); }
  void pulse(std::string_view digits) override { card_.phoneDials(kFxs, digits, {std::to_string(kFxs), {}, ""}, DialMethod::pulse); }
  int burstsAtTelephone() override { return bursts_; }
  int dropsAtTelephone() override { return drops_; }
  int reversalsAtTelephone() override { return reversals_; }

  void talkOnBearer() override {
    farEnds({{"1230", {answer(), tone()}, folder_.path()}});
    ours_.emplace(card_.openDChannel(kE1).descriptor, "1230");
  }
  void loopBearer() override { REQUIRE(card_.setLoop(kBearer, true) == Status::ok); }
  std::vector<std::int16_t> heardOnBearer() override {
    constexpr std::size_t kOfTheEnd = 1600;  // Nobody speaks while the call is being cleared.
    ours_->clear();
    for (int i = 0; i < 100 && log_.of("farEndEnded").empty(); ++i) frame([] {});
    REQUIRE_FALSE(log_.of("farEndEnded").empty());
    std::vector<std::int16_t> heard = readWavFile(text(log_.of("farEndEnded")[0], "heardFile"));
    heard.resize(heard.size() - std::min(heard.size(), kOfTheEnd));
    return heard;
  }
  void setAlarms(std::uint8_t alarms) override { card_.setSpan(kE1, {.alarms = alarms}); }
  void pull() override { card_.pull(); }
  void putBack() override { card_.restore(); }

 private:
  static FarEndStep tone() { return {.action = FarEndStep::Action::tone, .tone = {.segments = {{{1004, 0, 0, 0}, -9.1, 1000}}, .loop = true}}; }
  void farEnds(std::vector<FarEnd> others) {
    others.push_back({std::to_string(kFxs), {ringFor(3000), answer()}, ""});
    card_.setFarEnds(std::move(others));
  }
  void watchTelephone() {
    const CardPort& port = *card_.port(kFxs);
    const bool ringing = port.isRinging();
    const ChannelState now = port.state();
    bursts_ += ringing && !ringingBefore_ ? 1 : 0;
    drops_ += !now.battery && before_.battery ? 1 : 0;
    reversals_ += now.reversed != before_.reversed ? 1 : 0;
    ringingBefore_ = ringing;
    before_ = now;
  }

  TemporaryFolder folder_;
  EventLog log_;
  SteppedClock clock_;
  VirtualCard card_{{.fxo = 1, .fxs = 1, .isdn = {.e1 = 1, .isdnd = kIsdndProgram}}, clock_, log_};
  std::optional<OwnSide> ours_;
  ChannelState before_;
  bool ringingBefore_ = false;
  int bursts_ = 0;
  int drops_ = 0;
  int reversals_ = 0;
};

}  // namespace

TEST_CASE("the virtual card conforms to what channel I/O promises") {
  std::size_t passed = 0;
  for (const ConformanceCase& one : conformanceCases()) {
    VirtualFixture fixture;
    if (!one.possible(fixture.abilities())) continue;
    Trial trial(fixture);
    one.run(trial);
    for (const std::string& failure : trial.failures()) FAIL_CHECK(std::string(one.name) << ": it does not hold that " << failure);
    passed++;
  }
  CHECK(passed + 1 == conformanceCases().size());  // It has no echo canceller of its own.
}
