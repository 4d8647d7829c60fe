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

# Programs are those of the sanitizers' build, which the suite native-asan has made already where everything is run.
readonly PROGRAMS="$ROOT/build/asan/test"
"$ROOT/board/setup/native-build.sh" asan dahdi_conformance dahdi_exchange dahdi_network
node "$ROOT/node_modules/typescript/bin/tsc" -p "$ROOT/test/dahdi/tsconfig.json"

names=() jobs=()
# Starts a guest beside those that run already. $1: name of the results' folder. $2: how nice it is to the others: the longest go first, or the suite
# waits for them at its end. The rest: arguments of boot.sh after the folder.
guest() {
  local name=$1 niceness=$2
  shift 2
  mkdir -p "$RESULTS"
  nice -n "$niceness" "$BOOT" "$RESULTS/$name" "$@" >"$RESULTS/$name.log" 2>&1 &
  names+=("$name")
  jobs+=("$!")
}

# Generous: a guest has what time of this machine other work leaves it.
readonly SECONDS_AT_MOST=1800
# shellcheck disable=SC2016 # $0 is the inner shell's
guest vcard 10 vcard "$SECONDS_AT_MOST" bash -c './spans.sh && "$0" vcard' "$PROGRAMS/dahdi_conformance"
# shellcheck disable=SC2016
guest loop 10 loop "$SECONDS_AT_MOST" bash -c './spans.sh && "$0" loop' "$PROGRAMS/dahdi_conformance"
# What runs is read into the guest's memory before the first call: a page that is fetched during one costs the guest's clock up to a second.
for scenario in fxo-and-pri bri-and-pulled-card; do
  niceness=0
  if [[ "$scenario" == bri-and-pulled-card ]]; then niceness=2; fi
  # shellcheck disable=SC2016
  guest "$scenario" "$niceness" vcard "$SECONDS_AT_MOST" bash -c 'cat "$(command -v node)" "$@" >/dev/null && exec node "$0"' \
    "$RESULTS/js/test/dahdi/scenario/$scenario.js" "$ROOT"/build/release/addon/branchline.node "$ROOT"/build/release/isdnd/isdnd "$ROOT"/dist/*.js
done

failed=0
for i in "${!jobs[@]}"; do
  wait "${jobs[i]}" || failed=1
  echo "== ${names[i]}"
  cat "$RESULTS/${names[i]}.log"
done
exit "$failed"
