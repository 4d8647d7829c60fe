// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// How the audio thread finds what it was given, for the files that AudioCore is made of.

#include "audio/audio_core.hpp"
#include "common/handle_table.hpp"

namespace branchline {

template <typename T>
T* AudioCore::find(Handle handle) noexcept {
  const std::uint32_t slot = HandleTable::slotOf(handle);
  if (slot >= objects_.size() || objects_[slot].handle != handle) return nullptr;
  T** pointer = std::get_if<T*>(&objects_[slot].pointer);
  return pointer == nullptr ? nullptr : *pointer;
}

template <typename T>
void AudioCore::enter(Handle handle, T* object) noexcept {
  objects_[HandleTable::slotOf(handle)] = {handle, object};
}

}  // namespace branchline
