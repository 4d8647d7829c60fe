#!/usr/bin/env bash
# `npm start`: the set-up, then the service in place of this shell, so that signals reach it directly. Arguments go to `serve`.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
set_up run
# A small young generation and few malloc arenas: the service allocates little, and the box has little memory.
export MALLOC_ARENA_MAX=2
exec node --enable-source-maps --max-semi-space-size=2 "$ROOT/dist/main.js" serve "$@"
