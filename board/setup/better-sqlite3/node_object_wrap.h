// SPDX-License-Identifier: GPL-3.0-or-later
// Stands before Node's header of the same name while better-sqlite3 is compiled. From Node 24.19 on, that header's ObjectWrap registers cleanup hooks
// and removes them in its destructor, which aborts the process when a garbage collection runs outside of JavaScript
// (github.com/nodejs/node/issues/65446). Without the hooks it is the header of all Nodes before.
#pragma once

#include <node.h>

#define AddEnvironmentCleanupHook(...) static_cast<void>(0)
#define RemoveEnvironmentCleanupHook(...) static_cast<void>(0)
#include_next <node_object_wrap.h>
#undef AddEnvironmentCleanupHook
#undef RemoveEnvironmentCleanupHook
