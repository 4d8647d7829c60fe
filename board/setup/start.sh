#!/usr/bin/env bash
# `npm start`: the set-up, then the service in place of this shell, so that signals reach it directly. Arguments go to `serve`.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
set_up run
exec node --enable-source-maps "$ROOT/dist/main.js" serve "$@"
