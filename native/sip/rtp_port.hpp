// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pjmedia.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "audio/guarded_pointer.hpp"
#include "audio/media_port.hpp"
#include "sip/rate_converter.hpp"

namespace branchline {

/// One PJMEDIA stream as the engine clocks it: brings its rate (8 kHz, G.722's 16 kHz, Opus' up to 48 kHz), its channels and its packet time to the
/// engine's 20 ms of 8 kHz mono and back. Holds a reference to the stream's port, so that its memory stays while the audio thread may be inside.
class RtpStream {
 public:
  /// `port` is the stream's own port; `encrypted` where its transport may be SRTP. Any thread registered with PJLIB. Throws std::runtime_error for a
  /// rate that is no multiple of 8 kHz up to six.
  RtpStream(pjmedia_port* port, bool encrypted);
  ~RtpStream();
  RtpStream(const RtpStream&) = delete;
  RtpStream& operator=(const RtpStream&) = delete;

  // Audio thread.
  void pull(Frame& out) noexcept;
  void push(const Frame& in) noexcept;

 private:
  pj_status_t takePacket(pjmedia_frame& frame) noexcept;
  void givePacket(pjmedia_frame& frame) noexcept;
  void receiveOne() noexcept;
  void sendOne() noexcept;

  pjmedia_port* port_;
  bool encrypted_;
  // Copied: pjmedia_stream_destroy sets the port's own to null while the audio thread may be between its check and its call.
  pj_status_t (*getFrame_)(pjmedia_port*, pjmedia_frame*);
  pj_status_t (*putFrame_)(pjmedia_port*, pjmedia_frame*);
  int factor_;
  int channels_;
  int narrowSamples_;  // Of one packet, at 8 kHz.
  int wideSamples_;    // Of one packet and channel, at the stream's rate.
  Decimator decimator_;
  Interpolator interpolator_;
  std::vector<std::int16_t> packet_;    // One packet as the codec sees it, channels interleaved.
  std::vector<std::int16_t> mono_;      // The same, one channel.
  std::vector<std::int16_t> received_;  // 8 kHz, waiting to be pulled.
  std::vector<std::int16_t> toSend_;    // 8 kHz, waiting for a whole packet.
  int receivedCount_ = 0;
  int toSendCount_ = 0;
  std::uint64_t timestamp_ = 0;
};

/// A leg's audio port. The engine clocks it for as long as the leg has audio; the stream behind it comes and goes with SDP negotiation.
class RtpPort final : public MediaPort {
 public:
  void pull(Frame& out) noexcept override;
  void push(const Frame& in) noexcept override;

  /// The stream from now on; the audio thread has let go of the one before when this returns. SIP threads.
  void setStream(std::unique_ptr<RtpStream> stream);
  /// Takes `stream` away if it is still the one in use. Returns when the audio thread is not inside it: microseconds, it never waits for a frame.
  void dropStream(const RtpStream* stream);
  [[nodiscard]] bool hasStream() const noexcept { return current_.isSet(); }

  /// PJLIB was started or stopped: threads must be made known to it again.
  static void forgetThreads() noexcept;

 private:
  void replace(std::unique_ptr<RtpStream> stream);

  std::mutex swap_;  // SIP threads among each other; the audio thread never takes it.
  std::unique_ptr<RtpStream> owned_;
  GuardedPointer<RtpStream> current_;
};

/// Makes the calling thread known to PJLIB, once for each start of it. Does not allocate: the descriptor is the thread's own.
void registerThreadWithPjlib() noexcept;

}  // namespace branchline
