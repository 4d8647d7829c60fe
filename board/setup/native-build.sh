#!/usr/bin/env bash
# Configures and builds the C++ side. Usage: native-build.sh PRESET [TARGET…] (of native/CMakePresets.json); without a target, all of it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../native"
preset=$1
shift
# One build at a time in a folder; who comes second finds it done.
mkdir -p ../build
exec 7>"../build/$preset.lock"
flock 7
# A build folder that was made elsewhere (a clone that was moved or copied) is refused by cmake: begun anew then.
cache="../build/$preset/CMakeCache.txt"
if [[ -f "$cache" ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then rm -rf "../build/$preset"; fi
cmake --preset "$preset" 7>&-
cmake --build --preset "$preset" ${1:+--target} "$@" 7>&-
