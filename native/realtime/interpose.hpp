// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <dlfcn.h>

#include "realtime/realtime_check.hpp"

/// Weak: a test that stands in for a function of the C library itself (a disk that fails) takes the guard's place for that one.
#define BRANCHLINE_INTERPOSED extern "C" __attribute__((visibility("default"), weak))

/// Stands before the C library's function (or the sanitizer's in front of it) for the whole program, checks, and passes on.
#define BRANCHLINE_INTERPOSE(check, Result, function, parameters, ...)                            \
  BRANCHLINE_INTERPOSED Result function parameters {                                              \
    static const auto next = reinterpret_cast<Result(*) parameters>(dlsym(RTLD_NEXT, #function)); \
    check;                                                                                        \
    return next(__VA_ARGS__);                                                                     \
  }
#define BRANCHLINE_FORBID(what, Result, function, parameters, ...) \
  BRANCHLINE_INTERPOSE(branchline::checkRealtime(branchline::Forbidden::what, #function), Result, function, parameters, __VA_ARGS__)
