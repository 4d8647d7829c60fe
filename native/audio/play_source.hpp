// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "audio/tone.hpp"

namespace branchline {

/// Where a player's samples come from.
class PlaySource {
 public:
  enum class Outcome : std::uint8_t {
    filled,    // All that was asked for.
    waiting,   // Nothing yet: the first samples are still being read.
    late,      // Fewer than asked for: the file thread came too late. More will come.
    finished,  // Fewer than asked for: that was the end.
    failed,    // Fewer than asked for: a file can't be read; `failure` says why.
  };
  struct Pulled {
    std::size_t samples = 0;
    Outcome outcome = Outcome::filled;
  };

  virtual ~PlaySource() = default;
  /// Audio thread. Fills the front of `out`.
  virtual Pulled pull(std::span<std::int16_t> out) noexcept = 0;
  /// Any thread, after pull answered `failed`.
  [[nodiscard]] virtual const std::string& failure() const noexcept = 0;
};

/// Tones, made as they are pulled.
class ToneSource final : public PlaySource {
 public:
  explicit ToneSource(const ToneRequest& request) : generator_(request) {}
  Pulled pull(std::span<std::int16_t> out) noexcept override {
    const std::size_t samples = generator_.generate(out);
    return {samples, samples == out.size() ? Outcome::filled : Outcome::finished};
  }
  [[nodiscard]] const std::string& failure() const noexcept override { return never_; }

 private:
  ToneGenerator generator_;
  const std::string never_;
};

}  // namespace branchline
