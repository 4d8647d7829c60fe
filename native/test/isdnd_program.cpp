// SPDX-License-Identifier: GPL-2.0-or-later
#include "isdnd_program.hpp"

namespace branchline::test {

const char* const kIsdndProgram = ISDND_PROGRAM;

}  // namespace branchline::test
