#!/usr/bin/env bash
# Brings this clone to where the service can run (`run`) or be tested (`test`): installs what is missing, builds what is out of
# date, asks nothing, and says what it does. What is done already costs a fraction of a second. When it cannot go on it prints the
# one command to run and exits 1.
# Usage: setup.sh [run|test], or sourced by start.sh and test.sh, which call set_up.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for step in "$ROOT"/board/setup/steps/*.sh; do
  # shellcheck source=/dev/null # each is checked by itself
  source "$step"
done

# $1: run or test.
set_up() {
  local set=$1
  [[ "$set" == run || "$set" == test ]] || die "usage: setup.sh [run|test]"
  cd "$ROOT"
  mkdir -p build
  # Two set-ups of one clone would overwrite each other's files.
  exec 8>build/setup.lock
  if ! flock -n 8; then
    say "another set-up of this clone is running; waiting for it"
    flock 8
  fi
  step_node
  step_system_packages "$set"
  step_pjsip
  step_npm
  step_native
  step_typescript
  if [[ "$set" == test ]]; then step_dahdi_guest; fi
  exec 8>&-
  if ((LONG_STEPS > 0)); then say "set-up done in $SECONDS s"; fi
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then set_up "${1:-run}"; fi
