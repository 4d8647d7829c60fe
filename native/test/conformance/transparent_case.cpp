// SPDX-License-Identifier: GPL-3.0-or-later
#include "trial.hpp"

namespace branchline::test {
namespace {

/// Bits of the last second that do not follow from those before them; a wrong one makes three.
int misfitsIn(const std::vector<std::int16_t>& octets) {
  TestPattern pattern;
  int misfits = 0;
  const std::size_t begin = octets.size() > kSampleRate ? octets.size() - kSampleRate : 0;
  for (std::size_t i = begin; i < octets.size(); ++i) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool fits = pattern.follow((octets[i] >> bit & 1) != 0);
      if (i >= begin + 2) misfits += fits && !pattern.isStuck() ? 0 : 1;
    }
  }
  return misfits;
}

}  // namespace

// Every octet there is, within a tenth of a second: a law, a gain or a canceller in the way would change some.
void carriesOctets(Trial& t) {
  const int bearer = t.far.bearer();
  t.open(bearer);
  t.expect(t.io.setTransparent(t.far.fxo(), true) == Status::invalidArgument, "an analogue line is never transparent");
  t.far.loopBearer();
  t.expect(t.io.setTransparent(bearer, true) == Status::ok, "a B-channel becomes transparent");
  t.sendPattern(bearer);
  t.pass(4000);
  const std::vector<std::int16_t>& heard = t.heard(bearer);
  t.expect(heard.size() >= kSampleRate, "octets come back");
  t.expect(misfitsIn(heard) == 0, "each as it was sent: " + std::to_string(misfitsIn(heard)) + " bits are not");
  t.expect(t.io.setTransparent(bearer, false) == Status::ok, "a B-channel becomes audio again");
}

}  // namespace branchline::test
