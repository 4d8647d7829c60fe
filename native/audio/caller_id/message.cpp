// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/caller_id/message.hpp"

#include <algorithm>

namespace branchline {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Message types.
constexpr std::uint8_t kSingleCall = 0x04;
constexpr std::uint8_t kSingleWaiting = 0x06;
constexpr std::uint8_t kCallSetup = 0x80;
constexpr std::uint8_t kMessageWaiting = 0x82;
constexpr std::uint8_t kChargeAdvice = 0x86;
constexpr std::uint8_t kShortMessage = 0x89;

// Parameter types (EN 300 659-3 §5.4, BT SIN 227, GR-30-CORE).
constexpr std::uint8_t kTime = 0x01;
constexpr std::uint8_t kNumber = 0x02;
constexpr std::uint8_t kCalledNumber = 0x03;  // Bellcore: the number that may be dialled back.
constexpr std::uint8_t kNumberAbsence = 0x04;
constexpr std::uint8_t kName = 0x07;
constexpr std::uint8_t kNameAbsence = 0x08;
constexpr std::uint8_t kIndicator = 0x0B;
constexpr std::uint8_t kCallType = 0x11;
constexpr std::uint8_t kMessages = 0x13;

constexpr std::uint8_t kMessageWaitingCall = 0x81;  // A call type.

DisplayAbsence absenceOf(std::uint8_t reason) noexcept { return reason == 'P' ? DisplayAbsence::withheld : DisplayAbsence::unavailable; }

char reasonOf(DisplayAbsence absence) noexcept { return absence == DisplayAbsence::withheld ? 'P' : 'O'; }

BoundedText<24> numberOf(Bytes bytes) noexcept {
  BoundedText<24> number;
  for (std::uint8_t c : bytes) {
    const bool dialled = (c >= '0' && c <= '9') || c == '*' || c == '#' || (c == '+' && number.empty());
    if (dialled) number.append(static_cast<char>(c));
  }
  return number;
}

void readTime(Bytes bytes, CallerIdMessage& display) noexcept {
  if (bytes.size() < 8 || !std::all_of(bytes.begin(), bytes.begin() + 8, [](std::uint8_t c) { return c >= '0' && c <= '9'; })) return;
  const auto two = [&](std::size_t at) { return (bytes[at] - '0') * 10 + bytes[at + 1] - '0'; };
  if (two(0) < 1 || two(0) > 12 || two(2) < 1 || two(2) > 31 || two(4) > 23 || two(6) > 59) return;
  display.month = two(0);
  display.day = two(2);
  display.hour = two(4);
  display.minute = two(6);
}

void readParameter(std::uint8_t type, Bytes value, CallerIdMessage& display) noexcept {
  if (value.empty()) return;
  switch (type) {
    case kTime: readTime(value, display); break;
    case kNumber: display.number = numberOf(value); break;
    case kCalledNumber: display.calledNumber = numberOf(value); break;
    case kNumberAbsence: display.numberAbsence = absenceOf(value[0]); break;
    case kName:
      display.name = {};
      for (std::uint8_t c : value) appendDisplayed(display.name, c);
      break;
    case kNameAbsence: display.nameAbsence = absenceOf(value[0]); break;
    case kIndicator: display.messageWaiting = value[0] == 0xFF; break;
    case kCallType: display.callType = value[0]; break;
    case kMessages:
      display.messages = value[0];
      display.messageWaiting = value[0] > 0;
      break;
    default: break;
  }
}

CallerIdFault readMultiple(Bytes content, CallerIdMessage& display) noexcept {
  while (!content.empty()) {
    if (content.size() < 2 || content.size() < 2U + content[1]) return CallerIdFault::malformed;
    readParameter(content[0], content.subspan(2, content[1]), display);
    content = content.subspan(2U + content[1]);
  }
  if (display.callType == kMessageWaitingCall) display.kind = CallerIdMessage::Kind::messageWaiting;
  return CallerIdFault::none;
}

// Time, then the number or why there is none.
CallerIdFault readSingle(Bytes content, CallerIdMessage& display) noexcept {
  if (content.size() < 9) return CallerIdFault::malformed;
  readTime(content, display);
  const Bytes rest = content.subspan(8);
  if (rest[0] == 'P' || rest[0] == 'O')
    display.numberAbsence = absenceOf(rest[0]);
  else
    display.number = numberOf(rest);
  return CallerIdFault::none;
}

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t, kMostMessageBytes> out) noexcept : out_(out) {}
  void byte(std::uint8_t value) noexcept { out_[size_++] = value; }
  void parameter(std::uint8_t type, std::string_view value) noexcept {
    if (size_ + 2 + value.size() >= kMostMessageBytes) return;
    byte(type);
    byte(static_cast<std::uint8_t>(value.size()));
    for (char c : value) byte(static_cast<std::uint8_t>(c));
  }
  void parameter(std::uint8_t type, std::uint8_t value) noexcept {
    const char one = static_cast<char>(value);
    parameter(type, std::string_view(&one, 1));
  }
  /// Fills in the length and adds the checksum: two's complement of the sum of all before it.
  std::size_t finish() noexcept {
    out_[1] = static_cast<std::uint8_t>(size_ - 2);
    std::uint8_t sum = 0;
    for (std::size_t i = 0; i < size_; ++i) sum = static_cast<std::uint8_t>(sum + out_[i]);
    byte(static_cast<std::uint8_t>(-sum));
    return size_;
  }

 private:
  std::span<std::uint8_t, kMostMessageBytes> out_;
  std::size_t size_ = 0;
};

// A line carries ISO 8859-1 at most: what UTF-8 can't be told in it is a question mark.
BoundedText<80> lineText(std::string_view utf8) noexcept {
  BoundedText<80> text;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(utf8[i]);
    if (c >= 0x20 && c < 0x7F) text.append(utf8[i]);
    if (c < 0xC0) continue;  // A control character, or the rest of a longer sequence.
    const bool latin = (c == 0xC2 || c == 0xC3) && i + 1 < utf8.size();
    text.append(latin ? static_cast<char>(((c & 3U) << 6U) | (static_cast<std::uint8_t>(utf8[i + 1]) & 0x3FU)) : '?');
  }
  return text;
}

}  // namespace

const char* callerIdFaultText(CallerIdFault fault) noexcept {
  switch (fault) {
    case CallerIdFault::none: return "";
    case CallerIdFault::checksum: return "the caller display message's checksum is wrong";
    case CallerIdFault::truncated: return "the caller display message stopped before its end";
    case CallerIdFault::malformed: return "a parameter of the caller display message runs past its end";
    case CallerIdFault::unknownType: return "the caller display message is of an unknown type";
    case CallerIdFault::uncertain: return "the line is too noisy for the caller display message to be believed";
  }
  return "";
}

bool isCallerIdType(std::uint8_t type) noexcept {
  return type == kSingleCall || type == kSingleWaiting || type == kCallSetup || type == kMessageWaiting || type == kChargeAdvice ||
         type == kShortMessage;
}

CallerIdFault parseCallerDisplay(Bytes message, CallerIdMessage& display) noexcept {
  display = {};
  if (message.size() < 3 || message.size() < message[1] + 3U) return CallerIdFault::truncated;
  message = message.first(message[1] + 3U);
  std::uint8_t sum = 0;
  for (std::uint8_t byte : message) sum = static_cast<std::uint8_t>(sum + byte);
  if (sum != 0) return CallerIdFault::checksum;
  const Bytes content = message.subspan(2, message[1]);
  switch (message[0]) {
    case kSingleCall: return readSingle(content, display);
    case kSingleWaiting:
      display.kind = CallerIdMessage::Kind::messageWaiting;
      display.messageWaiting = !content.empty() && content[0] == 0x42;  // 0x42 lights the lamp, 0x6F puts it out.
      return CallerIdFault::none;
    case kCallSetup: return readMultiple(content, display);
    case kMessageWaiting: display.kind = CallerIdMessage::Kind::messageWaiting; return readMultiple(content, display);
    case kChargeAdvice:
    case kShortMessage: display.kind = CallerIdMessage::Kind::other; return CallerIdFault::none;
    default: return CallerIdFault::unknownType;
  }
}

std::size_t encodeCallerDisplay(const CallerIdMessage& display, std::span<std::uint8_t, kMostMessageBytes> message) noexcept {
  Writer writer(message);
  const bool waiting = display.kind == CallerIdMessage::Kind::messageWaiting;
  writer.byte(waiting ? kMessageWaiting : kCallSetup);
  writer.byte(0);
  if (display.callType != 0) writer.parameter(kCallType, static_cast<std::uint8_t>(display.callType));  // SIN 227: the first of all.
  if (display.month != 0) {
    BoundedText<8> time;
    for (int two : {display.month, display.day, display.hour, display.minute}) {
      time.append(static_cast<char>('0' + two / 10 % 10));
      time.append(static_cast<char>('0' + two % 10));
    }
    writer.parameter(kTime, time.view());
  }
  if (!display.number.empty())
    writer.parameter(kNumber, display.number.view());
  else if (display.numberAbsence != DisplayAbsence::none)
    writer.parameter(kNumberAbsence, static_cast<std::uint8_t>(reasonOf(display.numberAbsence)));
  if (!display.calledNumber.empty()) writer.parameter(kCalledNumber, display.calledNumber.view());
  if (!display.name.empty())
    writer.parameter(kName, lineText(display.name.view()).view());
  else if (display.nameAbsence != DisplayAbsence::none)
    writer.parameter(kNameAbsence, static_cast<std::uint8_t>(reasonOf(display.nameAbsence)));
  if (waiting) writer.parameter(kIndicator, display.messageWaiting ? std::uint8_t{0xFF} : std::uint8_t{0});
  if (display.messages >= 0) writer.parameter(kMessages, static_cast<std::uint8_t>(std::min(display.messages, 255)));
  return writer.finish();
}

}  // namespace branchline
