// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/rtp_port.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>

#include "realtime/realtime_scope.hpp"
#include "sip/lock_waits.hpp"

namespace branchline {
namespace {

constexpr int kMaxFactor = 6;  // 48 kHz.

std::atomic<std::uint32_t> pjlibStarts{0};

int factorOf(const pjmedia_port& port) {
  const unsigned rate = PJMEDIA_PIA_SRATE(&port.info);
  if (rate == 0 || rate % kSampleRate != 0 || rate / kSampleRate > kMaxFactor) {
    throw std::runtime_error("a stream of " + std::to_string(rate) + " Hz can't be brought to 8 kHz: leave its codec out of the list");
  }
  return static_cast<int>(rate / kSampleRate);
}

}  // namespace

void registerThreadWithPjlib() noexcept {
  thread_local pj_thread_desc descriptor;
  thread_local std::uint32_t registeredFor = 0;
  const std::uint32_t starts = pjlibStarts.load(std::memory_order_acquire);
  if (registeredFor == starts) return;
  registeredFor = starts;
  if (pj_thread_is_registered() != 0) return;
  std::memset(descriptor, 0, sizeof descriptor);
  pj_thread_t* thread = nullptr;
  pj_thread_register("branchline", descriptor, &thread);
}

void RtpPort::forgetThreads() noexcept { pjlibStarts.fetch_add(1, std::memory_order_release); }

RtpStream::RtpStream(pjmedia_port* port, bool encrypted)
    : port_(port),
      encrypted_(encrypted),
      getFrame_(port->get_frame),
      putFrame_(port->put_frame),
      factor_(factorOf(*port)),
      channels_(std::max(1, static_cast<int>(PJMEDIA_PIA_CCNT(&port->info)))),
      narrowSamples_(static_cast<int>(PJMEDIA_PIA_SPF(&port->info)) / channels_ / factor_),
      wideSamples_(narrowSamples_ * factor_),
      decimator_(factor_, narrowSamples_),
      interpolator_(factor_, narrowSamples_),
      packet_(static_cast<std::size_t>(wideSamples_ * channels_)),
      mono_(static_cast<std::size_t>(wideSamples_)),
      received_(static_cast<std::size_t>(narrowSamples_ + kFrameSamples)),
      toSend_(static_cast<std::size_t>(narrowSamples_ + kFrameSamples)) {
  if (narrowSamples_ <= 0) throw std::runtime_error("a stream with packets shorter than a sample");
  pjmedia_port_add_ref(port_);
}

RtpStream::~RtpStream() { pjmedia_port_dec_ref(port_); }

pj_status_t RtpStream::takePacket(pjmedia_frame& frame) noexcept {
  const RealtimePermit permit(Forbidden::lock, "the jitter buffer's mutex: the thread that receives RTP holds it to put one packet in");
  const CountedLocks counted;
  return getFrame_(port_, &frame);
}

void RtpStream::givePacket(pjmedia_frame& frame) noexcept {
  if (!encrypted_) {
    putFrame_(port_, &frame);
    return;
  }
  const RealtimePermit locks(Forbidden::lock, "SRTP's mutex: the thread that receives RTP holds it to decrypt one packet");
  const RealtimePermit memory(Forbidden::memory, "Debian's libsrtp encrypts by NSS, which makes a context for each packet");
  const CountedLocks counted;
  putFrame_(port_, &frame);
}

void RtpStream::receiveOne() noexcept {
  pjmedia_frame frame{};
  frame.buf = packet_.data();
  frame.size = packet_.size() * sizeof(std::int16_t);
  frame.timestamp.u64 = timestamp_;
  const bool audio = getFrame_ != nullptr && takePacket(frame) == PJ_SUCCESS && frame.type == PJMEDIA_FRAME_TYPE_AUDIO;
  const std::size_t got = audio ? std::min(frame.size / sizeof(std::int16_t), packet_.size()) : 0;
  std::fill(packet_.begin() + static_cast<std::ptrdiff_t>(got), packet_.end(), std::int16_t{0});
  const std::int16_t* mono = packet_.data();
  if (channels_ > 1) {
    for (int i = 0; i < wideSamples_; ++i) {
      int sum = 0;
      for (int channel = 0; channel < channels_; ++channel) sum += packet_[static_cast<std::size_t>(i * channels_ + channel)];
      mono_[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(sum / channels_);
    }
    mono = mono_.data();
  }
  decimator_.process(mono, received_.data() + receivedCount_, narrowSamples_);
  receivedCount_ += narrowSamples_;
}

void RtpStream::pull(Frame& out) noexcept {
  while (receivedCount_ < kFrameSamples) receiveOne();
  out.rate = kSampleRate;
  std::copy_n(received_.begin(), kFrameSamples, out.samples.begin());
  receivedCount_ -= kFrameSamples;
  std::copy_n(received_.begin() + kFrameSamples, receivedCount_, received_.begin());
}

void RtpStream::sendOne() noexcept {
  std::int16_t* wide = channels_ > 1 ? mono_.data() : packet_.data();
  interpolator_.process(toSend_.data(), wide, narrowSamples_);
  if (channels_ > 1) {
    for (int i = 0; i < wideSamples_; ++i) {
      for (int channel = 0; channel < channels_; ++channel) packet_[static_cast<std::size_t>(i * channels_ + channel)] = wide[i];
    }
  }
  pjmedia_frame frame{};
  frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
  frame.buf = packet_.data();
  frame.size = packet_.size() * sizeof(std::int16_t);
  frame.timestamp.u64 = timestamp_;
  timestamp_ += static_cast<std::uint64_t>(wideSamples_);
  if (putFrame_ != nullptr) givePacket(frame);
}

void RtpStream::push(const Frame& in) noexcept {
  std::copy_n(in.samples.begin(), kFrameSamples, toSend_.begin() + toSendCount_);
  toSendCount_ += kFrameSamples;
  while (toSendCount_ >= narrowSamples_) {
    sendOne();
    toSendCount_ -= narrowSamples_;
    std::copy_n(toSend_.begin() + narrowSamples_, toSendCount_, toSend_.begin());
  }
}

void RtpPort::pull(Frame& out) noexcept {
  if (RtpStream* const stream = current_.enter()) {
    registerThreadWithPjlib();
    stream->pull(out);
    current_.leave();
  } else {
    out.rate = kSampleRate;
    out.samples.fill(0);
  }
}

void RtpPort::push(const Frame& in) noexcept {
  if (RtpStream* const stream = current_.enter()) {
    registerThreadWithPjlib();
    stream->push(in);
    current_.leave();
  }
}

void RtpPort::replace(std::unique_ptr<RtpStream> stream) {
  current_.clear();
  owned_ = std::move(stream);
  if (owned_) current_.set(owned_.get());
}

void RtpPort::setStream(std::unique_ptr<RtpStream> stream) {
  const std::lock_guard lock(swap_);
  replace(std::move(stream));
}

void RtpPort::dropStream(const RtpStream* stream) {
  const std::lock_guard lock(swap_);
  if (owned_.get() == stream) replace(nullptr);
}

}  // namespace branchline
