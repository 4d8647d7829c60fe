// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "isdnd/d_frame.hpp"

namespace branchline::isdn::test {

using Octets = std::vector<std::uint8_t>;

/// Frames that no exchange would send: recorded ones changed, messages put together from any elements, and noise. All of it by chance from one seed.
class Forge {
 public:
  explicit Forge(std::mt19937& random) : random_(random) {}

  /// Remembers a frame that went over the wire: a model to be changed later, and a call reference that may be alive.
  void learn(std::span<std::uint8_t> frame) {
    const auto sight = lookInto(frame);
    if (!sight) return;
    const std::size_t begin = (frame[2] & 1) == 0 ? 4 : 3;
    if (types.insert(sight->type).second || (models_.size() < kModels && chance(8)))
      models_.emplace_back(frame.begin() + static_cast<std::ptrdiff_t>(begin), frame.end());
    references_[next_++ % std::size(references_)] = static_cast<std::uint16_t>(sight->callReference | (chance(2) ? 0x8000 : 0));
  }

  /// A layer 3 message: changed, or put together.
  Octets message() {
    Octets made = models_.empty() || chance(3) ? together() : changed(models_[random_() % models_.size()]);
    if (made.size() > kLongest) made.resize(kLongest);
    return made;
  }

  /// A whole frame: a message in a UI frame, which needs no sequence numbers; rarely layer 2 of any kind.
  Octets frame() {
    if (chance(12)) return noise(random_() % 40);
    const bool broadcast = chance(3);
    Octets whole{static_cast<std::uint8_t>(chance(2) ? 0x00 : 0x02), static_cast<std::uint8_t>(broadcast ? 0xFF : 0x01), 0x03};
    if (chance(40)) {  // Of another link or service access point, or TEI management.
      whole[0] = static_cast<std::uint8_t>(chance(2) ? 0xFC + 2 * (random_() % 2) : random_());
      whole[1] = static_cast<std::uint8_t>(random_() | 1);
      if (chance(2)) whole.push_back(0x0F);
    }
    const Octets what = message();
    whole.insert(whole.end(), what.begin(), what.end());
    return whole;
  }
  /// Layer 2 frames that bring the link down or out of step: S frames, SABME, DISC, DM, UA, FRMR, I frames with any sequence numbers.
  Octets layerTwo() {
    static constexpr std::uint8_t kUnnumbered[] = {0x7F, 0x6F, 0x53, 0x43, 0x1F, 0x0F, 0x63, 0x73, 0x87, 0x97, 0xAF};
    Octets whole{static_cast<std::uint8_t>(chance(2) ? 0x00 : 0x02), 0x01};
    switch (random_() % 3) {
      case 0: whole.push_back(kUnnumbered[random_() % std::size(kUnnumbered)]); break;
      case 1:
        whole.push_back(static_cast<std::uint8_t>(1 | (random_() % 4) << 2));
        whole.push_back(static_cast<std::uint8_t>(random_()));
        break;
      default: {
        whole.push_back(static_cast<std::uint8_t>(random_() & 0xFE));
        whole.push_back(static_cast<std::uint8_t>(random_()));
        const Octets what = message();
        whole.insert(whole.end(), what.begin(), what.end());
      }
    }
    return whole;
  }

  std::set<int> types;  // Of the messages learnt.

 private:
  static constexpr std::size_t kModels = 400;
  static constexpr std::size_t kLongest = 600;

  bool chance(unsigned oneIn) { return random_() % oneIn == 0; }
  std::uint8_t octet() {
    static constexpr std::uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0x81, 0xFE, 0xFF};
    return chance(3) ? kEdges[random_() % std::size(kEdges)] : static_cast<std::uint8_t>(random_());
  }
  Octets noise(std::size_t size) {
    Octets made(size);
    for (auto& one : made) one = octet();
    return made;
  }
  void refer(Octets& made) {
    const std::uint16_t reference = references_[random_() % std::size(references_)];
    if (made.size() < 4 || (made[1] & 0x0F) != 2 || reference == 0) return;
    made[2] = static_cast<std::uint8_t>(reference >> 8);
    made[3] = static_cast<std::uint8_t>(reference);
  }

  Octets changed(Octets made) {
    if (!chance(4)) refer(made);
    for (unsigned changes = random_() % 5; changes > 0 && !made.empty(); changes--) {
      const auto at = static_cast<std::ptrdiff_t>(random_() % made.size());
      switch (random_() % 8) {
        case 0: made[static_cast<std::size_t>(at)] = octet(); break;
        case 1: made[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(made[static_cast<std::size_t>(at)] ^ 1U << random_() % 8); break;
        case 2: made.resize(static_cast<std::size_t>(at)); break;
        case 3: made.insert(made.begin() + at, octet()); break;
        case 4: made.erase(made.begin() + at); break;
        case 5: {  // A piece twice.
          const Octets piece(made.begin() + at, made.end());
          made.insert(made.end(), piece.begin(), piece.end());
          break;
        }
        case 6: {  // The rest of another.
          const Octets& other = models_[random_() % models_.size()];
          made.resize(static_cast<std::size_t>(at));
          made.insert(made.end(), other.begin() + static_cast<std::ptrdiff_t>(random_() % other.size()), other.end());
          break;
        }
        default: {
          const Octets more = chance(2) ? noise(random_() % 260) : element();
          made.insert(made.end(), more.begin(), more.end());
        }
      }
    }
    return made;
  }
  Octets element() {
    // Those of Q.931 table 4-3 that libpri reads, and any.
    static constexpr std::uint8_t kKnown[] = {0x04, 0x08, 0x0D, 0x0F, 0x10, 0x14, 0x18, 0x19, 0x1C, 0x1E, 0x20, 0x27, 0x28, 0x29, 0x2C, 0x32, 0x34,
                                              0x36, 0x3A, 0x40, 0x4C, 0x6C, 0x6D, 0x70, 0x71, 0x74, 0x76, 0x78, 0x79, 0x7C, 0x7D, 0x7E, 0x7F, 0x01};
    static constexpr std::uint8_t kSingle[] = {0xA1, 0xA0, 0xB0, 0xB5, 0xD0, 0x90, 0x96, 0x9E, 0x9F, 0x98};
    if (chance(10)) return {chance(2) ? kSingle[random_() % std::size(kSingle)] : static_cast<std::uint8_t>(0x80 | random_())};
    Octets made{chance(12) ? octet() : kKnown[random_() % std::size(kKnown)], 0};
    const Octets contents = noise(chance(20) ? random_() % 256 : random_() % 16);
    made[1] = static_cast<std::uint8_t>(chance(15) ? octet() : contents.size());
    made.insert(made.end(), contents.begin(), contents.end());
    return made;
  }
  Octets together() {
    static constexpr std::uint8_t kTypes[] = {0x01, 0x02, 0x03, 0x05, 0x07, 0x0D, 0x0F, 0x20, 0x21, 0x24, 0x25, 0x26,
                                              0x28, 0x2D, 0x2E, 0x30, 0x31, 0x33, 0x37, 0x45, 0x46, 0x4D, 0x4E, 0x5A,
                                              0x60, 0x62, 0x64, 0x6E, 0x75, 0x79, 0x7B, 0x7D, 0x08, 0x00, 0xF7, 0xFF};
    Octets made{0x08, 0x02, 0x00, static_cast<std::uint8_t>(random_() % 8), kTypes[random_() % std::size(kTypes)]};
    if (!chance(6)) refer(made);
    if (chance(50)) made[0] = chance(2) ? 0x43 : 0x03;
    if (chance(50)) made[1] = octet();
    for (unsigned elements = random_() % 7; elements > 0; elements--) {
      const Octets one = element();
      made.insert(made.end(), one.begin(), one.end());
    }
    return made;
  }

  std::mt19937& random_;
  std::vector<Octets> models_;
  std::uint16_t references_[16] = {};
  std::size_t next_ = 0;
};

}  // namespace branchline::isdn::test
