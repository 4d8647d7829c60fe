#!/usr/bin/env bash
# Configures and builds the C++ side. Usage: native-build.sh PRESET [TARGET…] (of native/CMakePresets.json); without a target, all of it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../native"
preset=$1
shift
# A build folder that was made elsewhere (a clone that was moved or copied) is refused by cmake: begun anew then.
cache="../build/$preset/CMakeCache.txt"
if [[ -f "$cache" ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then rm -rf "../build/$preset"; fi
cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target} "$@"
