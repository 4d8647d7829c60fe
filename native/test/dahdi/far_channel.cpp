// SPDX-License-Identifier: GPL-2.0-or-later
#include "far_channel.hpp"

#include <dahdi/user.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numbers>
#include <span>
#include <stdexcept>

namespace branchline::test {
namespace {

/// Four frames of 20 ms lie between us and the line.
constexpr int kBuffers = 4;
/// A full-scale sine (ITU-T G.711, A-law).
constexpr double kFullScaleDbm0 = 3.14;
constexpr int kPriority = 30;  // The service's audio clock has 20.

void control(int descriptor, unsigned long request, void* argument, const char* what) {
  if (::ioctl(descriptor, request, argument) < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

void takePrecedence() noexcept {
  const sched_param priority{kPriority};
  (void)::sched_setscheduler(0, SCHED_FIFO, &priority);
}

FarChannel::FarChannel(int number) : number_(number), descriptor_(::open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) throw std::runtime_error("/dev/dahdi/channel: " + std::string(std::strerror(errno)));
  const std::string where = "channel " + std::to_string(number);
  control(descriptor_, DAHDI_SPECIFY, &number_, where.c_str());
  dahdi_params parameters{};
  control(descriptor_, DAHDI_GET_PARAMS, &parameters, where.c_str());
  int on = 1;
  if ((parameters.sigtype & DAHDI_SIG_CLEAR) == DAHDI_SIG_CLEAR) control(descriptor_, DAHDI_AUDIOMODE, &on, where.c_str());
  dahdi_bufferinfo buffers{};
  buffers.txbufpolicy = buffers.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
  buffers.numbufs = kBuffers;
  buffers.bufsize = kFrameSamples;
  control(descriptor_, DAHDI_SET_BUFINFO, &buffers, where.c_str());
  control(descriptor_, DAHDI_SETLINEAR, &on, where.c_str());
}

FarChannel::~FarChannel() { ::close(descriptor_); }

void FarChannel::tone(double first, double second, double dbm0) {
  file_.reset();
  radians_ = {2 * std::numbers::pi * first / 8000, 2 * std::numbers::pi * second / 8000};
  phase_ = {};
  amplitude_ = 32767 * std::pow(10, (dbm0 - kFullScaleDbm0) / 20);
}

void FarChannel::play(const std::string& path) {
  quiet();
  file_ = std::make_unique<WavReader>(path);
}

void FarChannel::quiet() {
  file_.reset();
  amplitude_ = 0;
}

void FarChannel::record(const std::string& path) { recording_ = std::make_unique<WavWriter>(path, 1, WavEncoding::linear16); }

void FarChannel::stopRecording() { recording_.reset(); }

void FarChannel::fill(Frame& frame) {
  const std::span<std::int16_t> samples(frame.samples.data(), kFrameSamples);
  if (file_) {
    if (file_->read(samples) == 0) file_.reset();
    return;
  }
  if (amplitude_ == 0) return;
  for (auto& sample : samples) {
    double sum = 0;
    for (std::size_t n = 0; n < radians_.size(); ++n) {
      if (radians_[n] == 0) continue;
      sum += std::sin(phase_[n]);
      phase_[n] = std::fmod(phase_[n] + radians_[n], 2 * std::numbers::pi);
    }
    sample = static_cast<std::int16_t>(std::clamp(amplitude_ * sum, -32767.0, 32767.0));
  }
}

std::optional<Frame> FarChannel::pump(short revents) {
  Frame frame;
  const std::span<std::int16_t> samples(frame.samples.data(), kFrameSamples);
  if ((revents & POLLOUT) != 0) {
    fill(frame);
    // A full buffer of the driver's is tried again at the next turn only: what is said here need not be gapless at its start.
    if (::write(descriptor_, samples.data(), samples.size_bytes()) < 0 && errno != EAGAIN && errno != 500) return std::nullopt;
  }
  if ((revents & POLLIN) == 0) return std::nullopt;
  frame = {};
  if (::read(descriptor_, samples.data(), samples.size_bytes()) <= 0) return std::nullopt;
  if (recording_) recording_->write(samples);
  return frame;
}

int FarChannel::nextEvent() {
  int event = DAHDI_EVENT_NONE;
  if (::ioctl(descriptor_, DAHDI_GETEVENT, &event) == 0) return event;
  return errno == ENODEV ? DAHDI_EVENT_REMOVED : DAHDI_EVENT_NONE;
}

bool FarChannel::hook(int operation) {
  // EINPROGRESS: a ringing or flashing that goes on by itself.
  return ::ioctl(descriptor_, DAHDI_HOOK, &operation) == 0 || errno == EINPROGRESS;
}

bool FarChannel::setPolarity(bool reversed) {
  int value = reversed ? 1 : 0;
  return ::ioctl(descriptor_, DAHDI_SETPOLARITY, &value) == 0;
}

void FarChannel::setRingCadence(const std::array<int, 4>& onOffMs) {
  dahdi_ring_cadence cadence{};
  std::copy(onOffMs.begin(), onOffMs.end(), std::begin(cadence.ringcadence));
  control(descriptor_, DAHDI_SETCADENCE, &cadence, "ring cadence");
}

}  // namespace branchline::test
