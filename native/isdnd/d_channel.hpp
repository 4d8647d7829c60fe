// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace branchline::isdn {

/// The system calls on a D channel, as the system does them; tests answer them as a driver may.
class DChannelCalls {
 public:
  virtual ~DChannelCalls() = default;
  virtual ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept;
  virtual ssize_t write(int descriptor, const void* buffer, std::size_t size) noexcept;
  virtual int control(int descriptor, unsigned long request, void* argument) noexcept;
  [[nodiscard]] virtual bool isSocket(int descriptor) noexcept;
  [[nodiscard]] static DChannelCalls& system() noexcept;
};

inline constexpr int kFcsOctets = 2;  // libpri counts them in what it reads and writes.

/// A span's D channel: a SOCK_SEQPACKET socket with one frame a packet and no FCS, or a non-blocking descriptor of DAHDI, whose frames end with two
/// octets of FCS (checked and made by the driver or the card) and which refuses everything with ELAST until its events are asked for.
class DChannel {
 public:
  /// `descriptor` is the channel's from now on.
  explicit DChannel(int descriptor, DChannelCalls& calls = DChannelCalls::system());
  ~DChannel();
  DChannel(const DChannel&) = delete;
  DChannel& operator=(const DChannel&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  struct Read {
    enum class Type : std::uint8_t { frame, nothing, gone };
    Type type = Type::nothing;
    std::size_t size = 0;  // Without FCS. May be beyond the buffer: then the frame is cut off.
  };
  /// The next frame into `buffer`, which has kFcsOctets more than any frame may.
  Read read(std::span<std::uint8_t> buffer) noexcept;
  /// The first `size` octets of `room`, which has kFcsOctets more. A frame that the channel does not take is lost: layer 2 repeats it.
  void write(std::span<const std::uint8_t> room, std::size_t size) noexcept;
  /// Frames that the driver dropped: aborted, overrun, bad FCS.
  [[nodiscard]] std::uint32_t badFrames() const noexcept { return badFrames_; }

 private:
  Read readSocket(std::span<std::uint8_t> buffer) noexcept;
  Read readDriver(std::span<std::uint8_t> buffer) noexcept;
  /// False: the driver says that the channel is gone.
  bool takeEvents() noexcept;

  const int descriptor_;
  const bool driver_;
  DChannelCalls& calls_;
  std::uint32_t badFrames_ = 0;
};

}  // namespace branchline::isdn
