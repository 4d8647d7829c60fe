#!/usr/bin/env bash
# Builds the C++ tests of a sanitizer preset and runs them. Usage: run-ctest.sh PRESET JUNIT_FILE
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
preset=$1 junit=$2

"$here/native-build.sh" "$preset"

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=exitcode=66
# Where the kernel randomizes addresses by more bits than this compiler's thread sanitizer knows, its programs die at start;
# without randomization they run. Not allowed everywhere (containers), and only needed for that.
fixed_addresses=()
if [[ "$preset" == tsan ]] && setarch -R true 2>/dev/null; then fixed_addresses=(setarch -R); fi

exec "${fixed_addresses[@]}" ctest --test-dir "$here/../../build/$preset" --no-tests=error --parallel 2 --output-on-failure --output-junit "$junit"
