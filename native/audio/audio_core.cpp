// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/audio_core.hpp"

#include <algorithm>
#include <stdexcept>

#include "audio/audio_core_objects.hpp"
#include "common/handle_table.hpp"
#include "realtime/realtime_scope.hpp"

namespace branchline {

namespace {

constexpr std::size_t kOrdinaryCommands = 4096;
constexpr std::size_t kOrdinaryEvents = 2048;

std::int16_t saturated(int sum) noexcept { return static_cast<std::int16_t>(std::clamp(sum, -32768, 32767)); }

std::span<std::int16_t> samplesOf(Frame& frame) noexcept { return std::span(frame.samples).first(kFrameSamples); }

void silence(Frame& frame) noexcept { std::ranges::fill(samplesOf(frame), std::int16_t{0}); }

}  // namespace

const char* digitWayName(DigitWay way) noexcept {
  switch (way) {
    case DigitWay::rfc4733: return "rfc4733";
    case DigitWay::info: return "info";
    case DigitWay::inBand: return "inBand";
  }
  return "";
}

AudioCore::AudioCore(std::uint32_t maxHandles, RecordingWriter& recordings)
    : recordings_(recordings),
      maxHandles_(maxHandles),
      commands_(kOrdinaryCommands + maxHandles),
      events_(kOrdinaryEvents + 2 * maxHandles),
      objects_(maxHandles) {
  legs_.reserve(maxHandles);
}

// --- Control threads ---------------------------------------------------------------------------------------------------------------------

bool AudioCore::post(const Command& command) noexcept { return commands_.free() > maxHandles_ && commands_.push(command); }

void AudioCore::postEnd(command::EndLeg command) noexcept { commands_.push(command); }

void AudioCore::addHook(void (*hook)(void*) noexcept, void* context) {
  const std::lock_guard lock(hooksMutex_);
  for (std::size_t i = 0; i < hooks_.size(); i++) {
    if (hooks_[i].isSet()) continue;
    hookStore_[i] = {hook, context};
    hooks_[i].set(&hookStore_[i]);
    return;
  }
  throw std::length_error("no more than eight frame hooks");
}

void AudioCore::removeHook(void* context) {
  const std::lock_guard lock(hooksMutex_);
  for (std::size_t i = 0; i < hooks_.size(); i++) {
    if (hooks_[i].isSet() && hookStore_[i].context == context) hooks_[i].clear();
  }
}

// --- Audio thread from here on -----------------------------------------------------------------------------------------------------------

void AudioCore::runFrame(std::int64_t nowNs) noexcept {
  const RealtimeScope realtime;
  nowNs_ = nowNs;
  for (auto& place : hooks_) {
    if (!place.isSet()) continue;
    if (const Hook* hook = place.enter()) {
      hook->function(hook->context);
      place.leave();
    }
  }
  drainCommands();
  // All legs are heard before any is spoken to: neither a bridge nor a conference adds delay.
  for (LegAudio* leg : legs_) receive(*leg);
  for (LegAudio* leg : legs_) {
    if (leg->conference != nullptr) mixConference(*leg);
  }
  for (LegAudio* leg : legs_) send(*leg);
  counters_.frames.fetch_add(1, std::memory_order_relaxed);
  finishFrame();
}

void AudioCore::runCommands(std::int64_t nowNs) noexcept {
  const RealtimeScope realtime;
  nowNs_ = nowNs;
  drainCommands();
  finishFrame();
}

void AudioCore::finishFrame() noexcept {
  if (told_) eventsWake_.notify();
  if (closedRecorder_) recordings_.wake();
  told_ = closedRecorder_ = false;
}

void AudioCore::drainCommands() noexcept {
  Command command;
  while (commands_.pop(command)) {
    std::visit([this](const auto& each) { run(each); }, command);
  }
}

void AudioCore::leave(Handle handle) noexcept { objects_[HandleTable::slotOf(handle)] = {}; }

void AudioCore::tell(const AudioEvent& event) noexcept {
  // Digits and tones leave room for a digitsSent of each leg, on which plans wait; all of them leave room for the end of each handle.
  const std::size_t room = std::holds_alternative<heard::DigitsSent>(event.what) ? kOrdinaryEvents + maxHandles_ : kOrdinaryEvents;
  if (events_.size() >= room) {
    counters_.eventsLost.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  tellEnd(event);
}

void AudioCore::tellEnd(const AudioEvent& event) noexcept {
  events_.push(event);
  told_ = true;
}

// --- Commands ----------------------------------------------------------------------------------------------------------------------------

void AudioCore::run(const command::AddLeg& command) noexcept {
  enter(command.leg->handle, command.leg);
  command.leg->position = legs_.size();
  legs_.push_back(command.leg);  // Within what was reserved.
}

void AudioCore::run(const command::EndLeg& command) noexcept {
  auto* leg = find<LegAudio>(command.leg);
  if (leg == nullptr) return;
  if (leg->bridge != nullptr) endBridge(*leg->bridge, true);
  if (leg->membership != nullptr) endMember(*leg->membership, MemberEnd::legEnded);
  while (leg->conference != nullptr && leg->conference->members() != nullptr) endMember(*leg->conference->members(), MemberEnd::conferenceEnded);
  while (leg->players != nullptr) endPlayer(leg, *leg->players, PlayerEnd::legEnded, '\0');
  while (leg->recorders != nullptr) endRecorder(leg, *leg->recorders, RecorderEnd::legEnded);
  legs_[leg->position] = legs_.back();
  legs_[leg->position]->position = leg->position;
  legs_.pop_back();
  leave(command.leg);
  tellEnd({nowNs_, heard::LegGone{command.leg}});
}

void AudioCore::run(const command::SetDetectors& command) noexcept {
  auto* leg = find<LegAudio>(command.leg);
  if (leg == nullptr) return;
  const DetectorSettings wanted = command.settings;
  if (wanted.dtmf && !leg->detect.dtmf) command.set->dtmf.reset();
  if (wanted.tones && !leg->detect.tones) command.set->tones.reset();
  if (wanted.answer && !leg->detect.answer) command.set->answer.reset();
  if (wanted.special && !leg->detect.special) command.set->special.reset();
  leg->detect = wanted;
  leg->detecting = wanted.any() ? command.set : nullptr;
}

void AudioCore::run(const command::DigitReceived& command) noexcept {
  if (auto* leg = find<LegAudio>(command.leg)) digitHeard(*leg, command.digit, command.durationMs, command.way);
}

void AudioCore::run(const command::SendDigits& command) noexcept {
  if (auto* leg = find<LegAudio>(command.leg)) leg->digits.begin();
}

void AudioCore::run(const command::AddBridge& command) noexcept {
  Bridge& bridge = *command.bridge;
  auto* legA = find<LegAudio>(bridge.legA);
  auto* legB = find<LegAudio>(bridge.legB);
  enter(bridge.handle, &bridge);
  if (legA == nullptr || legB == nullptr) {
    endBridge(bridge, true);
    return;
  }
  legA->bridge = legB->bridge = &bridge;
  legA->partner = legB;
  legB->partner = legA;
}

void AudioCore::run(const command::EndBridge& command) noexcept {
  if (auto* bridge = find<Bridge>(command.bridge)) endBridge(*bridge, false);
}

void AudioCore::run(const command::AddPlayer& command) noexcept {
  Player& player = *command.player;
  enter(player.handle, &player);
  auto* leg = find<LegAudio>(player.leg);
  if (leg == nullptr) {
    endPlayer(nullptr, player, PlayerEnd::legEnded, '\0');
    return;
  }
  while (!player.queued && leg->players != nullptr) endPlayer(leg, *leg->players, PlayerEnd::replaced, '\0');
  Player** last = &leg->players;
  while (*last != nullptr) last = &(*last)->next;
  *last = &player;
}

void AudioCore::run(const command::StopPlayer& command) noexcept {
  auto* player = find<Player>(command.player);
  if (player != nullptr) endPlayer(find<LegAudio>(player->leg), *player, PlayerEnd::stopped, '\0');
}

void AudioCore::run(const command::AddRecorder& command) noexcept {
  Recorder& recorder = *command.recorder;
  enter(recorder.handle(), &recorder);
  auto* leg = find<LegAudio>(recorder.leg());
  if (leg == nullptr) {
    endRecorder(nullptr, recorder, RecorderEnd::legEnded);
    return;
  }
  recorder.next = leg->recorders;
  leg->recorders = &recorder;
}

void AudioCore::run(const command::StopRecorder& command) noexcept {
  auto* recorder = find<Recorder>(command.recorder);
  if (recorder != nullptr) endRecorder(find<LegAudio>(recorder->leg()), *recorder, RecorderEnd::stopped);
}

void AudioCore::run(const command::ChangeRecorder& command) noexcept {
  auto* recorder = find<Recorder>(command.recorder);
  if (recorder != nullptr) recorder->change(command.change);
}

// --- A frame -----------------------------------------------------------------------------------------------------------------------------

void AudioCore::receive(LegAudio& leg) noexcept {
  if (leg.conference != nullptr) return;
  const bool wasActive = leg.active;
  leg.active = leg.port.isSet() || !leg.isIdle();
  if (!leg.active) {
    if (wasActive) leg.resetLevels();
    return;
  }
  MediaPort* port = leg.port.enter();
  if (port == nullptr) {
    silence(leg.received);
  } else {
    port->pull(leg.received);
    leg.port.leave();
  }
  leg.receivedLevel.add(leg.received);
  if (leg.detecting != nullptr) detect(leg);
}

void AudioCore::detect(LegAudio& leg) noexcept {
  if (leg.detect.dtmf) {
    for (const DtmfEvent& event : leg.detecting->dtmf.process(leg.received)) {
      // Told when it is recognised, not when the key is let go: its length is not known yet.
      if (event.type == DtmfEvent::Type::begin) digitHeard(leg, event.digit, 0, DigitWay::inBand);
    }
  }
  if (leg.detect.tones) {
    const CallTone tone = leg.detecting->tones.process(leg.received);
    if (tone != CallTone::none) tell({nowNs_, heard::Tone{leg.handle, tone}});
  }
  if (leg.detect.special) {
    const SpecialToneDetector::Heard special = leg.detecting->special.process(leg.received);
    if (special.tone != SpecialTone::none) tell({nowNs_, heard::Special{leg.handle, special}});
  }
  if (leg.detect.answer) {
    const AnswerDetector::Heard answer = leg.detecting->answer.process(leg.received);
    if (answer.decided) tell({nowNs_, heard::Answered{leg.handle, answer}});
    if (answer.beep) tell({nowNs_, heard::Beep{leg.handle}});
  }
}

void AudioCore::digitHeard(LegAudio& leg, char digit, int durationMs, DigitWay way) noexcept {
  tell({nowNs_, heard::Digit{leg.handle, digit, durationMs, way}});
  // Players that wait are stopped too: who keys through a prompt does not want to hear the next one.
  for (Player* player = leg.players; player != nullptr;) {
    Player* const next = player->next;
    if (player->stopKeys.find(digit) != std::string::npos) endPlayer(&leg, *player, PlayerEnd::key, digit);
    player = next;
  }
}

void AudioCore::send(LegAudio& leg) noexcept {
  if (!leg.active || leg.conference != nullptr) return;
  mix(leg);
  leg.sentLevel.add(leg.sent);
  if (leg.recorders != nullptr) record(leg);
  if (MediaPort* port = leg.port.enter()) {
    port->push(leg.sent);
    leg.port.leave();
  }
}

void AudioCore::mix(LegAudio& leg) noexcept {
  const auto out = samplesOf(leg.sent);
  if (leg.partner != nullptr) {
    std::ranges::copy(samplesOf(leg.partner->received), out.begin());
  } else if (leg.membership != nullptr) {
    leg.membership->room->listen(*leg.membership, out);
  } else {
    silence(leg.sent);
  }
  std::array<std::int16_t, kFrameSamples> played;
  if (leg.players != nullptr && pullPlayers(leg, played)) {
    for (std::size_t i = 0; i < kFrameSamples; i++) out[i] = saturated(out[i] + played[i]);
  }
  // Digits go alone, since speech on top of them would make the far receiver miss them; what else plays goes on unheard.
  if (leg.digits.sending() && leg.digits.generate(out)) tell({nowNs_, heard::DigitsSent{leg.handle}});
}

bool AudioCore::pullPlayers(LegAudio& leg, std::span<std::int16_t> out) noexcept {
  std::size_t filled = 0;
  while (leg.players != nullptr && filled < out.size()) {
    Player& player = *leg.players;
    const PlaySource::Pulled pulled = player.source->pull(out.subspan(filled));
    player.playedSamples += static_cast<std::int64_t>(pulled.samples);
    filled += pulled.samples;
    if (pulled.outcome == PlaySource::Outcome::finished) {
      endPlayer(&leg, player, PlayerEnd::finished, '\0');  // The next in the queue goes on in this very frame.
      continue;
    }
    if (pulled.outcome == PlaySource::Outcome::failed) {
      endPlayer(&leg, player, PlayerEnd::error, '\0');
      continue;
    }
    if (pulled.outcome == PlaySource::Outcome::late) counters_.prefetchUnderruns.fetch_add(1, std::memory_order_relaxed);
    break;
  }
  std::ranges::fill(out.subspan(filled), std::int16_t{0});
  return filled > 0;
}

void AudioCore::record(LegAudio& leg) noexcept {
  for (Recorder* recorder = leg.recorders; recorder != nullptr;) {
    Recorder* const next = recorder->next;
    switch (recorder->add(leg.received, leg.sent)) {
      case Recorder::Tap::kept: break;
      case Recorder::Tap::overrun: counters_.recordOverruns.fetch_add(1, std::memory_order_relaxed); break;
      case Recorder::Tap::full: endRecorder(&leg, *recorder, RecorderEnd::maxLength); break;
      case Recorder::Tap::failed: endRecorder(&leg, *recorder, RecorderEnd::error); break;
    }
    recorder = next;
  }
}

// --- Ends --------------------------------------------------------------------------------------------------------------------------------

void AudioCore::endPlayer(LegAudio* leg, Player& player, PlayerEnd reason, char key) noexcept {
  if (leg != nullptr) {
    Player** place = &leg->players;
    while (*place != nullptr && *place != &player) place = &(*place)->next;
    if (*place != nullptr) *place = player.next;
  }
  leave(player.handle);
  tellEnd({nowNs_, heard::PlayerEnded{player.handle, reason, key, player.playedSamples}});
}

void AudioCore::endRecorder(LegAudio* leg, Recorder& recorder, RecorderEnd reason) noexcept {
  if (leg != nullptr) {
    Recorder** place = &leg->recorders;
    while (*place != nullptr && *place != &recorder) place = &(*place)->next;
    if (*place != nullptr) *place = recorder.next;
  }
  leave(recorder.handle());
  closedRecorder_ = true;
  recorder.closeWith(reason, nowNs_);
}

void AudioCore::endBridge(Bridge& bridge, bool legEnded) noexcept {
  for (const Handle handle : {bridge.legA, bridge.legB}) {
    auto* leg = find<LegAudio>(handle);
    if (leg == nullptr || leg->bridge != &bridge) continue;
    leg->bridge = nullptr;
    leg->partner = nullptr;
  }
  leave(bridge.handle);
  tellEnd({nowNs_, heard::BridgeEnded{bridge.handle, legEnded}});
}

}  // namespace branchline
