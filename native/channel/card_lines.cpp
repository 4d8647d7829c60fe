// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/card_lines.hpp"

#include <pthread.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace branchline {
namespace {

constexpr int kWakeEveryMs = 10;

}  // namespace

CardLines::CardLines(Engine& engine, EventSink& sink, ChannelIo& io) : engine_(engine), sink_(sink), io_(io) {
  engine_.addFrameHook([](void* self) noexcept { static_cast<CardLines*>(self)->runFrame(); }, this);
  if (engine_.clock().isStepped()) {
    engine_.addPart(*this);
  } else {
    thread_ = std::thread([this] { runUntilStopped(); });
    pthread_setname_np(thread_.native_handle(), "bl-lines");
  }
}

CardLines::~CardLines() {
  stopping_ = true;
  wake_.notify();
  if (thread_.joinable()) thread_.join();
  engine_.removePart(*this);
  engine_.removeFrameHook(this);
}

void CardLines::add(CardUser& user) {
  const std::lock_guard lock(turn_);
  const auto place = std::find_if(framed_.begin(), framed_.end(), [](const auto& one) { return !one.isSet(); });
  if (place == framed_.end()) throw std::length_error("no more than four users of a card");
  users_.push_back(&user);
  place->set(&user);
}

void CardLines::remove(CardUser& user) {
  const std::lock_guard lock(turn_);
  const auto found = std::find(users_.begin(), users_.end(), &user);
  if (found == users_.end()) return;
  users_.erase(found);
  for (auto& place : framed_) {
    if (place.pointsTo(user)) place.clear();
  }
}

void CardLines::runUntilStopped() {
  while (!stopping_) {
    wake_.wait(kWakeEveryMs);
    runDue(engine_.clock().nowNs());
  }
}

void CardLines::runDue(std::int64_t) {
  const std::lock_guard lock(turn_);
  for (CardUser* const user : users_) user->runCommands();
  ChannelEvent event;
  while (io_.nextEvent(event)) {
    if (event.type == ChannelEventType::spanAlarm) tellAlarm(event);
    for (CardUser* const user : users_) user->onCardEvent(event);
  }
  for (CardUser* const user : users_) user->runDue();
}

// The card first, so that its users and the legs find what came in this frame.
void CardLines::runFrame() noexcept {
  io_.frame();
  engine_.pace(io_.paceNs());
  for (auto& place : framed_) {
    if (CardUser* const user = place.enter()) {
      user->beginFrame();
      place.leave();
    }
  }
}

void CardLines::tellAlarm(const ChannelEvent& event) {
  sink_.post({"spanAlarm",
              kNoHandle,
              "leg",
              event.atNs,
              {{"span", std::int64_t{event.channel}}, {"alarms", alarmNames(static_cast<std::uint8_t>(event.value))}}});
}

std::string alarmNames(std::uint8_t alarms) {
  static constexpr std::pair<SpanAlarm, const char*> kNames[] = {
      {kAlarmRed, "red"}, {kAlarmYellow, "yellow"}, {kAlarmBlue, "blue"}, {kAlarmLoopback, "loopback"}, {kAlarmRemoved, "removed"}};
  std::string names;
  for (const auto& [alarm, name] : kNames) {
    if ((alarms & alarm) == 0) continue;
    if (!names.empty()) names += ' ';
    names += name;
  }
  return names;
}

}  // namespace branchline
