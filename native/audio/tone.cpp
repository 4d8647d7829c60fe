// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/tone.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "audio/level.hpp"

namespace branchline {

namespace {

constexpr std::size_t kSamplesPerMs = kSampleRate / 1000;
constexpr double kDtmfLowDbm0 = -9.0;
constexpr double kDtmfHighDbm0 = -7.0;
constexpr char kDtmfKeys[] = "123A456B789C*0#D";
constexpr double kDtmfLow[4] = {697, 770, 852, 941};
constexpr double kDtmfHigh[4] = {1209, 1336, 1477, 1633};

std::int16_t saturated(double sample) { return static_cast<std::int16_t>(std::lrint(std::clamp(sample, -32768.0, 32767.0))); }

}  // namespace

Oscillator::Oscillator(double hz, double levelDbm0) noexcept : amplitude_(amplitudeOf(levelDbm0)), re_(amplitude_) {
  const double turn = 2 * std::numbers::pi * hz / kSampleRate;
  stepRe_ = std::cos(turn);
  stepIm_ = std::sin(turn);
}

double Oscillator::next() noexcept {
  const double sample = im_;
  const double turned = re_ * stepRe_ - im_ * stepIm_;
  im_ = re_ * stepIm_ + im_ * stepRe_;
  re_ = turned;
  return sample;
}

void Oscillator::restart() noexcept {
  re_ = amplitude_;
  im_ = 0;
}

ToneGenerator::ToneGenerator(const ToneRequest& request) : loop_(request.loop) {
  segments_.reserve(request.segments.size());
  for (const ToneSegment& wanted : request.segments) {
    Segment segment;
    for (const double hz : wanted.frequencies) {
      if (hz > 0) segment.oscillators[segment.tones++] = Oscillator(hz, wanted.levelDbm0);
    }
    segment.samples = static_cast<std::size_t>(wanted.milliseconds) * kSamplesPerMs;
    segments_.push_back(segment);
  }
}

bool ToneGenerator::accepts(const ToneRequest& request) noexcept {
  constexpr std::size_t kMostSegments = 64;
  constexpr int kLongestMs = 3'600'000;
  if (request.segments.empty() || request.segments.size() > kMostSegments) return false;
  return std::all_of(request.segments.begin(), request.segments.end(), [](const ToneSegment& segment) {
    const bool soundable =
        std::all_of(std::begin(segment.frequencies), std::end(segment.frequencies), [](double hz) { return hz >= 0 && hz < kSampleRate / 2; });
    return soundable && segment.levelDbm0 >= -60 && segment.levelDbm0 <= 3 && segment.milliseconds >= 1 && segment.milliseconds <= kLongestMs;
  });
}

std::size_t ToneGenerator::generate(std::span<std::int16_t> out) noexcept {
  std::size_t made = 0;
  while (made < out.size() && !finished()) {
    Segment& segment = segments_[segment_];
    const std::size_t count = std::min(out.size() - made, segment.samples - inSegment_);
    for (std::size_t i = 0; i < count; i++) {
      double sum = 0;
      for (std::size_t tone = 0; tone < segment.tones; tone++) sum += segment.oscillators[tone].next();
      out[made + i] = saturated(sum);
    }
    made += count;
    inSegment_ += count;
    if (inSegment_ == segment.samples) advance();
  }
  return made;
}

void ToneGenerator::advance() noexcept {
  inSegment_ = 0;
  segment_++;
  if (segment_ == segments_.size() && loop_) segment_ = 0;
  // A tone that repeats itself alone goes on without a click; others begin anew at a zero crossing.
  if (finished() || segments_.size() == 1) return;
  for (Oscillator& oscillator : segments_[segment_].oscillators) oscillator.restart();
}

char dtmfDigit(char text) noexcept {
  const char digit = text >= 'a' && text <= 'd' ? static_cast<char>(text - 'a' + 'A') : text;
  return digit != 0 && std::strchr(kDtmfKeys, digit) != nullptr ? digit : '\0';
}

Status DigitSender::load(std::string_view digits, int onMs, int offMs) noexcept {
  constexpr int kShortestMs = 20;
  constexpr int kLongestMs = 5000;
  const auto outside = [](int ms) { return ms < kShortestMs || ms > kLongestMs; };
  if (digits.empty() || digits.size() > kMostDigits || outside(onMs) || outside(offMs)) return Status::invalidArgument;
  if (!std::all_of(digits.begin(), digits.end(), [](char digit) { return dtmfDigit(digit) != 0; })) return Status::invalidArgument;
  if (busy_.load(std::memory_order_acquire)) return Status::wrongState;
  busy_.store(true, std::memory_order_relaxed);
  std::transform(digits.begin(), digits.end(), digits_.begin(), dtmfDigit);
  count_ = digits.size();
  onSamples_ = static_cast<std::size_t>(onMs) * kSamplesPerMs;
  offSamples_ = static_cast<std::size_t>(offMs) * kSamplesPerMs;
  return Status::ok;
}

void DigitSender::begin() noexcept {
  sending_ = true;
  digit_ = 0;
  startDigit();
}

void DigitSender::startDigit() noexcept {
  const auto key = static_cast<std::size_t>(std::strchr(kDtmfKeys, digits_[digit_]) - kDtmfKeys);
  low_ = Oscillator(kDtmfLow[key / 4], kDtmfLowDbm0);
  high_ = Oscillator(kDtmfHigh[key % 4], kDtmfHighDbm0);
  inDigit_ = 0;
}

bool DigitSender::generate(std::span<std::int16_t> out) noexcept {
  for (std::int16_t& sample : out) {
    const bool sounding = sending_ && inDigit_ < onSamples_;
    sample = sounding ? saturated(low_.next() + high_.next()) : std::int16_t{0};
    if (!sending_ || ++inDigit_ < onSamples_ + offSamples_) continue;
    if (++digit_ == count_) {
      sending_ = false;
    } else {
      startDigit();
    }
  }
  if (sending_) return false;
  busy_.store(false, std::memory_order_release);
  return true;
}

}  // namespace branchline
