// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace branchline {

/// Text of a bounded length that lives where it is put: the audio thread passes it on without allocating.
template <std::size_t kMost>
class BoundedText {
 public:
  BoundedText() = default;
  BoundedText(std::string_view text) noexcept {  // NOLINT: meant to convert.
    for (char c : text) append(c);
  }
  /// What there is no room for is dropped.
  void append(char c) noexcept {
    if (size_ < kMost) text_[size_++] = c;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  std::array<char, kMost> text_{};
  std::size_t size_ = 0;
};

/// Why a number or a name is not told (ETSI EN 300 659-3 §5.4.4, BT SIN 227: "P", "O").
enum class DisplayAbsence : std::uint8_t { none, withheld, unavailable };

/// What a caller display message tells. Text is data from the line: printable, UTF-8, nothing else.
struct CallerIdMessage {
  enum class Kind : std::uint8_t { call, messageWaiting, other };
  Kind kind = Kind::call;
  BoundedText<24> number;  // Digits, *, #, a leading +; as the network shows it.
  DisplayAbsence numberAbsence = DisplayAbsence::none;
  BoundedText<24> calledNumber;
  BoundedText<80> name;
  DisplayAbsence nameAbsence = DisplayAbsence::none;
  int month = 0, day = 0, hour = 0, minute = 0;  // The network's clock; month 0: not told.
  int callType = 0;                              // EN 300 659-3: 1 voice, 2 ring back when free, 0x81 message waiting; 0: not told.
  bool messageWaiting = false;
  int messages = -1;  // How many wait; −1: not told.
};

/// A message tells who calls, or why that is not told.
[[nodiscard]] inline bool tellsCaller(const CallerIdMessage& message) noexcept {
  return !message.number.empty() || !message.name.empty() || message.numberAbsence != DisplayAbsence::none;
}

/// Q.931's presentation indicator: 0 allowed, 1 restricted, 2 not available.
[[nodiscard]] inline int presentationOf(const CallerIdMessage& message) noexcept {
  if (message.numberAbsence == DisplayAbsence::withheld) return 1;
  return message.number.empty() ? 2 : 0;
}

/// Why there is no message.
enum class CallerIdFault : std::uint8_t { none, checksum, truncated, malformed, unknownType, uncertain };

/// What to say of `fault` in a log or a detail. A string literal.
[[nodiscard]] const char* callerIdFaultText(CallerIdFault fault) noexcept;

inline constexpr std::size_t kMostMessageBytes = 258;  // Type, length, 255 of content, checksum.

/// One of the message types that a telephone line carries: others are not worth waiting for.
[[nodiscard]] bool isCallerIdType(std::uint8_t type) noexcept;

/// Reads a whole message, from its type to its checksum: single or multiple data format of Bellcore (GR-30-CORE, GR-31-CORE), ETSI EN 300 659-3 and
/// BT SIN 227, which share their codes. Unknown parameters are skipped; none may run past the end.
[[nodiscard]] CallerIdFault parseCallerDisplay(std::span<const std::uint8_t> message, CallerIdMessage& display) noexcept;

/// Writes `display` as a multiple data format message with its checksum. Answers its size.
std::size_t encodeCallerDisplay(const CallerIdMessage& display, std::span<std::uint8_t, kMostMessageBytes> message) noexcept;

/// One character of a message's text into `text`: printable ASCII as it is, ISO 8859-1 as UTF-8, all else dropped.
template <std::size_t kMost>
void appendDisplayed(BoundedText<kMost>& text, std::uint8_t c) noexcept {
  if (c >= 0x20 && c < 0x7F) text.append(static_cast<char>(c));
  if (c < 0xA0 || text.view().size() + 2 > kMost) return;
  text.append(static_cast<char>(0xC0U | (c >> 6U)));
  text.append(static_cast<char>(0x80U | (c & 0x3FU)));
}

}  // namespace branchline
