// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/dtmf_contenders.hpp"

#include "audio/detect/dtmf_receiver.hpp"

#ifdef BRANCHLINE_SPANDSP
#include <spandsp.h>
#endif

namespace branchline::bench {

namespace {

class Ours final : public KeyReceiver {
 public:
  std::string process(const Frame& frame) override {
    std::string begun;
    for (const DtmfEvent& event : receiver_.process(frame)) {
      if (event.type == DtmfEvent::Type::begin) begun += event.digit;
    }
    return begun;
  }

 private:
  DtmfReceiver receiver_;
};

#ifdef BRANCHLINE_SPANDSP
class Spandsp final : public KeyReceiver {
 public:
  explicit Spandsp(bool widened) : state_(dtmf_rx_init(nullptr, nullptr, nullptr), &dtmf_rx_free) {
    constexpr float kTwistDb = 10;
    constexpr float kThresholdAsItIs = -99;  // Below −99 dBm0 or at it: left alone.
    if (widened) dtmf_rx_parms(state_.get(), 1, kTwistDb, kTwistDb, kThresholdAsItIs);
  }
  std::string process(const Frame& frame) override {
    dtmf_rx(state_.get(), frame.samples.data(), kFrameSamples);
    char digits[64];
    return {digits, dtmf_rx_get(state_.get(), digits, sizeof digits - 1)};
  }

 private:
  std::unique_ptr<dtmf_rx_state_t, decltype(&dtmf_rx_free)> state_;
};
#endif

}  // namespace

std::vector<KeyReceiverKind> keyReceivers() {
  std::vector<KeyReceiverKind> kinds = {{"branchline", [] { return std::make_unique<Ours>(); }}};
#ifdef BRANCHLINE_SPANDSP
  kinds.push_back({"spandsp", [] { return std::make_unique<Spandsp>(false); }});
  kinds.push_back({"spandsp, its filter, twist 10", [] { return std::make_unique<Spandsp>(true); }});
#endif
  return kinds;
}

}  // namespace branchline::bench
