// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "channel/channel_io.hpp"
#include "channel/dahdi/dahdi_driver.hpp"

namespace branchline {

/// The present of our spans, asked of the driver again and again: it tells of alarms only none ↔ some, and never of a span that is gone.
class SpanWatch {
 public:
  /// `dChannels` by place in `spans`, 0: none.
  SpanWatch(DahdiDriver& driver, const std::vector<SpanInfo>& spans, std::vector<int> dChannels);

  /// Event thread: asks now. A spanAlarm for each span whose alarms are others than before into `events`.
  void ask(std::vector<ChannelEvent>& events);
  /// Any thread; nothing for a span that is not ours.
  [[nodiscard]] std::optional<SpanStatus> status(int span) const;

 private:
  [[nodiscard]] SpanStatus askOne(int control, std::size_t place);
  [[nodiscard]] std::optional<std::size_t> placeOf(int span) const;

  DahdiDriver& driver_;
  const std::vector<SpanInfo>& spans_;
  const std::vector<int> dChannels_;
  mutable std::mutex mutex_;
  std::vector<SpanStatus> status_;
};

}  // namespace branchline
