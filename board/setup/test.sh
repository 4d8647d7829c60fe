#!/usr/bin/env bash
# `npm test`: the set-up, then every suite one after another. Ends with the one line `N passed, N failed, N skipped`; exit 1 if any
# failed. `npm test -- NAME...` runs only the named suites.
# A suite that crashes, or runs no test, counts as one failed. One whose command ends with 77 is skipped; the last line it printed
# is why.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

RESULTS="$ROOT/build/test-results"
readonly SKIPPED_STATUS=77

# Failures are what one comes here to read: more of the log than a set-up step shows.
LOG_TAIL_LINES=200

# Every suite, in the order they run. Columns: its name, how its tests are counted, its command.
#   exit    the command is the one test
#   lines   it prints a line `ok …`, `not ok …` or `skip …: why` a test
#   junit   the command writes the file that stands for {} here, in JUnit's form
#   vitest  no command, but vitest's arguments; vitest-reporter.mjs writes such lines
run_suites() {
  suite shell          exit    shellcheck -x board/setup/*.sh board/setup/*/*.sh test/dahdi/*.sh test/dahdi/guest/*.sh test/dahdi/guest/init
  suite setup          lines   board/setup/setup_test.sh
  suite lint           exit    npm run --silent lint
  suite types          exit    npm run --silent types
  suite format         exit    npm run --silent format:check
  suite format-cpp     exit    board/setup/format-cpp.sh --check
  suite native-asan    junit   board/setup/run-ctest.sh asan {}
  suite native-tsan    junit   board/setup/run-ctest.sh tsan {}
  suite unit           vitest  --project unit
  suite native         vitest  --project native
  suite contract       vitest  --project contract
  suite integration    vitest  --project integration
  suite scenario       vitest  --project scenario
  suite interop        vitest  --project interop
  suite power          vitest  --project power
  suite dahdi          lines   test/dahdi/run.sh
}

selected=()
table=()
total_passed=0 total_failed=0 total_skipped=0

# $1: name. $2: how to count. The rest: the command, or vitest's arguments.
suite() {
  local name=$1 counter=$2 results="$RESULTS/$1" started=$SECONDS status=0 command=()
  shift 2
  if ((${#selected[@]} > 0)) && [[ " ${selected[*]} " != *" $name "* ]]; then return; fi

  command=("${@//\{\}/$results}")
  if [[ "$counter" == vitest ]]; then
    command=(env BRANCHLINE_TEST_RESULTS="$results" node node_modules/vitest/vitest.mjs run
      --reporter=default --reporter=board/setup/vitest-reporter.mjs "$@")
    counter=lines
  fi
  rm -f "$results"
  run_long "test-$name" "suite $name" "${command[@]}" || status=$?
  if [[ "$counter" == lines && ! -f "$results" ]]; then grep -E '^(ok|not ok|skip) ' "$LOGS/test-$name.log" >"$results" || true; fi
  count_suite "$name" "$counter" "$results" "$status" "$((SECONDS - started))"
}

# Adds a suite's counts to the table and the totals. $1: name. $2: how to count. $3: results. $4: exit status. $5: seconds.
count_suite() {
  local name=$1 counter=$2 results=$3 status=$4 seconds=$5 passed=0 failed=0 skipped=0 counted=() why
  if ((status == SKIPPED_STATUS)); then
    skipped=1
    say "  skipped: $(tail -n1 "$LOGS/test-$name.log")"
  elif [[ "$counter" == exit ]]; then
    if ((status == 0)); then passed=1; fi
  elif mapfile -t counted < <(node board/setup/count-tests.mjs "$counter" "$results" 2>/dev/null) && ((${#counted[@]} > 0)); then
    read -r passed failed skipped <<<"${counted[0]}"
    for why in "${counted[@]:1}"; do say "  skipped: $why"; done
  fi
  # A crash, an error outside of any test, or nothing run at all: never to be mistaken for success.
  if ((failed == 0 && (passed + skipped == 0 || (status != 0 && status != SKIPPED_STATUS)))); then failed=1; fi

  table+=("$(printf '%-14s %5d passed %4d failed %4d skipped %5d s' "$name" "$passed" "$failed" "$skipped" "$seconds")")
  ((total_passed += passed, total_failed += failed, total_skipped += skipped)) || true
}

main() {
  selected=("$@")
  # What the suites print goes into files.
  unset FORCE_COLOR
  export NO_COLOR=1
  set_up test
  cd "$ROOT"
  mkdir -p "$RESULTS"
  run_suites
  ((${#table[@]} > 0)) || die "no suite is called: ${selected[*]}"
  printf '\n'
  printf '%s\n' "${table[@]}"
  printf '%s\n' "logs: build/setup-logs/test-*.log; $SECONDS s in all" ''
  printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
  ((total_failed == 0))
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then main "$@"; fi
