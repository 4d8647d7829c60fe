// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/card.hpp"

#include <stdexcept>
#include <utility>

namespace branchline {

void Card::start(Engine& engine, EventSink& sink, std::unique_ptr<ChannelIo> channels) {
  if (io != nullptr) throw std::runtime_error("this engine has its card already");
  io = std::move(channels);
  lines = std::make_unique<CardLines>(engine, sink, *io);
  analogue = std::make_unique<AnalogueStack>(engine, sink, *lines);
  virtualCard = dynamic_cast<VirtualCard*>(io.get());
  if (virtualCard != nullptr && engine.clock().isStepped()) engine.addPart(*virtualCard);
}

void Card::stop(Engine& engine) {
  isdn.reset();
  analogue.reset();
  lines.reset();
  if (virtualCard != nullptr) engine.removePart(*virtualCard);
  virtualCard = nullptr;
  io.reset();
}

}  // namespace branchline
