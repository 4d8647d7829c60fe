// SPDX-License-Identifier: GPL-3.0-or-later
// The conformance suite over the virtual card, in virtual time. Over DAHDI's kernel code: conformance/dahdi_conformance.cpp.
#include "analogue_world.hpp"
#include "conformance/trial.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr int kFxo = 1;
constexpr int kFxs = 2;
constexpr int kSpan = 1;

class VirtualFixture final : public CardFixture {
 public:
  VirtualFixture() { farEnds({}); }

  ChannelIo& io() override { return card_; }
  FarAbilities abilities() const override { return {.reversal = true, .cut = true, .alarms = true, .pull = true}; }
  int fxo() const override { return kFxo; }
  int fxs() const override { return kFxs; }
  int span() const override { return kSpan; }

  void frame(const std::function<void()>& onFrame) override {
    clock_.advanceTo(clock_.nowNs() + kFrameNs);
    card_.frame();
    onFrame();
    card_.runDue(clock_.nowNs());
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
  bool seized() override { return !card_.port(kFxo)->isIdle(); }

  /// A telephone that rings is lifted by its script.
  void lift() override { card_.phoneDials(kFxs, "1", {std::to_string(kFxs), {}, ""}); }
  void putDown() override { card_.hangUp(kFxs); }
  void pulse(std::string_view digits) override { card_.phoneDials(kFxs, digits, {std::to_string(kFxs), {}, ""}, DialMethod::pulse); }

  void setAlarms(std::uint8_t alarms) override { card_.setSpan(kSpan, {.alarms = alarms}); }
  void pull() override { card_.pull(); }
  void putBack() override { card_.restore(); }

 private:
  static FarEndStep tone() { return {.action = FarEndStep::Action::tone, .tone = {.segments = {{{1004, 0, 0, 0}, -9.1, 1000}}, .loop = true}}; }
  void farEnds(std::vector<FarEnd> others) {
    others.push_back({std::to_string(kFxs), {ringFor(1000), answer()}, ""});
    card_.setFarEnds(std::move(others));
  }

  EventLog log_;
  SteppedClock clock_;
  VirtualCard card_{{.fxo = 1, .fxs = 1}, clock_, log_};
};

}  // namespace

TEST_CASE("the virtual card conforms to what channel I/O promises") {
  int passed = 0;
  for (const ConformanceCase& one : conformanceCases()) {
    VirtualFixture fixture;
    if (!one.possible(fixture.abilities())) continue;
    Trial trial(fixture);
    one.run(trial);
    for (const std::string& failure : trial.failures()) FAIL_CHECK(std::string(one.name) << ": it does not hold that " << failure);
    passed++;
  }
  CHECK(passed >= 15);
}
