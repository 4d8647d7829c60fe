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

Status Card::setEcho(EchoSettings settings) {
  if (analogue == nullptr) return Status::unavailable;
  const Status status = analogue->setEcho(settings);
  if (status != Status::ok) return status;
  echo = settings;
  if (isdn != nullptr) isdn->setEcho(settings);
  return Status::ok;
}

EchoBy Card::echoBy(int channel) noexcept {
  const EchoBy by = analogue == nullptr ? EchoBy::nobody : analogue->echoBy(channel);
  return by == EchoBy::nobody && isdn != nullptr ? isdn->echoBy(channel) : by;
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
