// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "echo_world.hpp"

namespace {

bool onAudioThread = false;
int allocations = 0;

void* counted(std::size_t size) {
  if (onAudioThread) ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept {
  if (onAudioThread) ++allocations;
  std::free(memory);
}
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }

using namespace branchline;
using namespace branchline::test;

TEST_CASE("cancelling neither allocates nor frees: while it learns, over tones, after a change of the path and over a reset") {
  Samples far = compositeSource(1.4, -15);
  const Samples tones = samplesOf(Signal(1).tone({350, 440}, -15, 700));
  far.insert(far.end(), tones.begin(), tones.end());
  far = far + Samples(far.size() + at(0.5));
  const Samples more = compositeSource(1.4, -15);
  far.insert(far.end(), more.begin(), more.end());
  const Pcm sent = coded(far);
  Samples echo = EchoPath{kLineModels[0], 6}.echoOf(sent);
  for (std::size_t i = at(2.6); i < echo.size(); i++) echo[i] = -echo[i];
  const Pcm near = coded(echo + during(speech(4, -20, 2), 1, 2));
  EchoCanceller canceller(64);
  Pcm out(near.size());
  onAudioThread = true;
  bool accepted = canceller.process(std::span(sent).first(sent.size() / 32 * 32), std::span(near).first(sent.size() / 32 * 32),
                                    std::span(out).first(sent.size() / 32 * 32));
  canceller.reset();
  accepted = accepted && canceller.process(std::span(sent).first(8000), std::span(near).first(8000), std::span(out).first(8000));
  onAudioThread = false;
  CHECK(accepted);
  CHECK(allocations == 0);
}
