// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <utility>

#include "addon/card.hpp"
#include "addon/instance.hpp"
#include "addon/values.hpp"
#include "isdn/bit_error_test.hpp"
#include "isdn/loopback_test.hpp"

namespace branchline {
namespace {

constexpr int kLongestSeconds = 86'400;

/// The first argument is the channel.
Status start(const Card& card, const Napi::CallbackInfo& info, std::unique_ptr<BearerTest> test) {
  const int channel = integerOf(info[0], "channel");
  return card.isdn == nullptr ? Status::unavailable : card.isdn->tests().start(channel, std::move(test));
}

}  // namespace

void bindBearerTests(Napi::Object& target, Instance& instance, const std::shared_ptr<Card>& card) {
  instance.define(target, "isdnStartBitErrorTest", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const int seconds = integerOf(info[1], "seconds");
    if (seconds < 1 || seconds > kLongestSeconds) return statusValue(info.Env(), Status::invalidArgument);
    return statusValue(info.Env(), start(*card, info, std::make_unique<BitErrorTest>(seconds)));
  });
  instance.define(target, "isdnStartLoopbackTest", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    return statusValue(info.Env(), start(*card, info, std::make_unique<LoopbackTest>()));
  });
  instance.define(target, "isdnStopTest", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const int channel = integerOf(info[0], "channel");
    return statusValue(info.Env(), card->isdn == nullptr ? Status::unavailable : card->isdn->tests().stop(channel));
  });
  instance.define(target, "virtualSetLoop", WhenClosed::unavailable, [card](const Napi::CallbackInfo& info) -> Napi::Value {
    const int channel = integerOf(info[0], "channel");
    const bool looped = booleanOf(info[1], "looped");
    return statusValue(info.Env(), card->virtualCard == nullptr ? Status::unavailable : card->virtualCard->setLoop(channel, looped));
  });
}

}  // namespace branchline
