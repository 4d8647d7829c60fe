// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include "isdnd/channels.hpp"

using namespace branchline::isdn;

TEST_CASE("channel 31 comes before channel 1 again in round robin, and what is not ours is never taken") {
  Channels channels(ConfigureSpan{.selection = Selection::roundRobin, .channels = 1U << 31 | 1U << 1 | 1U});
  CHECK(channels.takeAny() == 1);
  CHECK(channels.takeAny() == 31);
  CHECK(channels.takeAny() == 0);
  channels.release(1);
  channels.release(31);
  CHECK(channels.takeAny() == 1);
  CHECK_FALSE(channels.take(1));
  CHECK_FALSE(channels.take(0));
  CHECK_FALSE(channels.take(2));
}

TEST_CASE("a channel that waits for RESTART is chosen last, and not at all while it is being restarted") {
  Channels channels(ConfigureSpan{.channels = 0b1110});
  channels.beginRestart(1);
  channels.beginRestart(2);
  CHECK(channels.nextToRestart() == 1);
  CHECK(channels.takeAny() == 3);
  CHECK(channels.takeAny() == 2);
  CHECK(channels.takeAny() == 0);
  CHECK(channels.take(1));  // The far end asks for it.
  channels.release(1);
  channels.endRestart(1);
  CHECK(channels.takeAny() == 1);
}

TEST_CASE("a channel out of service on either side is not chosen, and not given away if it is ours that is") {
  Channels channels(ConfigureSpan{.channels = 0b110});
  channels.serve(1, false, false);
  channels.serve(2, false, true);
  CHECK(channels.takeAny() == 0);
  CHECK_FALSE(channels.take(1));
  CHECK(channels.take(2));
  channels.release(2);
  channels.serve(1, true, false);
  CHECK(channels.takeAny() == 1);
}
