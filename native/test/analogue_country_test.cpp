// SPDX-License-Identifier: GPL-3.0-or-later
// What an analogue line takes from its country where nobody has said otherwise. The country here is the United Kingdom with other values in the
// columns at hand: the table's own rows do not differ in them.
#include "analogue_world.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr const char* kNumber = "01632960200";

Country withClearing(ClearingRules clearing) {
  Country country = defaultCountry();
  country.clearing = clearing;
  return country;
}

Country withGains(double receiveDb, double transmitDb) {
  Country country = defaultCountry();
  country.electrics.receiveGainDb = receiveDb;
  country.electrics.transmitGainDb = transmitDb;
  return country;
}

/// A call over FXO line 1 to a far end that rings, answers and does `steps` then, once it is answered. It rings as an answer that comes before a
/// card has told the end of pulse dialling is not seen.
Handle talk(AnalogueWorld& world, std::vector<FarEndStep> steps) {
  steps.insert(steps.begin(), {ringFor(2000), answer()});
  world.card.setFarEnds({{kNumber, std::move(steps), world.folder.path()}});
  const Handle leg = world.dial(1, kNumber);
  world.await("legAnswered", leg);
  return leg;
}

void clearByBatteryDrop(AnalogueWorld& world) {
  LineImpairments impairments;
  impairments.signalling.disconnect = SignallingFaults::Disconnect::batteryDrop;
  REQUIRE(world.card.impair(1, impairments) == Status::ok);
}

/// Level of what comes from the line while its far end speaks a tone of −10 dBm0.
double receivedDbm0(const Country& country) {
  AnalogueWorld world(country);
  const Handle leg = talk(world, {speakTone(1004)});
  world.step(2000);
  return world.engine.levels(leg).receivedDbm0;
}

/// Amplitude of what the far end hears in a call with a prompt of two seconds.
double sentRms(const Country& country) {
  AnalogueWorld world(country);
  const Handle leg = talk(world, {waitFor(3000), hangUp()});
  writeWav(world.folder.file("prompt.wav"), samplesOf(Signal(3).speech(2)));
  world.engine.play(leg, {.files = {world.folder.file("prompt.wav")}});
  const std::vector<std::int16_t> heard = readWavFile(text(world.await("farEndEnded"), "heardFile"));
  double sum = 0;
  for (const std::int16_t sample : heard) sum += static_cast<double>(sample) * sample;
  return std::sqrt(sum / static_cast<double>(heard.size()));
}

}  // namespace

TEST_CASE("a line clears by what its country's exchanges clear by") {
  const Country country = withClearing({.batteryDrop = false});
  AnalogueWorld world(country);
  clearByBatteryDrop(world);
  const Handle leg = talk(world, {waitFor(1000), hangUp()});
  world.await("farEndEnded");
  world.step(1000);
  for (const Event& ended : world.log.of("legEnded", leg)) CHECK(text(ended, "detail") != "battery drop");
}

TEST_CASE("what a line is told to clear by goes before its country's") {
  const Country country = withClearing({.batteryDrop = false});
  AnalogueWorld world(country);
  LineSettings own = world.stack->defaults();
  CHECK_FALSE(own.fxo.clearing.batteryDrop);
  own.fxo.clearing.batteryDrop = true;
  CHECK(world.stack->configure(1, own) == Status::ok);
  clearByBatteryDrop(world);
  const Handle leg = talk(world, {waitFor(1000), hangUp()});
  CHECK(text(world.await("legEnded", leg), "detail") == "battery drop");
}

TEST_CASE("a line is dialled as its country's exchanges are") {
  Country country = defaultCountry();
  country.dialling = DialMethod::pulse;
  CHECK(defaultLineSettings(country).fxo.dialling == DialMethod::pulse);
  // Pulses last longer: eleven digits of them take seconds more than keyed ones.
  const auto secondsToDial = [](const Country& of) {
    AnalogueWorld world(of);
    const std::int64_t beganNs = world.engine.clock().nowNs();
    talk(world, {waitFor(1000)});
    return static_cast<double>(world.engine.clock().nowNs() - beganNs) / 1e9;
  };
  CHECK(secondsToDial(country) > secondsToDial(defaultCountry()) + 5);
}

TEST_CASE("the gains of a channel are its country's, both ways") {
  CHECK(receivedDbm0(withGains(0, 0)) == doctest::Approx(-10).epsilon(0.05));
  CHECK(receivedDbm0(withGains(-6, 0)) == doctest::Approx(-16).epsilon(0.05));
  const double change = 20 * std::log10(sentRms(withGains(0, -6)) / sentRms(withGains(0, 0)));
  CHECK(change == doctest::Approx(-6).epsilon(0.05));
}
