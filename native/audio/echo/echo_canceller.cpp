// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/echo/echo_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "audio/echo/high_pass.hpp"
#include "audio/echo/linear_canceller.hpp"
#include "audio/echo/residual_suppressor.hpp"

namespace branchline {

using echo::Block;

static_assert(EchoCanceller::kBlockSamples == echo::kBlock);

namespace {

std::size_t partitionsOf(int tailMs) {
  if (tailMs != 32 && tailMs != 64) {
    throw std::invalid_argument("an echo canceller's tail is 32 or 64 ms, not " + std::to_string(tailMs));
  }
  return static_cast<std::size_t>(tailMs) * 8 / echo::kBlock;
}

std::int16_t roundedOf(float sample) noexcept { return static_cast<std::int16_t>(std::lrintf(std::clamp(sample, -32768.0F, 32767.0F))); }

}  // namespace

struct EchoCanceller::Parts {
  Parts(std::size_t partitions, ResidualEcho wanted) : linear(partitions), residual(wanted) {}
  void block(const std::int16_t* far, const std::int16_t* near, std::int16_t* out) noexcept;

  echo::HighPass farHighPass;
  echo::HighPass nearHighPass;
  echo::LinearCanceller linear;
  echo::ResidualSuppressor suppressor;
  const ResidualEcho residual;
};

EchoCanceller::EchoCanceller(int tailMs, ResidualEcho residual) : parts_(std::make_unique<Parts>(partitionsOf(tailMs), residual)) {}
EchoCanceller::~EchoCanceller() = default;
EchoCanceller::EchoCanceller(EchoCanceller&&) noexcept = default;
EchoCanceller& EchoCanceller::operator=(EchoCanceller&&) noexcept = default;

bool EchoCanceller::process(std::span<const std::int16_t> far, std::span<const std::int16_t> near, std::span<std::int16_t> out) noexcept {
  if (far.size() != near.size() || out.size() != near.size() || near.size() % kBlockSamples != 0) return false;
  for (std::size_t at = 0; at < near.size(); at += kBlockSamples) parts_->block(&far[at], &near[at], &out[at]);
  return true;
}

void EchoCanceller::reset() noexcept {
  parts_->farHighPass = {};
  parts_->nearHighPass = {};
  parts_->linear.reset();
  parts_->suppressor.reset();
}

void EchoCanceller::Parts::block(const std::int16_t* far, const std::int16_t* near, std::int16_t* out) noexcept {
  Block sent;
  Block received;
  for (std::size_t i = 0; i < echo::kBlock; i++) {
    sent[i] = farHighPass.next(far[i]);
    received[i] = nearHighPass.next(near[i]);
  }
  Block clean;
  linear.process(sent, received, clean);
  if (residual == ResidualEcho::suppressed) suppressor.process(clean, linear.echo(), clean);
  for (std::size_t i = 0; i < echo::kBlock; i++) out[i] = roundedOf(clean[i]);
}

}  // namespace branchline
