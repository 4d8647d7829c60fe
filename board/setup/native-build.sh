#!/usr/bin/env bash
# Configures and builds the C++ side. Usage: native-build.sh PRESET [TARGET…] (of native/CMakePresets.json); without a target, all of it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../native"
preset=$1
shift
# A build folder that was made elsewhere (a clone that was moved or copied) is refused by cmake: begun anew then.
cache="../build/$preset/CMakeCache.txt"
if [[ -f "$cache" ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then rm -rf "../build/$preset"; fi

# Three builds of the same files in a whole run of the tests: what any clone has compiled is not compiled again (by content, flags and compiler).
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_DIR="${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/branchline/ccache}" CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-3G}"
  CCACHE_BASEDIR="$(cd .. && pwd)"
  export CCACHE_BASEDIR CCACHE_NOHASHDIR=1
fi
cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target} "$@"
