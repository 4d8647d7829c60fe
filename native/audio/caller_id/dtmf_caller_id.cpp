// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/dtmf_caller_id.hpp"

namespace branchline {
namespace {

constexpr int kBetweenKeysMs = 1000;  // EN 300 659-1: tones and pauses of 70 ms; a sender that stops for so long has stopped.

DisplayAbsence absenceOfCode(std::string_view code) noexcept {
  return code == "10" || code == "1" ? DisplayAbsence::withheld : DisplayAbsence::unavailable;
}

}  // namespace

void DtmfCallerIdReceiver::reset() noexcept {
  receiver_.reset();
  section_ = 0;
}

const CallerIdReport* DtmfCallerIdReceiver::process(const Frame& frame) noexcept {
  bool told = false;
  sinceKeyMs_ += kFrameMilliseconds;
  for (const DtmfEvent& event : receiver_.process(frame)) {
    sinceKeyMs_ = 0;
    if (event.type == DtmfEvent::Type::begin) told = digit(event.digit) || told;
  }
  if (section_ != 0 && sinceKeyMs_ >= kBetweenKeysMs) {
    section_ = 0;
    report_ = {};
    report_.fault = CallerIdFault::truncated;
    told = true;
  }
  return told ? &report_ : nullptr;
}

// True: the message is complete.
bool DtmfCallerIdReceiver::digit(char key) noexcept {
  const bool begins = key == 'A' || key == 'B' || key == 'D';
  if (section_ == 0) {
    if (!begins) return false;
    report_ = {};
    first_ = true;
  } else if (begins || key == 'C' || key == '#') {
    endSection();
    first_ = false;
    if (!begins) {
      section_ = 0;
      return true;
    }
  } else {
    digits_.append(key);
    return false;
  }
  section_ = key;
  digits_ = {};
  return false;
}

void DtmfCallerIdReceiver::endSection() noexcept {
  CallerIdMessage& display = report_.display;
  const std::string_view digits = digits_.view();
  if (section_ == 'B' || (section_ == 'D' && first_ && digits.size() == 1)) {
    display.numberAbsence = absenceOfCode(digits);
  } else if (section_ == 'A' || first_) {
    display.number = digits_;
    if (digits.empty()) display.numberAbsence = DisplayAbsence::unavailable;
  }
}

BoundedText<32> dtmfCallerIdKeys(const CallerIdMessage& display, char startKey) noexcept {
  BoundedText<32> keys;
  if (!display.number.empty()) {
    keys.append(startKey);
    for (char c : display.number.view()) {
      if (c >= '0' && c <= '9') keys.append(c);
    }
  } else if (display.numberAbsence != DisplayAbsence::none) {
    for (char c : std::string_view(display.numberAbsence == DisplayAbsence::withheld ? "B10" : "B00")) keys.append(c);
  } else {
    return keys;
  }
  keys.append('C');
  return keys;
}

}  // namespace branchline
