// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "audio/engine.hpp"
#include "audio/guarded_pointer.hpp"
#include "channel/card_lines.hpp"
#include "common/event.hpp"
#include "isdn/bearer_claims.hpp"
#include "isdn/bearer_test.hpp"

namespace branchline {

/// Tests of B-channels that run: gives each its channel for so long, and tells JavaScript its end, once, with {channel, end, …figures}. `end`: done,
/// stopped or removed (the card is gone).
class BearerTests final : private CardUser {
 public:
  static constexpr std::size_t kMost = 32;

  /// All outlive this; the B-channels are open.
  BearerTests(Engine& engine, EventSink& sink, CardLines& card, BearerClaims& claims);
  /// Ends what runs.
  ~BearerTests() override;
  BearerTests(const BearerTests&) = delete;
  BearerTests& operator=(const BearerTests&) = delete;

  // --- Control threads ------------------------------------------------------------------------------------------------------------------
  /// wrongState: the channel has a call or a test. unavailable: it is not there. full: kMost tests run. invalidArgument: a length out of range.
  Status start(int channel, std::unique_ptr<BearerTest> test);
  /// Its end is told before this returns. staleHandle: none runs there.
  Status stop(int channel);

 private:
  struct Running {
    int channel = 0;
    std::unique_ptr<BearerTest> test;     // Null: free. Under mutex_.
    GuardedPointer<BearerTest> inFrames;  // The same, for the audio thread.
    std::atomic<bool> done{false};
  };

  // CardUser
  void runCommands() override {}
  void onCardEvent(const ChannelEvent& event) override;
  void runDue() override;
  void beginFrame() noexcept override;

  [[nodiscard]] Running* at(int channel);
  void end(Running& running, const char* how);

  Engine& engine_;
  EventSink& sink_;
  CardLines& card_;
  BearerClaims& claims_;
  std::mutex mutex_;
  std::array<Running, kMost> running_;
};

}  // namespace branchline
