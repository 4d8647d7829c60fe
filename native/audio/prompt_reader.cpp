// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio/prompt_reader.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>

namespace branchline {

namespace {
constexpr int kRefillMs = 100;  // A ring holds a second.
}

PromptReader::PromptReader(bool stepped) {
  if (stepped) return;
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "bl-prompts");
}

PromptReader::~PromptReader() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake_.notify();
  thread_.join();
}

void PromptReader::add(std::shared_ptr<FileSource> source) {
  {
    const std::lock_guard lock(mutex_);
    added_.push_back(std::move(source));
  }
  wake_.notify();
}

void PromptReader::service() {
  {
    const std::lock_guard lock(mutex_);
    std::move(added_.begin(), added_.end(), std::back_inserter(sources_));
    added_.clear();
  }
  for (const auto& source : sources_) source->fill();
  std::erase_if(sources_, [](const auto& source) { return source->isDone(); });
}

void PromptReader::run() {
  while (!stopping_) {
    service();
    wake_.wait(sources_.empty() ? -1 : kRefillMs);
  }
}

}  // namespace branchline
