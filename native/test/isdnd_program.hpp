// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace branchline::test {

/// Where this build's isdnd lies. Told by one small object file: a path in the compile command of the suites would have each clone compile them anew.
extern const char* const kIsdndProgram;

}  // namespace branchline::test
