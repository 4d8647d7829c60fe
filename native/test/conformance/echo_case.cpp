// SPDX-License-Identifier: GPL-3.0-or-later
#include "trial.hpp"

namespace branchline::test {

void cancelsEchoWithinItsTail(Trial& t) {
  const int fxo = t.far.fxo();
  t.open(fxo);
  t.io.setHook(fxo, Hook::offHook);
  t.awaitThat([&] { return t.far.seized(); }, "the line is seized");
  t.far.setEcho(2, 20);
  // Noise, as speech has many frequencies too: of a single one any tail makes the right phase.
  t.hiss(fxo);
  const auto residual = [&](int tailMs) {
    t.expect(t.io.setEchoCanceller(fxo, tailMs) == Status::ok, "the canceller takes a tail of " + std::to_string(tailMs) + " ms");
    t.pass(2000);
    t.listen(fxo);
    t.pass(500);
    return powerOf(t.heard(fxo));
  };
  const double without = residual(0);
  const double beyond = residual(16);
  const double within = residual(32);
  t.far.setEcho(0, 0);
  t.io.setEchoCanceller(fxo, 0);
  const auto told = [](double dB) { return std::to_string(dB) + " dB"; };
  t.expect(std::abs(without - (kHissDb - 12)) < 1.5, "without it the echo is heard: " + told(without));
  t.expect(beyond > without - 6, "echo that comes later than its tail stays: " + told(beyond));
  t.expect(within < without - 20, "echo within its tail is gone: " + told(within));
  t.io.setHook(fxo, Hook::onHook);
  t.awaitThat([&] { return !t.far.seized(); }, "the line is released");
}

}  // namespace branchline::test
