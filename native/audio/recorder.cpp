// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/recorder.hpp"

#include <algorithm>
#include <limits>

namespace branchline {

namespace {
constexpr std::size_t kDrainSamples = 4096;
constexpr std::int64_t kFramesPerSecond = 1000 / kFrameMilliseconds;

std::int16_t saturatingSum(std::int16_t a, std::int16_t b) noexcept {
  return static_cast<std::int16_t>(std::clamp(a + b, int{std::numeric_limits<std::int16_t>::min()}, int{std::numeric_limits<std::int16_t>::max()}));
}
}  // namespace

const char* recorderEndName(RecorderEnd reason) noexcept {
  switch (reason) {
    case RecorderEnd::stopped: return "stopped";
    case RecorderEnd::maxLength: return "maxLength";
    case RecorderEnd::legEnded: return "legEnded";
    case RecorderEnd::error: return "error";
  }
  return "";
}

Recorder::Recorder(Handle handle, Handle leg, RecordRequest request)
    : handle_(handle),
      leg_(leg),
      request_(std::move(request)),
      channels_(request_.direction == RecordDirection::both ? 2 : 1),
      ring_(kRingSeconds * kSampleRate * channels_),
      framesLeft_(request_.maxSeconds * kFramesPerSecond) {}

Recorder::Tap Recorder::add(const Frame& received, const Frame& sent) noexcept {
  if (failed_.load(std::memory_order_relaxed)) return Tap::failed;
  if (paused_) return Tap::kept;
  const bool last = --framesLeft_ == 0;
  std::array<std::int16_t, 2 * kFrameSamples> room{};
  const std::size_t count = muted_ ? channels_ * kFrameSamples : compose(received, sent, room);
  const std::span<const std::int16_t> samples = std::span<const std::int16_t>(room).first(count);
  // A whole frame or none, so that the channels stay in step.
  const bool fits = ring_.free() >= samples.size();
  if (fits) ring_.push(samples);
  if (last) return Tap::full;
  return fits ? Tap::kept : Tap::overrun;
}

std::size_t Recorder::compose(const Frame& received, const Frame& sent, std::span<std::int16_t> samples) const noexcept {
  const auto in = std::span<const std::int16_t>(received.samples).first(kFrameSamples);
  const auto out = std::span<const std::int16_t>(sent.samples).first(kFrameSamples);
  switch (request_.direction) {
    case RecordDirection::received: std::ranges::copy(in, samples.begin()); return kFrameSamples;
    case RecordDirection::sent: std::ranges::copy(out, samples.begin()); return kFrameSamples;
    case RecordDirection::mixed: std::ranges::transform(in, out, samples.begin(), saturatingSum); return kFrameSamples;
    case RecordDirection::both: break;
  }
  for (std::size_t i = 0; i < kFrameSamples; i++) {
    samples[2 * i] = in[i];
    samples[2 * i + 1] = out[i];
  }
  return 2 * kFrameSamples;
}

void Recorder::change(RecorderChange change) noexcept {
  switch (change) {
    case RecorderChange::pause: paused_ = true; return;
    case RecorderChange::resume: paused_ = false; return;
    case RecorderChange::mute: muted_ = true; return;
    case RecorderChange::unmute: muted_ = false; return;
  }
}

void Recorder::closeWith(RecorderEnd reason, std::int64_t atNs) noexcept {
  reason_ = reason;
  endedAtNs_ = atNs;
  closed_.store(true, std::memory_order_release);
}

std::int64_t Recorder::recordedMs() const noexcept { return static_cast<std::int64_t>(writtenSamples_ / channels_ / (kSampleRate / 1000)); }

bool Recorder::write() {
  // Read before draining: what is in the ring after `closed_` was set is all there will be.
  const bool closed = closed_.load(std::memory_order_acquire);
  if (!failure_.empty()) return closed;
  try {
    openOnce();
    drain();
  } catch (const WavError& error) {
    fail(error);
  }
  return closed;
}

void Recorder::checkDisk() {
  if (writer_ == nullptr) return;
  try {
    writer_->sync();
  } catch (const WavError& error) {
    fail(error);
  }
}

void Recorder::giveName() {
  if (writer_ == nullptr) return;
  try {
    writer_->rename(request_.file);
    writtenFile_ = request_.file;
  } catch (const WavError& error) {
    fail(error);
  }
}

void Recorder::fail(const WavError& error) {
  failure_ = error.what();
  writer_.reset();
  failed_.store(true, std::memory_order_relaxed);
}

void Recorder::openOnce() {
  if (writer_ != nullptr) return;
  const std::string part = request_.file + ".part";
  writer_ = std::make_unique<WavWriter>(part, static_cast<int>(channels_),
                                        request_.format == RecordFormat::alaw ? WavEncoding::alaw : WavEncoding::linear16);
  writtenFile_ = part;
}

void Recorder::drain() {
  std::array<std::int16_t, kDrainSamples> samples;
  while (const std::size_t count = ring_.pop(samples)) {
    writer_->write(std::span<const std::int16_t>(samples).first(count));
    writtenSamples_ += count;
  }
}

}  // namespace branchline
