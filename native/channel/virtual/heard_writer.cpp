// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/heard_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "audio/frame.hpp"

namespace branchline {
namespace {

constexpr const char* kPart = ".part";

std::string randomName() {
  std::random_device random;
  char text[9];
  std::snprintf(text, sizeof text, "%08x", random());
  return text;
}

}  // namespace

HeardWriter::HeardWriter(int channels, EventSink& sink) : sink_(sink), process_(randomName()) {
  for (int channel = 0; channel <= channels; ++channel) channels_.push_back(std::make_unique<Call>());
}

HeardWriter::~HeardWriter() { drain(); }

void HeardWriter::answered(int channel, const FarEnd& farEnd, std::int64_t atNs) noexcept {
  channels_[static_cast<std::size_t>(channel)]->pushed = 0;
  notes_.push({Note::Type::answered, channel, &farEnd, nullptr, 0, atNs});
}

void HeardWriter::heard(int channel, std::span<const std::int16_t> samples) noexcept {
  Call& call = *channels_[static_cast<std::size_t>(channel)];
  call.pushed += call.ring.push(samples);
}

void HeardWriter::ended(int channel, std::int64_t atNs) noexcept {
  notes_.push({Note::Type::ended, channel, nullptr, nullptr, channels_[static_cast<std::size_t>(channel)]->pushed, atNs});
}

void HeardWriter::release(FarEndSet* set) noexcept { notes_.push({Note::Type::release, 0, nullptr, set, 0, 0}); }

void HeardWriter::drain() {
  Shown shown;
  while (shown_.pop(shown)) {
    sink_.post({"farEndShown",
                kNoHandle,
                "leg",
                shown.atNs,
                {{"channel", std::int64_t{shown.channel}},
                 {"calling", std::string(shown.message.number.view())},
                 {"callingName", std::string(shown.message.name.view())},
                 {"callingPresentation", std::int64_t{presentationOf(shown.message)}}}});
  }
  // Sizes first: what was in a ring before the last note was written belongs to the call that is open after that note.
  std::vector<std::size_t> waiting;
  for (const auto& call : channels_) waiting.push_back(call->ring.size() + call->taken);
  Note note;
  while (notes_.pop(note)) {
    Call& call = *channels_[static_cast<std::size_t>(note.channel)];
    switch (note.type) {
      case Note::Type::answered: open(call, note); break;
      case Note::Type::ended:
        close(call, note);
        waiting[static_cast<std::size_t>(note.channel)] = 0;  // The next call's samples wait for the next drain.
        break;
      case Note::Type::release: delete note.set; break;
    }
  }
  for (std::size_t channel = 1; channel < channels_.size(); ++channel) {
    Call& call = *channels_[channel];
    if (!call.name.empty() && waiting[channel] > call.taken) take(call, waiting[channel] - call.taken);
  }
}

void HeardWriter::open(Call& call, const Note& note) {
  call.name = std::to_string(note.channel) + "-" + std::to_string(++calls_) + "-" + process_;
  call.number = note.farEnd->number;
  call.file.clear();
  if (!note.farEnd->heardFolder.empty()) {
    try {
      call.file = (std::filesystem::path(note.farEnd->heardFolder) / (call.name + ".wav")).string();
      call.writer = std::make_unique<WavWriter>(call.file + kPart, 1, WavEncoding::linear16);
    } catch (const WavError&) {
      call.file.clear();
    }
  }
  sink_.post(
      {"farEndAnswered", kNoHandle, "leg", note.atNs, {{"channel", std::int64_t{note.channel}}, {"number", call.number}, {"call", call.name}}});
}

void HeardWriter::take(Call& call, std::size_t samples) {
  std::int16_t block[4096];
  while (samples > 0) {
    const std::size_t count = call.ring.pop(std::span(block, std::min(samples, std::size(block))));
    if (count == 0) return;
    call.taken += count;
    samples -= count;
    try {
      if (call.writer) call.writer->write(std::span(block, count));
    } catch (const WavError&) {
      call.writer.reset();  // The disk is full or gone: the event will name no file.
    }
  }
}

void HeardWriter::close(Call& call, const Note& note) {
  take(call, note.samples - call.taken);
  bool complete = false;
  try {
    if (call.writer) {
      call.writer.reset();
      std::filesystem::rename(call.file + kPart, call.file);
      complete = true;
    }
  } catch (const std::runtime_error&) {  // WavError, filesystem_error: the file stays a .part.
    call.writer.reset();
  }
  const auto heardMs = static_cast<std::int64_t>(note.samples / (kSampleRate / 1000));
  sink_.post({"farEndEnded",
              kNoHandle,
              "leg",
              note.atNs,
              {{"channel", std::int64_t{note.channel}},
               {"number", call.number},
               {"call", call.name},
               {"heardFile", complete ? call.file : std::string()},
               {"heardMs", heardMs}}});
  call.name.clear();
  call.taken = 0;
}

}  // namespace branchline
