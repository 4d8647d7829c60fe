// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace branchline {

/// Which detectors listen to a leg. One that is put on begins anew.
struct DetectorSettings {
  bool dtmf = false;     // In-band DTMF receiver.
  bool tones = false;    // Busy, congestion, number unobtainable, ringing, dial tone.
  bool special = false;  // SIT, fax and modem tones.
  bool answer = false;   // Who answered, and beeps: put on at the moment of answer.

  [[nodiscard]] bool any() const noexcept { return dtmf || tones || special || answer; }
};

}  // namespace branchline
