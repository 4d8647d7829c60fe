// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/engine_impl.hpp"

#include <algorithm>
#include <stdexcept>

namespace branchline {

namespace {

constexpr std::uint32_t kFewestHandles = 16;
constexpr int kLongestRecordingSeconds = 24 * 3600;  // Stereo, 16 bit: 2.8 GB of WAV's 4.

std::unique_ptr<Clock> clockOf(const EngineOptions& options) {
  if (options.stepped) return std::make_unique<SteppedClock>();
  return std::make_unique<MonotonicClock>();
}

}  // namespace

Engine::Impl::Impl(EngineOptions options, EventSink& sink)
    : sink_(sink),
      country_(*options.country),
      clock_(clockOf(options)),
      stepped_(dynamic_cast<SteppedClock*>(clock_.get())),
      handles_(std::clamp(options.maxHandles, kFewestHandles, kMaxHandles)),
      entries_(handles_.capacity()),
      conferenceOwner_([this](Handle conference, EndFields fields) { return endLeg(conference, std::move(fields)); }),
      prompts_(options.stepped),
      recordings_(std::make_unique<RecordingWriter>(options.stepped, [this](const Recorder& recorder) { recorderEnded(recorder); })),
      core_(handles_.capacity(), *recordings_) {
  if (!options.stepped) clockThread_ = std::make_unique<ClockThread>(core_, options.realtimePriority);
}

Engine::Impl::~Impl() {
  endAllLegs();
  clockThread_.reset();
  core_.runCommands(clock_->nowNs());  // This thread is the audio thread now.
  recordings_.reset();
  drainEvents();
}

void Engine::Impl::endAllLegs() {
  std::vector<Handle> legs;
  {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      const auto* leg = std::get_if<LegEntry>(&entry);
      if (leg != nullptr && !leg->ending) legs.push_back(leg->audio->handle);
    }
  }
  for (const Handle leg : legs) {
    constexpr std::int64_t kTemporaryFailure = 41;  // Q.850.
    endLeg(leg, {{"q850", kTemporaryFailure},
                 {"inferred", false},
                 {"sipStatus", std::int64_t{0}},
                 {"by", std::string("us")},
                 {"sent", false},
                 {"responded", false},
                 {"detail", std::string("the audio engine was closed")}});
  }
}

// --- Time --------------------------------------------------------------------------------------------------------------------------------

void Engine::Impl::step(int milliseconds) {
  if (stepped_ == nullptr) throw std::logic_error("step: this engine runs in real time");
  if (milliseconds < 0 || milliseconds % kFrameMilliseconds != 0) throw std::invalid_argument("step: milliseconds must be a multiple of 20");
  const std::lock_guard lock(stepMutex_);
  if (milliseconds == 0) settle();
  for (int frame = 0; frame < milliseconds / kFrameMilliseconds; frame++) stepFrame();
}

void Engine::Impl::stepFrame() {
  prompts_.service();
  stepped_->advanceTo(stepped_->nowNs() + kFrameNs);
  core_.runFrame(stepped_->nowNs());
  recordings_->service();
  drainEvents();
  settle();
}

void Engine::Impl::settle() {
  const std::vector<SteppedPart*> parts = parts_;
  for (SteppedPart* part : parts) {
    if (std::find(parts_.begin(), parts_.end(), part) != parts_.end()) part->runDue(stepped_->nowNs());
  }
  core_.runCommands(stepped_->nowNs());
  recordings_->service();
  drainEvents();
}

void Engine::Impl::addPart(SteppedPart& part) {
  const std::lock_guard lock(stepMutex_);
  parts_.push_back(&part);
}

void Engine::Impl::removePart(SteppedPart& part) {
  const std::lock_guard lock(stepMutex_);
  std::erase(parts_, &part);
}

// --- Entries, mutex_ held ----------------------------------------------------------------------------------------------------------------

Status Engine::Impl::check(Handle handle, Kind kind) {
  const Status status = handles_.check(handle, kind);
  if (status != Status::ok) return status;
  if (kind == kLeg && entryOf<LegEntry>(handle).ending) return Status::staleHandle;
  if (kind == kBridge && entryOf<BridgeEntry>(handle).ending) return Status::staleHandle;
  if (kind == kMember && entryOf<MemberEntry>(handle).ending) return Status::staleHandle;
  return Status::ok;
}

Status Engine::Impl::checkParty(Handle leg) {
  const Status status = check(leg, kLeg);
  if (status != Status::ok) return status;
  return entryOf<LegEntry>(leg).conference == nullptr ? Status::ok : Status::wrongKind;
}

Handle Engine::Impl::allocate(Kind kind, Entry entry) {
  const Handle handle = handles_.allocate(kind);
  if (handle == kNoHandle) return kNoHandle;
  entries_[HandleTable::slotOf(handle)] = std::move(entry);
  live_[kind]++;
  return handle;
}

void Engine::Impl::release(Handle handle) {
  live_[handles_.kindOf(handle)]--;
  entries_[HandleTable::slotOf(handle)] = {};
  handles_.release(handle);
}

void Engine::Impl::removeDependant(Handle leg) {
  entryOf<LegEntry>(leg).dependants--;
  finishLeg(leg);
}

void Engine::Impl::finishLeg(Handle leg) {
  LegEntry& entry = entryOf<LegEntry>(leg);
  if (!entry.ending || !entry.gone || entry.dependants > 0) return;
  sink_.post({.type = "legEnded", .subject = leg, .atNs = entry.endedAtNs, .fields = std::move(entry.fields)});
  release(leg);
}

// --- Legs --------------------------------------------------------------------------------------------------------------------------------

Handle Engine::Impl::createLeg(LegOwner& owner) {
  const std::lock_guard lock(mutex_);
  const Handle leg = allocate(kLeg, LegEntry{.owner = &owner});
  if (leg == kNoHandle) return kNoHandle;
  LegEntry& entry = entryOf<LegEntry>(leg);
  entry.audio = std::make_shared<LegAudio>(leg);
  if (core_.post(command::AddLeg{entry.audio.get()})) return leg;
  release(leg);
  return kNoHandle;
}

Status Engine::Impl::attach(Handle leg, MediaPort& port) {
  const std::lock_guard lock(mutex_);
  const Status status = checkParty(leg);
  if (status == Status::ok) entryOf<LegEntry>(leg).audio->port.set(&port);
  return status;
}

Status Engine::Impl::detach(Handle leg) {
  std::shared_ptr<LegAudio> audio;
  {
    const std::lock_guard lock(mutex_);
    const Status status = check(leg, kLeg);
    if (status != Status::ok) return status;
    audio = entryOf<LegEntry>(leg).audio;
  }
  audio->port.clear();
  return Status::ok;
}

void Engine::Impl::digitReceived(Handle leg, char digit, int durationMs, DigitWay way) {
  const char known = dtmfDigit(digit);
  const std::lock_guard lock(mutex_);
  if (known == 0 || check(leg, kLeg) != Status::ok) return;
  if (!core_.post(command::DigitReceived{leg, known, durationMs, way})) core_.counters().eventsLost.fetch_add(1, std::memory_order_relaxed);
}

Status Engine::Impl::endLeg(Handle leg, EndFields fields) {
  std::shared_ptr<LegAudio> audio;
  {
    const std::lock_guard lock(mutex_);
    const Status status = check(leg, kLeg);
    if (status != Status::ok) return status;
    LegEntry& entry = entryOf<LegEntry>(leg);
    entry.ending = true;
    entry.owner = nullptr;
    entry.fields = std::move(fields);
    entry.endedAtNs = clock_->nowNs();
    if (entry.bridge != kNoHandle) leaveBridge(entry.bridge);
    if (entry.membership != kNoHandle) forgetMember(entry.membership);
    if (entry.conference != nullptr) forgetConference(entry);
    core_.postEnd({leg});
    audio = entry.audio;
  }
  audio->port.clear();
  return Status::ok;
}

LegOwner* Engine::Impl::ownerOf(Handle leg) {
  const std::lock_guard lock(mutex_);
  return check(leg, kLeg) == Status::ok ? entryOf<LegEntry>(leg).owner : nullptr;
}

// --- Bridges -----------------------------------------------------------------------------------------------------------------------------

Engine::Created Engine::Impl::bridge(Handle legA, Handle legB) {
  const std::lock_guard lock(mutex_);
  for (const Handle leg : {legA, legB}) {
    const Status status = checkParty(leg);
    if (status != Status::ok) return {status};
    if (!isFree(leg)) return {Status::wrongState};
  }
  if (legA == legB) return {Status::invalidArgument};
  const Handle handle = allocate(kBridge, BridgeEntry{std::make_unique<Bridge>(Bridge{kNoHandle, legA, legB})});
  if (handle == kNoHandle) return {Status::full};
  BridgeEntry& entry = entryOf<BridgeEntry>(handle);
  entry.bridge->handle = handle;
  if (!core_.post(command::AddBridge{entry.bridge.get()})) {
    release(handle);
    return {Status::full};
  }
  for (const Handle leg : {legA, legB}) {
    entryOf<LegEntry>(leg).bridge = handle;
    addDependant(leg);
  }
  return {Status::ok, handle};
}

Status Engine::Impl::unbridge(Handle bridge) {
  const std::lock_guard lock(mutex_);
  const Status status = check(bridge, kBridge);
  if (status != Status::ok) return status;
  if (!core_.post(command::EndBridge{bridge})) return Status::full;
  leaveBridge(bridge);
  return Status::ok;
}

/// The bridge is about to end: its legs may be bridged anew.
void Engine::Impl::leaveBridge(Handle bridge) {
  BridgeEntry& entry = entryOf<BridgeEntry>(bridge);
  entry.ending = true;
  for (const Handle leg : {entry.bridge->legA, entry.bridge->legB}) entryOf<LegEntry>(leg).bridge = kNoHandle;
}

// --- Players and recorders ---------------------------------------------------------------------------------------------------------------

Engine::Created Engine::Impl::play(Handle leg, std::shared_ptr<PlaySource> source, std::shared_ptr<FileSource> files, std::string stopKeys,
                                   bool queued) {
  const std::lock_guard lock(mutex_);
  const Status status = check(leg, kLeg);
  if (status != Status::ok) return {status};
  const Handle handle = allocate(kPlayer, PlayerEntry{std::make_unique<Player>(), files});
  if (handle == kNoHandle) return {Status::full};
  Player& player = *entryOf<PlayerEntry>(handle).player;
  player.handle = handle;
  player.leg = leg;
  player.source = std::move(source);
  player.stopKeys = std::move(stopKeys);
  player.queued = queued;
  if (!core_.post(command::AddPlayer{&player})) {
    release(handle);
    return {Status::full};
  }
  addDependant(leg);
  if (files != nullptr) prompts_.add(std::move(files));
  return {Status::ok, handle};
}

Status Engine::Impl::stopPlayer(Handle player) {
  const std::lock_guard lock(mutex_);
  const Status status = check(player, kPlayer);
  if (status != Status::ok) return status;
  return core_.post(command::StopPlayer{player}) ? Status::ok : Status::full;
}

Engine::Created Engine::Impl::record(Handle leg, RecordRequest request) {
  if (request.file.empty() || request.maxSeconds < 1 || request.maxSeconds > kLongestRecordingSeconds) return {Status::invalidArgument};
  const std::lock_guard lock(mutex_);
  const Status status = check(leg, kLeg);
  if (status != Status::ok) return {status};
  const Handle handle = allocate(kRecorder, RecorderEntry{});
  if (handle == kNoHandle) return {Status::full};
  auto recorder = std::make_shared<Recorder>(handle, leg, std::move(request));
  entryOf<RecorderEntry>(handle).recorder = recorder;
  if (!core_.post(command::AddRecorder{recorder.get()})) {
    release(handle);
    return {Status::full};
  }
  addDependant(leg);
  recordings_->add(std::move(recorder));
  return {Status::ok, handle};
}

Status Engine::Impl::stopRecorder(Handle recorder) {
  const std::lock_guard lock(mutex_);
  const Status status = check(recorder, kRecorder);
  if (status != Status::ok) return status;
  return core_.post(command::StopRecorder{recorder}) ? Status::ok : Status::full;
}

Status Engine::Impl::changeRecorder(Handle recorder, RecorderChange change) {
  const std::lock_guard lock(mutex_);
  const Status status = check(recorder, kRecorder);
  if (status != Status::ok) return status;
  return core_.post(command::ChangeRecorder{recorder, change}) ? Status::ok : Status::full;
}

// --- Detectors, digits, levels -----------------------------------------------------------------------------------------------------------

Status Engine::Impl::setDetectors(Handle leg, DetectorSettings settings) {
  const std::lock_guard lock(mutex_);
  const Status status = checkParty(leg);
  if (status != Status::ok) return status;
  LegAudio& audio = *entryOf<LegEntry>(leg).audio;
  if (settings.any() && audio.detectors == nullptr) audio.detectors = std::make_unique<DetectorSet>(country_);
  const command::SetDetectors command{leg, audio.detectors.get(), settings};
  return core_.post(command) ? Status::ok : Status::full;
}

Status Engine::Impl::sendInBandDigits(Handle leg, std::string_view digits, int onMs, int offMs) {
  const std::lock_guard lock(mutex_);
  Status status = checkParty(leg);
  if (status != Status::ok) return status;
  DigitSender& sender = entryOf<LegEntry>(leg).audio->digits;
  status = sender.load(digits, onMs, offMs);
  if (status != Status::ok) return status;
  if (core_.post(command::SendDigits{leg})) return Status::ok;
  sender.unload();
  return Status::full;
}

Engine::Levels Engine::Impl::levels(Handle leg) {
  const std::lock_guard lock(mutex_);
  const Status status = check(leg, kLeg);
  if (status != Status::ok) return {status};
  const LegAudio& audio = *entryOf<LegEntry>(leg).audio;
  return {Status::ok, audio.receivedLevel.dbm0(), audio.sentLevel.dbm0()};
}

Engine::Counters Engine::Impl::counters() {
  AudioCore::Counters& core = core_.counters();
  Counters result;
  result.frames = core.frames;
  result.prefetchUnderruns = core.prefetchUnderruns;
  result.recordOverruns = core.recordOverruns;
  result.eventsLost = core.eventsLost;
  if (clockThread_ != nullptr) {
    ClockThread::Counters& clock = clockThread_->counters();
    result.lateFrames = clock.lateFrames;
    result.skippedFrames = clock.skippedFrames;
    result.worstLatenessNs = clock.worstLatenessNs;
    result.worstFrameNs = clock.worstFrameNs;
    result.frameLateness = clock.lateness.read();
    result.frameTime = clock.frameTime.read();
    result.realtime = clockThread_->isRealtime();
  }
  const std::lock_guard lock(mutex_);
  result.legs = live_[kLeg];
  result.bridges = live_[kBridge];
  result.players = live_[kPlayer];
  result.recorders = live_[kRecorder];
  result.conferenceMembers = live_[kMember];
  return result;
}

void Engine::Impl::resetWorst() {
  if (clockThread_ == nullptr) return;
  clockThread_->counters().worstLatenessNs = 0;
  clockThread_->counters().worstFrameNs = 0;
}

}  // namespace branchline
