// SPDX-License-Identifier: GPL-2.0-or-later
// operator new and delete end here too: the C++ library takes its memory from malloc.
#include <cerrno>
#include <cstddef>

#include "realtime/interpose.hpp"

using branchline::checkRealtime;
using branchline::Forbidden;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// The sanitizer's allocator must stay in place: it tells.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void*, std::size_t), void (*freed)(const volatile void*));

namespace {
void taken(const volatile void*, std::size_t) { checkRealtime(Forbidden::memory, "malloc"); }
void freed(const volatile void*) { checkRealtime(Forbidden::memory, "free"); }
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(taken, freed);
}  // namespace

#else

// glibc's own names for its allocator: dlsym itself may need memory.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

BRANCHLINE_INTERPOSED void* malloc(std::size_t size) {
  checkRealtime(Forbidden::memory, "malloc");
  return __libc_malloc(size);
}
BRANCHLINE_INTERPOSED void* calloc(std::size_t count, std::size_t size) {
  checkRealtime(Forbidden::memory, "calloc");
  return __libc_calloc(count, size);
}
BRANCHLINE_INTERPOSED void* realloc(void* memory, std::size_t size) {
  checkRealtime(Forbidden::memory, "realloc");
  return __libc_realloc(memory, size);
}
BRANCHLINE_INTERPOSED void* memalign(std::size_t alignment, std::size_t size) {
  checkRealtime(Forbidden::memory, "memalign");
  return __libc_memalign(alignment, size);
}
BRANCHLINE_INTERPOSED void* aligned_alloc(std::size_t alignment, std::size_t size) {
  checkRealtime(Forbidden::memory, "aligned_alloc");
  return __libc_memalign(alignment, size);
}
BRANCHLINE_INTERPOSED int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  checkRealtime(Forbidden::memory, "posix_memalign");
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
BRANCHLINE_INTERPOSED void free(void* memory) {
  if (memory != nullptr) checkRealtime(Forbidden::memory, "free");
  __libc_free(memory);
}

#endif
