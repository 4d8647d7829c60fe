#!/usr/bin/env bash
# Everything that is shown with DAHDI's real kernel code, in guests of qemu: nothing is loaded into this machine's kernel, and no card is needed. Prints a
# line `ok …` or `not ok …` a check. Needs the set-up to have run (board/setup/setup.sh test).
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../../board/setup/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../board/setup/setup.sh"

readonly SKIPPED_STATUS=77
readonly BOOT="$ROOT/test/dahdi/guest/boot.sh"
readonly RESULTS="$ROOT/build/dahdi"

if [[ "$(uname -m)" != x86_64 ]]; then
  echo "the guest's kernel is of x86-64; this machine is not"
  exit "$SKIPPED_STATUS"
fi
DAHDI_GUEST="$(dahdi_guest_folder)" DAHDI_VCARD="$(dahdi_vcard_folder)"
export DAHDI_GUEST DAHDI_VCARD
if [[ ! -f "$DAHDI_VCARD/vcard.ko" ]]; then
  echo "not ok the guest and the virtual card's module are built (see $LOGS/dahdi-guest.log and dahdi-vcard.log)"
  exit 1
fi

failed=0
# $1: name of the results' folder. The rest: arguments of boot.sh after it.
guest() {
  local name=$1
  shift
  echo "== $name"
  "$BOOT" "$RESULTS/$name" "$@" || failed=1
}

guest spans-vcard vcard 180 ./spans.sh
guest spans-loop loop 180 ./spans.sh
exit "$failed"
