// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "audio/frame.hpp"
#include "channel/virtual/far_end.hpp"
#include "channel/virtual/far_side.hpp"
#include "channel/virtual/impaired_audio.hpp"
#include "channel/virtual/script_runner.hpp"
#include "common/ring.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// What a subscriber of the exchange did, for its call control.
struct BearerNews {
  enum class Type : std::uint8_t { proceeding, alerting, progress, connect, clear };
  Type type = Type::proceeding;
  int channel = 0;         // Of the card.
  std::uint32_t call = 0;  // As `called` or `connected` had it.
  int cause = 16;          // clear: Q.850.
  bool byUser = false;     // clear: the subscriber said so, not the network.
};

/// Where bearers leave their news: from the audio thread to the exchange's.
struct BearerNewsBox {
  SpscRing<BearerNews> ring{1024};
  WakeFd wake;
  void push(const BearerNews& news) noexcept {
    ring.push(news);
    wake.notify();
  }
};

/// One B-channel of the virtual card with the subscriber that its call has reached, who follows a script. Audio thread, but for isIdle.
class IsdnBearer {
 public:
  static constexpr std::size_t kMostDigits = 63;

  /// `seed`: of its impairments.
  IsdnBearer(int channel, VirtualWorld& world, BearerNewsBox& news, std::uint64_t seed)
      : channel_(channel),
        world_(world),
        news_(news),
        script_(world.country),
        impairedIn_(2 * seed),
        impairedOut_(2 * seed + 1) {}

  // --- What call control has come to --------------------------------------------------------------------------------------------------------
  /// The card calls; `complete`: no more digits follow.
  void called(std::uint32_t call, std::string_view digits, bool complete) noexcept;
  void dialled(std::uint32_t call, std::string_view digits, bool complete) noexcept;
  /// The card has answered the call of a subscriber: the one far end of `set`, whose user this becomes.
  void connected(std::uint32_t call, FarEndSet* set) noexcept;
  void cleared(std::uint32_t call) noexcept;
  /// The subscriber clears.
  void hangUp() noexcept;
  /// Whatever there is ends without a word.
  void reset() noexcept;

  // --- Audio --------------------------------------------------------------------------------------------------------------------------------
  void frame() noexcept;
  void read(Frame& out) const noexcept;
  void write(const Frame& in) noexcept;
  /// Of the timeslot's audio; a transparent channel's octets meet them as the A-law that they would be.
  void impair(const LineImpairments& impairments) noexcept;
  /// The far end sends back what it hears.
  void setLoop(bool looped) noexcept { looped_ = looped; }
  /// As ChannelIo.
  void setTransparent(bool transparent) noexcept { transparent_ = transparent; }

  /// Any thread; as of the last frame.
  [[nodiscard]] bool isIdle() const noexcept { return idle_.load(std::memory_order_acquire); }
  [[nodiscard]] int channel() const noexcept { return channel_; }

 private:
  enum class State : std::uint8_t { idle, collecting, calling, cleared };

  void serve() noexcept;
  void enter(State state) noexcept;
  void collect() noexcept;
  void route() noexcept;
  void begin(FarEndSet* set, const FarEnd& farEnd, bool answered) noexcept;
  void run() noexcept;
  void end() noexcept;
  void refuse(int cause, bool byUser) noexcept;
  void tell(BearerNews::Type type) noexcept { news_.push({.type = type, .channel = channel_, .call = call_}); }
  void addDigits(std::string_view digits, bool complete) noexcept;

  const int channel_;
  VirtualWorld& world_;
  BearerNewsBox& news_;
  State state_ = State::idle;
  std::uint32_t call_ = 0;
  std::array<char, kMostDigits> digits_{};
  std::size_t digitCount_ = 0;
  bool complete_ = false;
  int sinceDigitMs_ = 0;
  FarEndSet* set_ = nullptr;
  const FarEnd* farEnd_ = nullptr;
  bool answered_ = false;
  bool toldProgress_ = false;
  ScriptRunner script_;
  Frame written_;  // For the next frame; silence once taken.
  Frame received_;
  ImpairedAudio impairedIn_;
  ImpairedAudio impairedOut_;
  Echo echo_;
  bool looped_ = false;
  bool transparent_ = false;
  std::atomic<bool> idle_{true};
};

}  // namespace branchline
