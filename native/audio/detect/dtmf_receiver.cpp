// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/detect/dtmf_receiver.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/detect/sinusoid_fit.hpp"

namespace branchline {
namespace {

constexpr std::array<double, 8> kHz = {697, 770, 852, 941, 1209, 1336, 1477, 1633};  // ITU-T Q.23: low group, high group.
constexpr const char* kKeys = "123A456B789C*0#D";                                    // Row by low, column by high tone.

// Tuned together on synthetic speech, vowels, chords and impaired digits; each bounds one kind of false or missed digit.
constexpr float kQuietestWindow = 270.0F;  // Mean square, −60 dBm0: below it there is nothing to look at.
constexpr float kGateShare = 0.3F;         // Of the window's energy in the best two bins, before the fit is worth its cost.
constexpr double kFrequencyTolerance = 0.0235;
constexpr double kLongestWalk = 0.06;
constexpr double kLowestDbm0 = -40.0;
constexpr double kResidualShare = 0.13;  // Of the window's energy beside the pair, whatever it is …
constexpr double kNoiseShare = 0.2;      // … and where it is noise: 8 dB below the pair it is 0.12 on average.
constexpr float kNoiseLimit = 0.4F;      // See isNoise: noise gives about 0.1, a tone 6.
constexpr double kTwistDb = 10.5;
constexpr double kHarmonicShare = 0.03;      // −15 dB: keys have no harmonics, voices do.
constexpr double kLowBandLimit = 8.0;        // Times the window's energy: dial tone 6 dB above the digits passes.
constexpr float kLowBandSuspicious = 0.35F;  // From here on energy below 640 Hz must have been there before the key (dial tone, not a voice).
constexpr float kLowBandSameDb = 3.0F;
constexpr double kRamp = 0.064;  // Change of amplitude within half a window, plus what noise explains, at most kRampLimit.
constexpr double kRampSigmas = 4.5;
constexpr double kRampLimit = 0.5;
constexpr float kSpreadHz = 1.6F;  // Spread of the readings of one digit, plus what noise explains.
constexpr float kSpreadHzSigmas = 4.5F;
constexpr float kSpreadDb = 0.64F;
constexpr float kSpreadDbSigmas = 4.0F;
constexpr float kAbruptShare = 0.1F;
constexpr int kAbruptHops = 12;
constexpr int kLowBandHops = 16;
constexpr int kGoodHops = 8;
constexpr int kExtraHops = 30;    // Asked on top where the tones did not begin abruptly.
constexpr int kReleaseHops = 22;  // 44 ms without the digit end it: a window that holds any of a 20 ms gap reads nothing.
constexpr int kHopMs = 2;
constexpr int kWindowMs = 20;
constexpr double kFullScaleDb = 84.16;  // Mean square of 0 dBm0 in 16-bit samples (G.711: full scale is +3.14 dBm0).

// Elliptic high-pass, 640 Hz, sixth order in effect: takes dial tone (350 + 440 Hz) and most of a voice's fundamental away. b0 b1 b2 a1 a2 a section.
constexpr double kHighPass[3][5] = {{0.4622140361866552, -0.4622140361866552, 0.0, -0.32781496626767087, 0.0},
                                    {1.0, -1.9451929284838192, 0.9999999999999998, -1.3219471397814981, 0.6216985401281434},
                                    {1.0, -1.8819320848623244, 0.9999999999999999, -1.6986713152326116, 0.923476849430905}};

struct Table {
  float hopCos[8][16];  // Conjugate carriers of the eight tones over one hop …
  float hopSin[8][16];
  float turnCos[8][10];  // … and the turn of each hop's beginning within the window.
  float turnSin[8][10];
  Table() noexcept {
    for (int bin = 0; bin < 8; ++bin) {
      const double step = 2.0 * std::numbers::pi * kHz[static_cast<std::size_t>(bin)] / kSampleRate;
      for (int i = 0; i < 16; ++i) {
        hopCos[bin][i] = static_cast<float>(std::cos(step * i));
        hopSin[bin][i] = static_cast<float>(-std::sin(step * i));
      }
      for (int hop = 0; hop < 10; ++hop) {
        turnCos[bin][hop] = static_cast<float>(std::cos(-step * 16 * hop));
        turnSin[bin][hop] = static_cast<float>(std::sin(-step * 16 * hop));
      }
    }
  }
};
const Table kTable;  // Made before main: the audio thread only reads it.

template <std::size_t N>
float sum(const std::array<float, N>& values) noexcept {
  float total = 0;
  for (float value : values) total += value;
  return total;
}

// Whether `rest` has no tones of its own, as voices and chords have: the squares of its first twelve autocorrelations add up to little (the
// portmanteau statistic of Box and Pierce, over its length).
bool isNoise(std::span<const float> rest) noexcept {
  constexpr std::size_t kLags = 12;
  const auto correlation = [&](std::size_t lag) {
    float total = 0;
    for (std::size_t i = lag; i < rest.size(); ++i) total += rest[i] * rest[i - lag];
    return total;
  };
  const float energy = correlation(0) + 1e-9F;
  float total = 0;
  for (std::size_t lag = 1; lag <= kLags; ++lag) {
    const float share = correlation(lag) / energy;
    total += share * share;
  }
  return total < kNoiseLimit;
}

}  // namespace

void DtmfReceiver::reset() noexcept {
  filter_ = {};
  window_ = {};
  filled_ = 0;
  hopEnergy_ = {};
  rawHopEnergy_ = {};
  binRe_ = {};
  binIm_ = {};
  newest_ = 0;
  hops_ = 0;
  lowBandHistory_ = {};
  powerHistory_ = {};
  candidate_ = 0;
  good_ = 0;
  digit_ = 0;
  bad_ = 0;
  eventCount_ = 0;
}

std::span<const DtmfEvent> DtmfReceiver::process(const Frame& frame) noexcept {
  eventCount_ = 0;
  for (int i = 0; i < kFrameSamples; ++i) {
    const float sample = frame.samples[static_cast<std::size_t>(i)];
    const auto at = static_cast<std::size_t>(filled_);
    rawHop_[at] = sample;
    hop_[at] = highPass(sample);
    if (++filled_ == kHop) {
      filled_ = 0;
      endHop();
    }
  }
  return {events_.data(), eventCount_};
}

float DtmfReceiver::highPass(float sample) noexcept {
  double value = sample;
  for (std::size_t section = 0; section < filter_.size(); ++section) {
    const double* c = kHighPass[section];
    auto& z = filter_[section];
    const double out = c[0] * value + z[0];
    z[0] = c[1] * value - c[3] * out + z[1];
    z[1] = c[2] * value - c[4] * out;
    value = out;
  }
  return static_cast<float>(value);
}

void DtmfReceiver::endHop() noexcept {
  shiftWindow();
  const float energy = sum(hopEnergy_);
  const float rawEnergy = sum(rawHopEnergy_);
  const float lowBand = std::max(0.0F, rawEnergy - 1.02F * energy);
  const std::array<float, 8> powers = binPowers();
  const auto history = static_cast<std::size_t>(hops_ & (kHistory - 1));
  powerHistory_[history] = powers;
  lowBandHistory_[history] = lowBand;

  const int low = static_cast<int>(std::max_element(powers.begin(), powers.begin() + 4) - powers.begin());
  const int high = static_cast<int>(std::max_element(powers.begin() + 4, powers.end()) - powers.begin());
  Reading reading;
  const float inPair = powers[static_cast<std::size_t>(low)] + powers[static_cast<std::size_t>(high)];
  if (energy > kQuietestWindow * kWindow && inPair > kGateShare * energy) reading = fitPair(low, high, energy, lowBand);
  if (reading.digit != 0 && reading.digit != candidate_) noteOnset(low, high);
  if (reading.digit != 0 && reading.digit != digit_ && maskedByVoice(lowBand, energy)) reading.digit = 0;
  judge(reading);
  ++hops_;
}

void DtmfReceiver::shiftWindow() noexcept {
  std::copy(window_.begin() + kHop, window_.end(), window_.begin());
  std::copy(hop_.begin(), hop_.end(), window_.end() - kHop);
  newest_ = (newest_ + 1) % kHopsInWindow;
  const auto at = static_cast<std::size_t>(newest_);
  hopEnergy_[at] = 0;
  rawHopEnergy_[at] = 0;
  for (std::size_t i = 0; i < kHop; ++i) {
    hopEnergy_[at] += hop_[i] * hop_[i];
    rawHopEnergy_[at] += rawHop_[i] * rawHop_[i];
  }
  for (std::size_t bin = 0; bin < 8; ++bin) {
    float re = 0;
    float im = 0;
    for (std::size_t i = 0; i < kHop; ++i) {
      re += hop_[i] * kTable.hopCos[bin][i];
      im += hop_[i] * kTable.hopSin[bin][i];
    }
    binRe_[bin][at] = re;
    binIm_[bin][at] = im;
  }
}

// Energy that each of the eight tones explains of the window, by adding up its hops in phase.
std::array<float, 8> DtmfReceiver::binPowers() const noexcept {
  std::array<float, 8> powers{};
  for (std::size_t bin = 0; bin < 8; ++bin) {
    float re = 0;
    float im = 0;
    for (std::size_t hop = 0; hop < kHopsInWindow; ++hop) {
      const std::size_t at = (static_cast<std::size_t>(newest_) + 1 + hop) % kHopsInWindow;
      const float c = kTable.turnCos[bin][hop];
      const float s = kTable.turnSin[bin][hop];
      re += binRe_[bin][at] * c - binIm_[bin][at] * s;
      im += binRe_[bin][at] * s + binIm_[bin][at] * c;
    }
    powers[bin] = (re * re + im * im) * 2.0F / kWindow;
  }
  return powers;
}

// The exact look at a window: frequency, level, ramp, twist, residual, harmonics, and what sounds below the digits.
DtmfReceiver::Reading DtmfReceiver::fitPair(int low, int high, float energy, float lowBand) const noexcept {
  if (lowBand > kLowBandLimit * energy) return {};
  const double nominal[2] = {kHz[static_cast<std::size_t>(low)], kHz[static_cast<std::size_t>(high)]};
  SinusoidFit fit;
  if (!fitSinusoids(window_, energy, nominal, kLongestWalk, fit)) return {};
  const std::span<const float> rest(fit.residual.data(), kWindow);
  if (fit.residualEnergy > kNoiseShare * energy || (fit.residualEnergy > kResidualShare * energy && !isNoise(rest))) return {};
  Reading reading;
  const double noise = std::max(0.0, fit.residualEnergy) / kWindow;
  for (std::size_t i = 0; i < 2; ++i) {
    const FittedTone& tone = fit.tones[i];
    const double sigma = std::sqrt(2.0 * noise / (kWindow * tone.power));
    const double level = 10.0 * std::log10(tone.power / 2.0 + 1e-9) - kFullScaleDb;
    if (std::fabs(tone.hz / nominal[i] - 1.0) > kFrequencyTolerance || level < kLowestDbm0) return {};
    if (std::fabs(tone.ramp) > std::min(kRampLimit, kRamp + kRampSigmas * std::numbers::sqrt3 * sigma)) return {};
    const double hzSigma = kSampleRate / (2.0 * std::numbers::pi) * std::sqrt(24.0 * noise / (tone.power * kWindow * double{kWindow} * kWindow));
    reading.tones[i] = {static_cast<float>(tone.hz), static_cast<float>(level), static_cast<float>(hzSigma), static_cast<float>(8.69 * sigma)};
  }
  if (std::fabs(reading.tones[1].dbm0 - reading.tones[0].dbm0) > kTwistDb) return {};
  const FittedTone& first = fit.tones[0];
  const FittedTone& second = fit.tones[1];
  if (powerAt(rest, 2.0 * first.hz) > kHarmonicShare * first.power || powerAt(rest, 2.0 * second.hz) > kHarmonicShare * second.power ||
      powerAt(rest, 3.0 * first.hz) > kHarmonicShare * first.power) {
    return {};
  }
  reading.digit = kKeys[low * 4 + high - 4];
  return reading;
}

// What came before a candidate's first good hop: keys begin at once, voices glide.
void DtmfReceiver::noteOnset(int low, int high) noexcept {
  const auto& before = powerHistory_[static_cast<std::size_t>((hops_ - kAbruptHops) & (kHistory - 1))];
  const auto& now = powerHistory_[static_cast<std::size_t>(hops_ & (kHistory - 1))];
  const auto l = static_cast<std::size_t>(low);
  const auto h = static_cast<std::size_t>(high);
  abrupt_ = before[l] < kAbruptShare * now[l] && before[h] < kAbruptShare * now[h];
  lowBandBefore_ = lowBandHistory_[static_cast<std::size_t>((hops_ - kLowBandHops) & (kHistory - 1))];
}

// Energy below the digits that came with them is a voice's; dial tone was there before.
bool DtmfReceiver::maskedByVoice(float lowBand, float energy) const noexcept {
  if (lowBand <= kLowBandSuspicious * energy) return false;
  return std::fabs(10.0F * std::log10((lowBand + 1.0F) / (lowBandBefore_ + 1.0F))) >= kLowBandSameDb;
}

void DtmfReceiver::judge(const Reading& reading) noexcept {
  if (reading.digit == 0) {
    candidate_ = 0;
    good_ = 0;
  } else {
    if (reading.digit != candidate_) {
      candidate_ = reading.digit;
      candidateHop_ = hops_;
      good_ = 0;
    }
    trail_[static_cast<std::size_t>(good_ & (kTrail - 1))] = reading.tones;
    ++good_;
  }
  const int needed = kGoodHops + (abrupt_ ? 0 : kExtraHops);
  const bool recognised = candidate_ != 0 && candidate_ != digit_ && good_ >= needed && isSteady(reading, needed);
  if (digit_ != 0) {
    const bool heard = reading.digit == digit_;
    if (heard) lastHop_ = hops_;
    bad_ = heard ? 0 : bad_ + 1;
    if (bad_ >= kReleaseHops) endDigit();
  }
  if (recognised) beginDigit();
}

bool DtmfReceiver::isSteady(const Reading& reading, int hops) const noexcept {
  for (std::size_t tone = 0; tone < 2; ++tone) {
    const ToneReading& now = reading.tones[tone];
    float lowestHz = now.hz;
    float highestHz = now.hz;
    float lowestDb = now.dbm0;
    float highestDb = now.dbm0;
    for (int i = good_ - hops; i < good_; ++i) {
      const ToneReading& then = trail_[static_cast<std::size_t>(i & (kTrail - 1))][tone];
      lowestHz = std::min(lowestHz, then.hz);
      highestHz = std::max(highestHz, then.hz);
      lowestDb = std::min(lowestDb, then.dbm0);
      highestDb = std::max(highestDb, then.dbm0);
    }
    if (highestHz - lowestHz > kSpreadHz + kSpreadHzSigmas * now.hzSigma) return false;
    if (highestDb - lowestDb > kSpreadDb + kSpreadDbSigmas * now.dbSigma) return false;
  }
  return true;
}

void DtmfReceiver::beginDigit() noexcept {
  if (digit_ != 0) endDigit();
  digit_ = candidate_;
  bad_ = 0;
  firstHop_ = candidateHop_;
  lastHop_ = hops_;
  events_[eventCount_++] = {DtmfEvent::Type::begin, digit_, 0};
}

// A hop reads a digit while its whole window lies within the tone: the tone sounded one window longer than the hops.
void DtmfReceiver::endDigit() noexcept {
  const int duration = static_cast<int>(lastHop_ - firstHop_) * kHopMs + kWindowMs;
  events_[eventCount_++] = {DtmfEvent::Type::end, digit_, duration};
  digit_ = 0;
}

}  // namespace branchline
