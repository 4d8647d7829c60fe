// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/echo_contenders.hpp"

#include "audio/echo/echo_canceller.hpp"
#include "audio/frame.hpp"

#ifdef BRANCHLINE_SPEEXDSP
#include <speex/speex_echo.h>
#endif

namespace branchline::bench {

namespace {

class Ours final : public Contender {
 public:
  Ours(int tailMs, ResidualEcho residual) : canceller_(tailMs, residual) {}
  bool process(std::span<const std::int16_t> far, std::span<const std::int16_t> near, std::span<std::int16_t> out) override {
    return canceller_.process(far, near, out);
  }

 private:
  EchoCanceller canceller_;
};

ContenderKind ours(std::string name, int tailMs, ResidualEcho residual) {
  return {std::move(name), [=] { return std::make_unique<Ours>(tailMs, residual); }};
}

#ifdef BRANCHLINE_SPEEXDSP
class Speex final : public Contender {
 public:
  Speex() : state_(speex_echo_state_init(kFrameSamples, 256), &speex_echo_state_destroy) {
    int rate = kSampleRate;
    speex_echo_ctl(state_.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  }
  bool process(std::span<const std::int16_t> far, std::span<const std::int16_t> near, std::span<std::int16_t> out) override {
    speex_echo_cancellation(state_.get(), near.data(), far.data(), out.data());
    return true;
  }

 private:
  std::unique_ptr<SpeexEchoState, decltype(&speex_echo_state_destroy)> state_;
};
#endif

}  // namespace

std::vector<ContenderKind> linearContenders() {
  std::vector<ContenderKind> kinds = {ours("branchline 32 ms", 32, ResidualEcho::kept), ours("branchline 64 ms", 64, ResidualEcho::kept)};
#ifdef BRANCHLINE_SPEEXDSP
  kinds.push_back({"speexdsp 32 ms", [] { return std::make_unique<Speex>(); }});
#endif
  return kinds;
}

ContenderKind wholeContender(int tailMs) {
  return ours("branchline " + std::to_string(tailMs) + " ms, suppressor too", tailMs, ResidualEcho::suppressed);
}

}  // namespace branchline::bench
