// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd/protocol.hpp"

#include <stdexcept>
#include <type_traits>
#include <utility>

namespace branchline::isdn {
namespace {

constexpr std::uint8_t kMagic = 0xB1;
constexpr std::size_t kHeaderBytes = 3;
constexpr std::uint8_t kAbsent = 0xFF;

class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}

  template <typename Integer>
  void number(Integer value) {
    auto rest = static_cast<std::make_unsigned_t<Integer>>(value);
    for (std::size_t i = 0; i < sizeof value; i++) {
      out_.push_back(static_cast<std::uint8_t>(rest & 0xFF));
      if constexpr (sizeof value > 1) rest >>= 8;
    }
  }
  void below(std::uint8_t value, int limit) {
    if (value >= limit) throw std::out_of_range("a field of an ISDN message is " + std::to_string(value) + ", not below " + std::to_string(limit));
    out_.push_back(value);
  }
  void flag(bool value) { out_.push_back(value ? 1 : 0); }
  template <typename Enum>
  void choice(Enum value) {
    below(static_cast<std::uint8_t>(value), static_cast<int>(Enum::last) + 1);
  }
  template <typename Enum>
  void optionalChoice(const std::optional<Enum>& value) {
    if (value)
      choice(*value);
    else
      out_.push_back(kAbsent);
  }
  void text(const std::string& value, std::size_t limit) {
    if (value.size() > limit) throw std::length_error("a text of an ISDN message is longer than " + std::to_string(limit));
    number(static_cast<std::uint16_t>(value.size()));
    out_.insert(out_.end(), value.begin(), value.end());
  }

 private:
  std::vector<std::uint8_t>& out_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> in) : in_(in) {}
  /// Every field was there and valid, and nothing is left.
  [[nodiscard]] bool whole() const { return good_ && in_.empty(); }

  template <typename Integer>
  void number(Integer& value) {
    std::make_unsigned_t<Integer> read = 0;
    for (std::size_t i = 0; i < sizeof value; i++) read = static_cast<std::make_unsigned_t<Integer>>(read | std::uint64_t{octet()} << (8 * i));
    value = static_cast<Integer>(read);
  }
  void below(std::uint8_t& value, int limit) {
    value = octet();
    good_ = good_ && value < limit;
  }
  void flag(bool& value) {
    std::uint8_t read = 0;
    below(read, 2);
    value = read == 1;
  }
  template <typename Enum>
  void choice(Enum& value) {
    std::uint8_t read = 0;
    below(read, static_cast<int>(Enum::last) + 1);
    if (good_) value = static_cast<Enum>(read);
  }
  template <typename Enum>
  void optionalChoice(std::optional<Enum>& value) {
    if (!in_.empty() && in_[0] == kAbsent) {
      octet();
      return;
    }
    choice(value.emplace());
  }
  void text(std::string& value, std::size_t limit) {
    std::uint16_t size = 0;
    number(size);
    good_ = good_ && size <= limit && size <= in_.size();
    if (!good_) return;
    value.assign(in_.begin(), in_.begin() + size);
    in_ = in_.subspan(size);
  }

 private:
  std::uint8_t octet() {
    if (!good_ || in_.empty()) {
      good_ = false;
      return 0;
    }
    const std::uint8_t first = in_[0];
    in_ = in_.subspan(1);
    return first;
  }

  std::span<const std::uint8_t> in_;
  bool good_ = true;
};

template <std::size_t Index>
std::optional<Message> decodeAs(std::span<const std::uint8_t> body) {
  std::variant_alternative_t<Index, Message> message;
  Reader reader(body);
  message.fields(reader);
  if (!reader.whole()) return std::nullopt;
  return Message(std::in_place_index<Index>, std::move(message));
}

template <std::size_t... Indexes>
std::optional<Message> decodeBody(std::size_t type, std::span<const std::uint8_t> body, std::index_sequence<Indexes...>) {
  std::optional<Message> message;
  (void)((type == Indexes && (message = decodeAs<Indexes>(body), true)) || ...);
  return message;
}

}  // namespace

std::vector<std::uint8_t> encode(const Message& message) {
  std::vector<std::uint8_t> packet{kMagic, kProtocolVersion, static_cast<std::uint8_t>(message.index())};
  Writer writer(packet);
  // fields() serves reading as well, so it is not const.
  std::visit([&](auto copy) { copy.fields(writer); }, message);
  return packet;
}

std::optional<Message> decode(std::span<const std::uint8_t> packet) {
  if (packet.size() < kHeaderBytes || packet[0] != kMagic || packet[1] != kProtocolVersion) return std::nullopt;
  return decodeBody(packet[2], packet.subspan(kHeaderBytes), std::make_index_sequence<std::variant_size_v<Message>>());
}

}  // namespace branchline::isdn
