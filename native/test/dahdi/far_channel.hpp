// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "audio/frame.hpp"
#include "common/wav_reader.hpp"
#include "common/wav_writer.hpp"

namespace branchline::test {

/// The calling process before everything else that runs, the service's own audio too: an exchange is not late because a branch office is busy, and
/// what it did not hear in time it has not heard. Without the right to it, it goes on as it is.
void takePrecedence() noexcept;

/// One channel of a DAHDI card as the far end uses it, by plain system calls of its own: says tones or WAV files, records what it hears, tells what
/// DAHDI tells. Not the product's channel I/O, so that a fault of that is seen from outside. One thread.
class FarChannel {
 public:
  /// Opens it; a bearer channel as voice. Throws std::runtime_error.
  explicit FarChannel(int number);
  ~FarChannel();
  FarChannel(const FarChannel&) = delete;
  FarChannel& operator=(const FarChannel&) = delete;

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Until told otherwise; `second` 0: one frequency alone.
  void tone(double first, double second, double dbm0);
  /// Once, then silence. Throws WavError.
  void play(const std::string& path);
  void quiet();
  void record(const std::string& path);
  void stopRecording();

  /// Reads and writes what can be now; answers what was heard, nothing where there was none. `revents` are poll's.
  std::optional<Frame> pump(short revents);
  /// The next event of DAHDI's, 0 where there is none. Of a card that was pulled it is DAHDI_EVENT_REMOVED, ever again.
  [[nodiscard]] int nextEvent();
  /// DAHDI_ONHOOK, DAHDI_OFFHOOK, DAHDI_RING …; false where DAHDI refuses.
  bool hook(int operation);
  bool setPolarity(bool reversed);
  void setRingCadence(const std::array<int, 4>& onOffMs);

 private:
  void fill(Frame& frame);

  int number_;
  int descriptor_;
  std::array<double, 2> radians_{};  // A sample, of each tone.
  std::array<double, 2> phase_{};
  double amplitude_ = 0;
  std::unique_ptr<WavReader> file_;
  std::unique_ptr<WavWriter> recording_;
};

}  // namespace branchline::test
