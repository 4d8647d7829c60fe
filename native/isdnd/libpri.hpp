// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// libpri.h has no guard for C++ of its own.
extern "C" {
#include <libpri.h>
}
